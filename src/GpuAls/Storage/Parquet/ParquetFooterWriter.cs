using System.Buffers.Binary;
using Parquet.Meta;

namespace GpuAls;

/// <summary>What a Parquet file ends with: the schema, and where the row groups are. The numbers of fields are those of the format.</summary>
internal static class ParquetFooterWriter
{
    /// <summary>What the file begins and ends with.</summary>
    public static ReadOnlySpan<byte> Magic => "PAR1"u8;

    /// <param name="columns">The schema.</param>
    /// <param name="groups">The row groups, offsets from the start of the file.</param>
    public static ReadOnlyMemory<byte> Encode(ParquetColumn[] columns, IReadOnlyCollection<WrittenRowGroup> groups)
    {
        var file = new CompactThrift();
        file.I32(1, 1);
        file.List(2, ThriftShape.Struct, columns.Length + 1);
        WriteRoot(file, columns.Length);
        foreach (var column in columns) Write(file, column);
        file.I64(3, groups.Sum(group => (long)group.Rows));
        file.List(4, ThriftShape.Struct, groups.Count);
        foreach (var group in groups) Write(file, columns, group);
        file.Text(6, $"gpuals version {ProductVersion.Text}");
        file.Stop();
        var length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, file.Written.Length);
        return (byte[])[.. file.Written, .. length, .. Magic];
    }

    private static void WriteRoot(CompactThrift file, int columnCount)
    {
        file.BeginElement();
        file.Text(4, "root");
        file.I32(5, columnCount);
        file.End();
    }

    private static void Write(CompactThrift file, ParquetColumn column)
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
            file.End();
            file.End();
        }

        file.End();
    }

    private static void Write(CompactThrift file, ParquetColumn[] columns, WrittenRowGroup group)
    {
        file.BeginElement();
        file.List(1, ThriftShape.Struct, columns.Length);
        foreach (var (column, chunk) in columns.Zip(group.Chunks)) Write(file, column, chunk, group.Rows);
        file.I64(2, group.Chunks.Sum(chunk => chunk.Uncompressed));
        file.I64(3, group.Rows);
        file.I64(6, group.Chunks.Sum(chunk => chunk.Compressed));
        file.End();
    }

    private static void Write(CompactThrift file, ParquetColumn column, WrittenChunk chunk, int rows)
    {
        Encoding[] encodings = chunk.Dictionary is null ? [Encoding.PLAIN, Encoding.RLE] : [Encoding.PLAIN, Encoding.RLE, Encoding.RLE_DICTIONARY];
        file.BeginElement();
        file.I64(2, chunk.Dictionary ?? chunk.Data);
        file.Begin(3);
        file.I32(1, (int)column.PhysicalType);
        file.List(2, ThriftShape.Integer32, encodings.Length);
        foreach (var encoding in encodings) file.I32Element((int)encoding);
        file.List(3, ThriftShape.Binary, 1);
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
