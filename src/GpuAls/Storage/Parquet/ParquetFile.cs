using System.Buffers.Binary;

namespace GpuAls;

/// <summary>
/// A Parquet file to read: its footer, parsed strictly, and its column chunks, each by one positioned read. Nothing in
/// the file is trusted: damage gives an error within bounded time and memory.
/// </summary>
internal sealed class ParquetFile
{
    private const int TailBytes = 8;
    private const int SmallestFile = 12;

    /// <summary>Read at the end of a file in one go; most footers fit.</summary>
    private const int FirstTailBytes = 1 << 16;

    /// <summary>Unwanted bytes between two columns that are read along rather than by two reads.</summary>
    private const int GapBytes = 1 << 19;

    /// <summary>The longest read of several columns.</summary>
    private const int MergedBytes = 1 << 29;

    /// <summary>Runs of equal values take few bytes, but no real file comes near this.</summary>
    private const long MaximumRowsPerByte = 1 << 16;

    private readonly IByteSource _source;
    private readonly ParquetMetadata _metadata;
    private readonly ExpansionLimit? _expansion;

    private ParquetFile(IByteSource source, ParquetMetadata metadata, ExpansionLimit? expansion) =>
        (_source, _metadata, _expansion) = (source, metadata, expansion);

    private static ReadOnlySpan<byte> Magic => "PAR1"u8;

    public ParquetSchemaTree Schema => _metadata.Schema;

    public int GroupCount => _metadata.Groups.Count;

    /// <summary>Reads the footer of a file.</summary>
    /// <param name="source">The file.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <param name="expansion">What all pages that are read may expand to; null for no limit.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: it cannot be read, or is not a whole Parquet file.</exception>
    public static async Task<ParquetFile> OpenAsync(
        IByteSource source, CancellationToken cancellation, ExpansionLimit? expansion = null)
    {
        try
        {
            return new ParquetFile(
                source, await ReadFooterAsync(source, cancellation).ConfigureAwait(false), expansion);
        }
        catch (InvalidDataException exception)
        {
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"{source.Name} is not a whole Parquet file: {exception.Message}. Copy or write it again.",
                exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(source, exception);
        }
    }

    /// <summary>Number of rows of a row group, as the footer says, within what the file can have.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: it cannot have as many.</exception>
    public int RowCount(int group)
    {
        // A damaged count must not become a huge allocation.
        var rows = _metadata.Groups[group].RowCount;
        if (rows < 0 || rows > Math.Min(Array.MaxLength, _source.Length * MaximumRowsPerByte))
            throw Bad(
                group,
                $"it says it has {Counted.Of(rows, "row")}. The file is damaged, or its row groups are too large");
        return (int)rows;
    }

    /// <summary>Reads a column of a row group.</summary>
    /// <param name="group">Index of the row group.</param>
    /// <param name="field">The column, not repeated.</param>
    /// <param name="values">Empty, receives the values; owned by the result, or disposed if reading fails.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: the column is damaged, or in a form that is not supported.
    /// </exception>
    public async Task<ParquetColumnData> ReadAsync(
        int group, ParquetField field, ParquetValues values, CancellationToken cancellation)
    {
        try
        {
            var chunk = Check(group, field);
            using var bytes = await ReadAtAsync(_source, chunk.Offset, (int)chunk.CompressedBytes, cancellation)
                .ConfigureAwait(false);
            return Decode(group, field, values, bytes.Segment);
        }
        catch (Exception exception)
        {
            values.Dispose();
            if (IsExplained(exception)) throw;
            throw Explain(group, field, exception);
        }
    }

    /// <summary>Decodes a column of a row group whose bytes were fetched.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public ParquetColumnData Decode(int group, ParquetField field, ParquetValues values, ArraySegment<byte> bytes)
    {
        ParquetColumnData? column = null;
        try
        {
            column = new ParquetColumnData(field.Name, RowCount(group), values);
            ParquetPages.Read(bytes, _metadata.Groups[group].Chunks[field.Index].Codec, field, column, _expansion);
            return column;
        }
        catch (Exception exception)
        {
            (column ?? (IDisposable)values).Dispose();
            if (IsExplained(exception)) throw;
            throw Explain(group, field, exception);
        }
    }

    /// <summary>Brings some columns of a row group into memory, those that are close together by one read.</summary>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: the file cannot be read, or a column is in a form that is not supported.
    /// </exception>
    public async Task<ParquetGroupBytes> FetchAsync(
        int group, IEnumerable<ParquetField> fields, CancellationToken cancellation)
    {
        var fetched = new ParquetGroupBytes();
        try
        {
            foreach (var range in Ranges(group, fields))
            {
                var bytes = await ReadAtAsync(_source, range.Offset, range.Bytes, cancellation).ConfigureAwait(false);
                fetched.Add(bytes, range.Offset, range.Chunks);
            }

            return fetched;
        }
        catch (Exception exception)
        {
            fetched.Dispose();
            if (IsExplained(exception)) throw;
            throw Unreadable(_source, exception);
        }
    }

    /// <summary>The bytes of some columns of a row group in the file.</summary>
    public long BytesOf(int group, IEnumerable<ParquetField> fields) =>
        fields.Sum(field => _metadata.Groups[group].Chunks.ElementAtOrDefault(field.Index)?.CompressedBytes ?? 0);

    private static bool IsExplained(Exception exception) =>
        exception is OperationCanceledException or GpuAlsException or OutOfMemoryException;

    private List<ChunkRange> Ranges(int group, IEnumerable<ParquetField> fields)
    {
        var ranges = new List<ChunkRange>();
        foreach (var (field, chunk) in fields.Select(field => (field, Checked(group, field)))
            .OrderBy(pair => pair.Item2.Offset))
        {
            var end = chunk.Offset + chunk.CompressedBytes;
            if (ranges is [.., var last] && chunk.Offset - last.End <= GapBytes && end - last.Offset <= MergedBytes)
                ranges[^1] = last with { End = Math.Max(last.End, end), Chunks = [.. last.Chunks, (field, chunk)] };
            else
                ranges.Add(new ChunkRange(chunk.Offset, end, [(field, chunk)]));
        }

        return ranges;
    }

    private ParquetColumnChunk Checked(int group, ParquetField field)
    {
        try
        {
            return Check(group, field);
        }
        catch (InvalidDataException exception)
        {
            throw Explain(group, field, exception);
        }
    }

    private GpuAlsException Explain(int group, ParquetField field, Exception exception) => exception switch
    {
        OverflowException => TooLarge(group, field),
        NotSupportedException => Bad(
            group,
            $"column '{field.Name}' is {field.TypeName} in {exception.Message}, which is not supported. "
            + "Write it with PLAIN or dictionary encoding"),
        UnauthorizedAccessException or FileNotFoundException => Unreadable(_source, exception),
        _ => new GpuAlsException(
            FailureKind.BadInput,
            $"{_source.Name}, row group {group}: column '{field.Name}' cannot be read as Parquet: "
            + $"{exception.Message.TrimEnd('.')}. "
            + "The file may be truncated or damaged; copy or write it again.",
            exception),
    };

    private ParquetColumnChunk Check(int group, ParquetField field)
    {
        var (rows, chunks) = (_metadata.Groups[group].RowCount, _metadata.Groups[group].Chunks);
        if (chunks.Count != Schema.Leaves.Count)
            throw Bad(
                group,
                $"it has {Counted.Of(chunks.Count, "column")} and the schema {Schema.Leaves.Count:N0}; "
                    + "copy or write the file again");
        var chunk = chunks[field.Index];
        var column = $"column '{field.Name}'";
        if (chunk.IsEncrypted)
            throw Bad(group, $"{column} is encrypted, which is not supported. Write it without encryption");
        if (chunk.IsElsewhere)
            throw Bad(group, $"{column} is in another file, which is not supported. Write all columns to one file");
        if (!chunk.HasMetadata) throw Bad(group, $"{column} is absent; write the file again");
        if (chunk.Type != field.Type)
            throw Bad(
                group, $"{column} is {chunk.Type} here and {field.Type} in the schema; copy or write the file again");
        if (chunk.ValueCount != rows)
            throw Bad(
                group,
                $"{column} has {Counted.Of(chunk.ValueCount, "value")} for {Counted.Of(rows, "row")}; "
                    + "copy or write the file again");
        if (!ParquetCompression.IsSupported(chunk.Codec))
            throw Bad(
                group,
                $"{column} is compressed by {chunk.Codec}, which is not supported. Write it with ZSTD, SNAPPY, GZIP "
                + "or LZ4_RAW");
        if (chunk.CompressedBytes > Array.MaxLength) throw TooLarge(group, field);
        if (chunk.Offset < 0 || chunk.CompressedBytes < 0 || chunk.CompressedBytes > _source.Length - chunk.Offset)
            throw new InvalidDataException("it extends past the end of the file");
        return chunk;
    }

    private static async Task<ParquetMetadata> ReadFooterAsync(IByteSource source, CancellationToken cancellation)
    {
        var length = source.Length;
        if (length < SmallestFile) throw new InvalidDataException($"it has {length} bytes");
        var first = (int)Math.Min(length, FirstTailBytes);
        // A store answers both in the time of one.
        var reading = ReadAtAsync(source, length - first, first, cancellation);
        using var head = await ReadAtAsync(source, 0, Magic.Length, cancellation).ConfigureAwait(false);
        using var tail = await reading.ConfigureAwait(false);
        if (!head.Span.SequenceEqual(Magic)) throw new InvalidDataException("it does not begin with PAR1");
        if (!tail.Span[^Magic.Length..].SequenceEqual(Magic))
            throw new InvalidDataException("it does not end with PAR1, so it was cut short");
        var footer = BinaryPrimitives.ReadUInt32LittleEndian(tail.Span[^TailBytes..]);
        if (footer > Math.Min(Array.MaxLength, length - SmallestFile))
            throw new InvalidDataException($"its footer claims {Counted.Of(footer, "byte")}");
        if (footer <= first - TailBytes)
            return ParquetMetadata.Parse(tail.Span[^(TailBytes + (int)footer)..^TailBytes]);
        using var whole =
            await ReadAtAsync(source, length - TailBytes - footer, (int)footer, cancellation).ConfigureAwait(false);
        return ParquetMetadata.Parse(whole.Span);
    }

    private static async Task<RentedArray<byte>> ReadAtAsync(
        IByteSource source, long offset, int count, CancellationToken cancellation)
    {
        var bytes = new RentedArray<byte>(count);
        try
        {
            await source.ReadExactlyAsync(offset, bytes.Memory, cancellation).ConfigureAwait(false);
            return bytes;
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    private static GpuAlsException Unreadable(IByteSource source, Exception exception) =>
        new(FailureKind.BadInput, $"cannot read '{source.Name}': {exception.Message}", exception);

    private GpuAlsException TooLarge(int group, ParquetField field) => Bad(
        group,
        $"column '{field.Name}' has more than {Array.MaxLength:N0} bytes. Write the file with smaller row groups");

    private GpuAlsException Bad(int group, string problem) =>
        new(FailureKind.BadInput, $"{_source.Name}, row group {group}: {problem}.");
}

/// <summary>Neighbouring column chunks, read at once.</summary>
/// <param name="Offset">Offset of the first in the file.</param>
/// <param name="End">Offset after the last.</param>
/// <param name="Chunks">The chunks.</param>
internal sealed record ChunkRange(
    long Offset, long End, IReadOnlyList<(ParquetField Field, ParquetColumnChunk Chunk)> Chunks)
{
    public int Bytes => (int)(End - Offset);
}

/// <summary>Columns of a row group as they are in the file.</summary>
internal sealed class ParquetGroupBytes : IDisposable
{
    private readonly List<RentedArray<byte>> _arrays = [];
    private readonly Dictionary<int, ArraySegment<byte>> _chunks = [];

    /// <summary>The bytes of a column.</summary>
    public ArraySegment<byte> Of(ParquetField field) => _chunks[field.Index];

    /// <summary>Adds the bytes of some columns, to be disposed of with this.</summary>
    public void Add(
        RentedArray<byte> bytes, long offset, IEnumerable<(ParquetField Field, ParquetColumnChunk Chunk)> chunks)
    {
        _arrays.Add(bytes);
        foreach (var (field, chunk) in chunks)
            _chunks[field.Index] = bytes.Segment.Slice((int)(chunk.Offset - offset), (int)chunk.CompressedBytes);
    }

    public void Dispose() => _arrays.ForEach(array => array.Dispose());
}
