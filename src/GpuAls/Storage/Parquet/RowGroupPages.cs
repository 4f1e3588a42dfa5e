using System.Buffers;
using Parquet.Meta;
using Snappier;

namespace GpuAls;

/// <summary>The pages of a row group, compressed with Snappy: of each column a dictionary, if it has one, then all of its values.</summary>
internal sealed class RowGroupPages(int rows)
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly List<WrittenChunk> _chunks = [];
    private long _uncompressed;

    /// <summary>A column whose rows are places in a dictionary.</summary>
    /// <param name="dictionary">Its values, in plain encoding.</param>
    /// <param name="count">Number of these.</param>
    /// <param name="codes">The page of places.</param>
    public void AddCoded(ReadOnlySpan<byte> dictionary, int count, ReadOnlySpan<byte> codes)
    {
        var (start, before) = (_bytes.WrittenCount, _uncompressed);
        Add(dictionary, PageType.DICTIONARY_PAGE, count, Encoding.PLAIN);
        var data = _bytes.WrittenCount;
        Add(codes, PageType.DATA_PAGE, rows, Encoding.RLE_DICTIONARY);
        _chunks.Add(new WrittenChunk(start, data, _bytes.WrittenCount - start, _uncompressed - before));
    }

    /// <summary>A column whose values follow each other.</summary>
    public void AddPlain(ReadOnlySpan<byte> values)
    {
        var (start, before) = (_bytes.WrittenCount, _uncompressed);
        Add(values, PageType.DATA_PAGE, rows, Encoding.PLAIN);
        _chunks.Add(new WrittenChunk(null, start, _bytes.WrittenCount - start, _uncompressed - before));
    }

    public WrittenRowGroup Finish() => new(_bytes.WrittenMemory, rows, [.. _chunks]);

    private void Add(ReadOnlySpan<byte> page, PageType type, int values, Encoding encoding)
    {
        var compressed = ArrayPool<byte>.Shared.Rent(Snappy.GetMaxCompressedLength(page.Length));
        var length = Snappy.Compress(page, compressed);
        var header = new CompactThrift();
        header.I32(1, (int)type);
        header.I32(2, page.Length);
        header.I32(3, length);
        header.Begin(type == PageType.DATA_PAGE ? 5 : 7);
        header.I32(1, values);
        header.I32(2, (int)encoding);
        if (type == PageType.DATA_PAGE)
        {
            // Levels, of which columns that are never null have none.
            header.I32(3, (int)Encoding.RLE);
            header.I32(4, (int)Encoding.RLE);
        }

        header.End();
        header.Stop();
        _bytes.Write(header.Written);
        _bytes.Write(compressed.AsSpan(0, length));
        _uncompressed += header.Written.Length + page.Length;
        ArrayPool<byte>.Shared.Return(compressed);
    }
}
