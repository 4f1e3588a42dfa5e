using System.Buffers;
using Parquet.Meta;
using Snappier;

namespace GpuAls;

/// <summary>A row group as it is written.</summary>
/// <param name="Bytes">Its pages, column by column.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Chunks">
/// [columns], offsets from the start of the row group, or of the file once its position is known.
/// </param>
internal sealed record WrittenRowGroup(ReadOnlyMemory<byte> Bytes, int Rows, WrittenChunk[] Chunks)
{
    /// <summary>
    /// What the footer needs to know of the row group once it is at an offset of the file; without its bytes.
    /// </summary>
    public WrittenRowGroup At(long offset) =>
        this with { Bytes = default, Chunks = [.. Chunks.Select(chunk => chunk.At(offset))] };
}

/// <summary>Where the pages of a column are within a row group or a file.</summary>
/// <param name="Dictionary">Offset of the dictionary page; null if there is none.</param>
/// <param name="Data">Offset of the data page.</param>
/// <param name="Compressed">Size in the file, headers included, in bytes.</param>
/// <param name="Uncompressed">Size without compression, headers included, in bytes.</param>
/// <param name="Values">Number of values, one for each empty list included.</param>
internal sealed record WrittenChunk(long? Dictionary, long Data, long Compressed, long Uncompressed, int Values)
{
    public WrittenChunk At(long offset) => this with { Dictionary = Dictionary + offset, Data = Data + offset };
}

/// <summary>
/// Builds a row group: for each column a dictionary page, if it has one, and one data page, compressed with Snappy.
/// </summary>
internal sealed class RowGroupPages(int rows)
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly List<WrittenChunk> _chunks = [];
    private long _uncompressed;

    /// <summary>Adds a column whose rows are indices in a dictionary.</summary>
    /// <param name="dictionary">The values of the dictionary, in PLAIN encoding.</param>
    /// <param name="count">Number of values in the dictionary.</param>
    /// <param name="codes">The data page of indices, see <see cref="CodePage"/>.</param>
    /// <param name="levels">Which row each value belongs to; null where each row has one.</param>
    public void AddCoded(
        ReadOnlySpan<byte> dictionary, int count, ReadOnlySpan<byte> codes, ListLevels? levels = null)
    {
        var (start, before) = (_bytes.WrittenCount, _uncompressed);
        Add(dictionary, PageType.DICTIONARY_PAGE, count, Encoding.PLAIN);
        var data = _bytes.WrittenCount;
        AddData(codes, Encoding.RLE_DICTIONARY, levels);
        AddChunk(start, data, start, before, levels);
    }

    /// <summary>Adds a column of values in PLAIN encoding.</summary>
    public void AddPlain(ReadOnlySpan<byte> values, ListLevels? levels = null)
    {
        var (start, before) = (_bytes.WrittenCount, _uncompressed);
        AddData(values, Encoding.PLAIN, levels);
        AddChunk(null, start, start, before, levels);
    }

    public WrittenRowGroup Finish() => new(_bytes.WrittenMemory, rows, [.. _chunks]);

    private void AddData(ReadOnlySpan<byte> values, Encoding encoding, ListLevels? levels) => Add(
        levels is null ? values : (byte[])[.. levels.Bytes.Span, .. values],
        PageType.DATA_PAGE, levels?.Count ?? rows, encoding);

    private void AddChunk(long? dictionary, long data, int start, long before, ListLevels? levels) =>
        _chunks.Add(new WrittenChunk(
            dictionary, data, _bytes.WrittenCount - start, _uncompressed - before, levels?.Count ?? rows));

    private void Add(ReadOnlySpan<byte> page, PageType type, int values, Encoding encoding)
    {
        var compressed = ArrayPool<byte>.Shared.Rent(Snappy.GetMaxCompressedLength(page.Length));
        var length = Snappy.Compress(page, compressed);
        var header = new ThriftWriter();
        header.I32(1, (int)type);
        header.I32(2, page.Length);
        header.I32(3, length);
        header.Begin(type == PageType.DATA_PAGE ? 5 : 7);
        header.I32(1, values);
        header.I32(2, (int)encoding);
        if (type == PageType.DATA_PAGE)
        {
            // The encodings of levels, which only lists have.
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
