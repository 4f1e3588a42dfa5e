using Parquet.Meta;
using Parquet.Schema;
using Type = Parquet.Meta.Type;

namespace GpuAls.Reading;

/// <summary>What the values of columns are gathered in, by the type that the schema gives them.</summary>
internal static class ParquetForms
{
    /// <summary>For the ids of a column that <see cref="ParquetColumns"/> lets pass.</summary>
    public static ParquetIdValues Ids(DataField field) => field.ClrType switch
    {
        var type when type == typeof(ReadOnlyMemory<char>) => new ParquetTexts(),
        var type when type == typeof(ReadOnlyMemory<byte>) => field.SchemaElement!.Type == Type.FIXED_LEN_BYTE_ARRAY ? new ParquetUuids() : new ParquetTexts(),
        var type when type == typeof(Guid) => new ParquetUuids(),
        var type when type == typeof(sbyte) => new ParquetIntegers<int, sbyte>(IdType.Integer32),
        var type when type == typeof(byte) => new ParquetIntegers<int, byte>(IdType.Integer32),
        var type when type == typeof(short) => new ParquetIntegers<int, short>(IdType.Integer32),
        var type when type == typeof(ushort) => new ParquetIntegers<int, ushort>(IdType.Integer32),
        var type when type == typeof(int) => new ParquetIntegers<int, int>(IdType.Integer32),
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
        var type when type == typeof(sbyte) => new ParquetWeights<int, sbyte>(),
        var type when type == typeof(byte) => new ParquetWeights<int, byte>(),
        var type when type == typeof(short) => new ParquetWeights<int, short>(),
        var type when type == typeof(ushort) => new ParquetWeights<int, ushort>(),
        var type when type == typeof(int) => new ParquetWeights<int, int>(),
        var type when type == typeof(uint) => new ParquetWeights<int, uint>(),
        var type when type == typeof(long) => new ParquetWeights<long, long>(),
        var type when type == typeof(ulong) => new ParquetWeights<long, ulong>(),
        _ => throw Unexpected(field),
    };

    /// <summary>Whether the values stand in the file as they are gathered, and in a compression that is known here.</summary>
    public static bool AreDecodedHere(DataField field, ColumnChunk chunk) =>
        field.ClrType != typeof(decimal) && field.MaxDefinitionLevel <= 1 && chunk.FilePath is null && chunk.CryptoMetadata is null
        && field.SchemaElement?.Type == chunk.MetaData!.Type && ParquetCompression.IsKnown(chunk.MetaData.Codec);

    private static InvalidDataException Unexpected(DataField field) => new($"column '{field.Name}' has an unexpected type");
}
