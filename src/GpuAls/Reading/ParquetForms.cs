using Parquet.Schema;
using ConvertedType = Parquet.Meta.ConvertedType;
using Type = Parquet.Meta.Type;

namespace GpuAls;

/// <summary>What the values of columns are gathered in, by the type that the schema gives them.</summary>
internal static class ParquetForms
{
    private const long MicrosecondsPerDay = TimeSpan.TicksPerDay / TimeSpan.TicksPerMicrosecond;

    /// <summary>For the ids of a column that <see cref="ParquetColumns"/> lets pass.</summary>
    public static ParquetIdValues Ids(DataField field) => field.ClrType switch
    {
        var type when type == typeof(ReadOnlyMemory<char>) => new ParquetTexts(),
        var type when type == typeof(ReadOnlyMemory<byte>) => field.SchemaElement!.Type == Type.FIXED_LEN_BYTE_ARRAY ? new ParquetUuids() : new ParquetTexts(),
        var type when type == typeof(Guid) => new ParquetUuids(),
        var type when IsInteger32(type) => new ParquetIntegers<int, int>(IdType.Integer32),
        var type when type == typeof(uint) => new ParquetIntegers<int, uint>(IdType.Integer64),
        var type when type == typeof(long) => new ParquetIntegers<long, long>(IdType.Integer64),
        var type when type == typeof(ulong) => new ParquetIntegers<long, ulong>(IdType.Integer64),
        _ => throw Unexpected(field),
    };

    /// <summary>For the weights of a column that <see cref="ParquetColumns"/> lets pass.</summary>
    public static ParquetWeights Weights(DataField field) => field.ClrType switch
    {
        var type when type == typeof(float) => new ParquetWeights<float, float>(),
        var type when type == typeof(double) || type == typeof(decimal) => new ParquetWeights<double, double>(),
        var type when IsInteger32(type) => new ParquetWeights<int, int>(),
        var type when type == typeof(uint) => new ParquetWeights<int, uint>(),
        var type when type == typeof(long) => new ParquetWeights<long, long>(),
        var type when type == typeof(ulong) => new ParquetWeights<long, ulong>(),
        _ => throw Unexpected(field),
    };

    /// <summary>For the times of a column; null where it holds none.</summary>
    public static ParquetTimes? Times(DataField field) => field.SchemaElement switch
    {
        { Type: Type.INT96 } => new ParquetJulianTimes(),
        { Type: Type.BYTE_ARRAY } when field.ClrType == typeof(ReadOnlyMemory<char>) => new ParquetTimeTexts(),
        { Type: Type.INT32, ConvertedType: ConvertedType.DATE } or { Type: Type.INT32, LogicalType.DATE: not null } => new ParquetTimes<int, int>(TimeKind.Instant, MicrosecondsPerDay),
        { Type: Type.INT64, LogicalType.TIMESTAMP.Unit.NANOS: not null } => new ParquetTimes<long, long>(TimeKind.Instant, divisor: 1000),
        { Type: Type.INT64, LogicalType.TIMESTAMP.Unit.MICROS: not null } or { Type: Type.INT64, ConvertedType: ConvertedType.TIMESTAMP_MICROS } => new ParquetTimes<long, long>(TimeKind.Instant),
        { Type: Type.INT64, LogicalType.TIMESTAMP: not null } or { Type: Type.INT64, ConvertedType: ConvertedType.TIMESTAMP_MILLIS } => new ParquetTimes<long, long>(TimeKind.Instant, 1000),
        _ => Integers(field),
    };

    /// <summary>Whether values are stored in the one way that their type allows; decimals have four.</summary>
    public static bool AreStoredAsTheirType(DataField field) => field.SchemaElement?.Type switch
    {
        Type.INT32 => IsInteger32(field.ClrType) || field.ClrType == typeof(uint) || field.ClrType == typeof(decimal),
        Type.INT64 => field.ClrType == typeof(long) || field.ClrType == typeof(ulong) || field.ClrType == typeof(decimal),
        Type.FLOAT => field.ClrType == typeof(float),
        Type.DOUBLE => field.ClrType == typeof(double),
        Type.BYTE_ARRAY => field.ClrType == typeof(ReadOnlyMemory<char>) || field.ClrType == typeof(ReadOnlyMemory<byte>) || field.ClrType == typeof(decimal),
        Type.FIXED_LEN_BYTE_ARRAY when field.SchemaElement.TypeLength == IdValues.UuidBytes =>
            field.ClrType == typeof(ReadOnlyMemory<byte>) || field.ClrType == typeof(Guid) || field.ClrType == typeof(decimal),
        Type.FIXED_LEN_BYTE_ARRAY => field.ClrType == typeof(decimal),
        _ => false,
    };

    /// <summary>Whether values stand in pages as they are gathered.</summary>
    public static bool AreDecodedHere(DataField field) => field.ClrType != typeof(decimal) && field.MaxDefinitionLevel <= 1;

    /// <summary>Narrow ones are not cut to their width: what is too wide for it would become another id.</summary>
    private static bool IsInteger32(System.Type type) =>
        type == typeof(sbyte) || type == typeof(byte) || type == typeof(short) || type == typeof(ushort) || type == typeof(int);

    private static ParquetTimes? Integers(DataField field) => field.ClrType switch
    {
        var type when IsInteger32(type) => new ParquetTimes<int, int>(TimeKind.Integer),
        var type when type == typeof(uint) => new ParquetTimes<int, uint>(TimeKind.Integer),
        var type when type == typeof(long) => new ParquetTimes<long, long>(TimeKind.Integer),
        var type when type == typeof(ulong) => new ParquetTimes<long, ulong>(TimeKind.Integer),
        _ => null,
    };

    private static InvalidDataException Unexpected(DataField field) => new($"column '{field.Name}' has an unexpected type");
}
