using System.Buffers.Binary;
using Parquet.Meta;
using Type = Parquet.Meta.Type;

namespace GpuAls;

/// <summary>A column of a Parquet file that is written; it has no nulls.</summary>
/// <param name="Name">Its name.</param>
/// <param name="PhysicalType">How its values are stored.</param>
/// <param name="Length">Bytes per value of fixed length.</param>
/// <param name="LogicalType">
/// What the values mean: the field number in the format's union LogicalType, null for none.
/// </param>
/// <param name="ConvertedType">The same for readers that know only the older form.</param>
internal sealed record ParquetColumn(
    string Name, Type PhysicalType, int? Length = null, int? LogicalType = null, ConvertedType? ConvertedType = null)
{
    /// <summary>The logical type of integers, which has a bit width and a sign.</summary>
    public const int IntegerType = 10;

    private const int TextType = 1;
    private const int UuidType = 14;
    private const int UuidBytes = 16;

    public static ParquetColumn Integer(string name) => new(name, Type.INT32);

    public static ParquetColumn Float(string name) => new(name, Type.FLOAT);

    public static ParquetColumn Long(string name) => new(name, Type.INT64);

    public static ParquetColumn UnsignedLong(string name) =>
        new(name, Type.INT64, LogicalType: IntegerType, ConvertedType: Parquet.Meta.ConvertedType.UINT_64);

    public static ParquetColumn Text(string name) =>
        new(name, Type.BYTE_ARRAY, LogicalType: TextType, ConvertedType: Parquet.Meta.ConvertedType.UTF8);

    public static ParquetColumn Uuid(string name) =>
        new(name, Type.FIXED_LEN_BYTE_ARRAY, Length: UuidBytes, LogicalType: UuidType);
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
        file.List(2, ThriftType.Struct, columns.Length + 1);
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
        file.I32(1, (int)column.PhysicalType);
        if (column.Length is { } length) file.I32(2, length);
        file.I32(3, (int)FieldRepetitionType.REQUIRED);
        file.Text(4, column.Name);
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
    }

    private static void Write(ThriftWriter file, ParquetColumn[] columns, WrittenRowGroup group)
    {
        file.BeginElement();
        file.List(1, ThriftType.Struct, columns.Length);
        foreach (var (column, chunk) in columns.Zip(group.Chunks)) Write(file, column, chunk, group.Rows);
        file.I64(2, group.Chunks.Sum(chunk => chunk.Uncompressed));
        file.I64(3, group.Rows);
        file.I64(6, group.Chunks.Sum(chunk => chunk.Compressed));
        file.End();
    }

    private static void Write(ThriftWriter file, ParquetColumn column, WrittenChunk chunk, int rows)
    {
        Encoding[] encodings = chunk.Dictionary is null
            ? [Encoding.PLAIN, Encoding.RLE]
            : [Encoding.PLAIN, Encoding.RLE, Encoding.RLE_DICTIONARY];
        file.BeginElement();
        file.I64(2, chunk.Dictionary ?? chunk.Data);
        file.Begin(3);
        file.I32(1, (int)column.PhysicalType);
        file.List(2, ThriftType.Integer32, encodings.Length);
        foreach (var encoding in encodings) file.I32Element((int)encoding);
        file.List(3, ThriftType.Binary, 1);
        file.TextElement(column.Name);
        file.I32(4, (int)CompressionCodec.SNAPPY);
        file.I64(5, rows);
        file.I64(6, chunk.Uncompressed);
        file.I64(7, chunk.Compressed);
        file.I64(9, chunk.Data);
        if (chunk.Dictionary is { } dictionary) file.I64(11, dictionary);
        file.End();
        file.End();
    }
}
