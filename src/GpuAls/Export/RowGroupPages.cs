using System.Buffers;
using Snappier;

namespace GpuAls.Export;

/// <summary>The pages of a row group, compressed with Snappy: of each column a dictionary, if it has one, then all of its values.</summary>
internal sealed class RowGroupPages(int rows)
{
    private const int DataPage = 0;
    private const int DictionaryPage = 2;
    private const int PlainEncoding = 0;
    private const int RunsEncoding = 3;
    private const int DictionaryEncoding = 8;

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly List<ColumnChunk> _chunks = [];
    private long _uncompressed;

    /// <summary>A column whose rows are places in a dictionary.</summary>
    /// <param name="dictionary">Its values, in plain encoding.</param>
    /// <param name="count">Number of these.</param>
    /// <param name="codes">The page of places.</param>
    public void AddCoded(ReadOnlySpan<byte> dictionary, int count, ReadOnlySpan<byte> codes)
    {
        var (start, before) = (_bytes.WrittenCount, _uncompressed);
        Add(dictionary, DictionaryPage, count, PlainEncoding);
        var data = _bytes.WrittenCount;
        Add(codes, DataPage, rows, DictionaryEncoding);
        _chunks.Add(new ColumnChunk(start, data, _bytes.WrittenCount - start, _uncompressed - before));
    }

    /// <summary>A column whose values follow each other.</summary>
    public void AddPlain(ReadOnlySpan<byte> values)
    {
        var (start, before) = (_bytes.WrittenCount, _uncompressed);
        Add(values, DataPage, rows, PlainEncoding);
        _chunks.Add(new ColumnChunk(null, start, _bytes.WrittenCount - start, _uncompressed - before));
    }

    public RowGroup Finish() => new(_bytes.WrittenMemory, rows, [.. _chunks]);

    private void Add(ReadOnlySpan<byte> page, int type, int values, int encoding)
    {
        var compressed = ArrayPool<byte>.Shared.Rent(Snappy.GetMaxCompressedLength(page.Length));
        var length = Snappy.Compress(page, compressed);
        var header = new CompactThrift();
        header.I32(1, type);
        header.I32(2, page.Length);
        header.I32(3, length);
        header.Begin(type == DataPage ? 5 : 7);
        header.I32(1, values);
        header.I32(2, encoding);
        if (type == DataPage)
        {
            // Levels, of which columns that are never null have none.
            header.I32(3, RunsEncoding);
            header.I32(4, RunsEncoding);
        }

        header.End();
        header.Stop();
        _bytes.Write(header.Written);
        _bytes.Write(compressed.AsSpan(0, length));
        _uncompressed += header.Written.Length + page.Length;
        ArrayPool<byte>.Shared.Return(compressed);
    }
}
