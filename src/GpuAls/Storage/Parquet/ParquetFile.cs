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

    /// <summary>Runs of equal values take few bytes, but no real file comes near this.</summary>
    private const long MaximumRowsPerByte = 1 << 16;

    private readonly IByteSource _source;
    private readonly ParquetMetadata _metadata;

    private ParquetFile(IByteSource source, ParquetMetadata metadata) => (_source, _metadata) = (source, metadata);

    private static ReadOnlySpan<byte> Magic => "PAR1"u8;

    public ParquetSchemaTree Schema => _metadata.Schema;

    public int GroupCount => _metadata.Groups.Count;

    /// <summary>Reads the footer of a file.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: it cannot be read, or is not a whole Parquet file.</exception>
    public static async Task<ParquetFile> OpenAsync(IByteSource source, CancellationToken cancellation)
    {
        try
        {
            return new ParquetFile(source, await ReadFooterAsync(source, cancellation).ConfigureAwait(false));
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
        ParquetColumnData? column = null;
        try
        {
            var chunk = Check(group, field);
            using var bytes = await ReadAtAsync(_source, chunk.Offset, (int)chunk.CompressedBytes, cancellation)
                .ConfigureAwait(false);
            column = new ParquetColumnData(field.Name, RowCount(group), values);
            ParquetPages.Read(bytes.Segment, chunk.Codec, field, column);
            return column;
        }
        catch (Exception exception)
        {
            (column ?? (IDisposable)values).Dispose();
            if (exception is OperationCanceledException or GpuAlsException or OutOfMemoryException) throw;
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
        using var head = await ReadAtAsync(source, 0, Magic.Length, cancellation).ConfigureAwait(false);
        if (!head.Span.SequenceEqual(Magic)) throw new InvalidDataException("it does not begin with PAR1");
        var first = (int)Math.Min(length, FirstTailBytes);
        using var tail = await ReadAtAsync(source, length - first, first, cancellation).ConfigureAwait(false);
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
