using System.Buffers.Binary;
using Parquet.Meta;
using Type = Parquet.Meta.Type;

namespace GpuAls;

/// <summary>A column of a Parquet file that is written, or a group of columns; there are no nulls.</summary>
/// <param name="Name">Its name.</param>
/// <param name="PhysicalType">How its values are stored; null for a group.</param>
/// <param name="Length">Bytes per value of fixed length.</param>
/// <param name="LogicalType">
/// What the values mean: the field number in the format's union LogicalType, null for none.
/// </param>
/// <param name="ConvertedType">The same for readers that know only the older form.</param>
internal sealed record ParquetColumn(
    string Name, Type? PhysicalType, int? Length = null, int? LogicalType = null, ConvertedType? ConvertedType = null)
{
    /// <summary>The logical type of integers, which has a bit width and a sign.</summary>
    public const int IntegerType = 10;

    private const int TextType = 1;
    private const int ListType = 3;
    private const int UuidType = 14;
    private const int UuidBytes = 16;

    /// <summary>Whether the schema allows nulls or several values.</summary>
    public FieldRepetitionType Repetition { get; init; } = FieldRepetitionType.REQUIRED;

    /// <summary>What a group consists of; empty for a column.</summary>
    public IReadOnlyList<ParquetColumn> Fields { get; init; } = [];

    public static ParquetColumn Integer(string name) => new(name, Type.INT32);

    public static ParquetColumn Float(string name) => new(name, Type.FLOAT);

    public static ParquetColumn Long(string name) => new(name, Type.INT64);

    public static ParquetColumn UnsignedLong(string name) =>
        new(name, Type.INT64, LogicalType: IntegerType, ConvertedType: Parquet.Meta.ConvertedType.UINT_64);

    public static ParquetColumn Text(string name) =>
        new(name, Type.BYTE_ARRAY, LogicalType: TextType, ConvertedType: Parquet.Meta.ConvertedType.UTF8);

    public static ParquetColumn Uuid(string name) =>
        new(name, Type.FIXED_LEN_BYTE_ARRAY, Length: UuidBytes, LogicalType: UuidType);

    /// <summary>
    /// array&lt;struct&lt;fields&gt;&gt; with the groups and repetitions that Spark writes: all may be null.
    /// </summary>
    public static ParquetColumn ListOfStructs(string name, params ReadOnlySpan<ParquetColumn> fields)
    {
        var element = Group("element", FieldRepetitionType.OPTIONAL) with
        {
            Fields = [.. fields.ToArray().Select(field => field with { Repetition = FieldRepetitionType.OPTIONAL })],
        };
        return Group(name, FieldRepetitionType.OPTIONAL) with
        {
            LogicalType = ListType,
            ConvertedType = Parquet.Meta.ConvertedType.LIST,
            Fields = [Group("list", FieldRepetitionType.REPEATED) with { Fields = [element] }],
        };
    }

    /// <summary>The columns of this one with their paths: itself, or those of a group.</summary>
    public IEnumerable<(ParquetColumn Column, string[] Path)> Leaves() => Fields.Count == 0
        ? [(this, [Name])]
        : Fields.SelectMany(field => field.Leaves()).Select(leaf => (leaf.Column, (string[])[Name, .. leaf.Path]));

    private static ParquetColumn Group(string name, FieldRepetitionType repetition) =>
        new(name, PhysicalType: null) { Repetition = repetition };
}

/// <summary>
/// Writes the footer of a Parquet file: the schema, and where the row groups are. Field numbers are those of
/// parquet.thrift.
/// </summary>
internal static class ParquetFooterWriter
{
    /// <summary>The bytes that the file begins and ends with.</summary>
    public static ReadOnlySpan<byte> Magic => "PAR1"u8;

    /// <param name="columns">The schema.</param>
    /// <param name="groups">The row groups, with offsets from the start of the file.</param>
    public static ReadOnlyMemory<byte> Encode(ParquetColumn[] columns, IReadOnlyCollection<WrittenRowGroup> groups)
    {
        var file = new ThriftWriter();
        file.I32(1, 1);
        file.List(2, ThriftType.Struct, columns.Sum(CountElements) + 1);
        WriteRoot(file, columns.Length);
        foreach (var column in columns) Write(file, column);
        file.I64(3, groups.Sum(group => (long)group.Rows));
        file.List(4, ThriftType.Struct, groups.Count);
        foreach (var group in groups) Write(file, columns, group);
        file.Text(6, $"gpuals version {ProductVersion.Text}");
        file.Stop();
        var length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, file.Written.Length);
        return (byte[])[.. file.Written, .. length, .. Magic];
    }

    private static int CountElements(ParquetColumn column) => 1 + column.Fields.Sum(CountElements);

    private static void WriteRoot(ThriftWriter file, int columnCount)
    {
        file.BeginElement();
        file.Text(4, "root");
        file.I32(5, columnCount);
        file.End();
    }

    private static void Write(ThriftWriter file, ParquetColumn column)
    {
        file.BeginElement();
        if (column.PhysicalType is { } type) file.I32(1, (int)type);
        if (column.Length is { } length) file.I32(2, length);
        file.I32(3, (int)column.Repetition);
        file.Text(4, column.Name);
        if (column.Fields.Count > 0) file.I32(5, column.Fields.Count);
        if (column.ConvertedType is { } converted) file.I32(6, (int)converted);
        if (column.LogicalType is { } logical)
        {
            file.Begin(10);
            file.Begin(logical);
            if (logical == ParquetColumn.IntegerType)
            {
                file.Byte(1, 64);
                file.Bool(2, false); // not signed
            }

            file.End();
            file.End();
        }

        file.End();
        foreach (var field in column.Fields) Write(file, field);
    }

    private static void Write(ThriftWriter file, ParquetColumn[] columns, WrittenRowGroup group)
    {
        file.BeginElement();
        file.List(1, ThriftType.Struct, group.Chunks.Length);
        foreach (var ((column, path), chunk) in columns.SelectMany(column => column.Leaves()).Zip(group.Chunks))
            Write(file, column, path, chunk);
        file.I64(2, group.Chunks.Sum(chunk => chunk.Uncompressed));
        file.I64(3, group.Rows);
        file.I64(6, group.Chunks.Sum(chunk => chunk.Compressed));
        file.End();
    }

    private static void Write(ThriftWriter file, ParquetColumn column, string[] path, WrittenChunk chunk)
    {
        Encoding[] encodings = chunk.Dictionary is null
            ? [Encoding.PLAIN, Encoding.RLE]
            : [Encoding.PLAIN, Encoding.RLE, Encoding.RLE_DICTIONARY];
        file.BeginElement();
        file.I64(2, chunk.Dictionary ?? chunk.Data);
        file.Begin(3);
        file.I32(1, (int)column.PhysicalType!.Value);
        file.List(2, ThriftType.Integer32, encodings.Length);
        foreach (var encoding in encodings) file.I32Element((int)encoding);
        file.List(3, ThriftType.Binary, path.Length);
        foreach (var name in path) file.TextElement(name);
        file.I32(4, (int)CompressionCodec.SNAPPY);
        file.I64(5, chunk.Values);
        file.I64(6, chunk.Uncompressed);
        file.I64(7, chunk.Compressed);
        file.I64(9, chunk.Data);
        if (chunk.Dictionary is { } dictionary) file.I64(11, dictionary);
        file.End();
        file.End();
    }
}
