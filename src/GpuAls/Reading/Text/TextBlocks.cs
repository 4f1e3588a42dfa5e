namespace GpuAls;

/// <summary>
/// Cuts text into blocks of whole records, which are parsed in parallel. What a record is, the caller knows.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="source">Its text.</param>
internal sealed class TextBlocks(InputFile file, TextSource source) : IDisposable
{
    /// <summary>Bytes of a block, about.</summary>
    public const int BlockBytes = 1 << 20;

    private const int MaximumRecordBytes = 1 << 24;

    private RentedArray<byte> _memory = new(BlockBytes);
    private int _start;
    private int _end;

    /// <summary>What has been read and not yet been taken.</summary>
    public ReadOnlySpan<byte> Pending => _memory.Span[_start.._end];

    /// <summary>Whether <see cref="Pending"/> is all that is left.</summary>
    public bool IsLast { get; private set; }

    /// <summary>The number of the next line, from 1.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>The bytes of text before <see cref="Pending"/>.</summary>
    public long Position { get; private set; }

    /// <summary>Reads on until the block is full.</summary>
    /// <returns>False at the end of the text.</returns>
    public bool Fill()
    {
        if (!IsLast)
        {
            var room = _memory.Span[_end..];
            var read = source.Read(room);
            _end += read;
            IsLast = read < room.Length;
        }

        return _start < _end;
    }

    /// <summary>Reads on, where there is no whole record yet.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: the record is too long.</exception>
    public void Grow()
    {
        var capacity = _memory.Span.Length;
        if (capacity >= MaximumRecordBytes)
            throw TextErrors.BadLine(
                file, Line, $"it has more than {MaximumRecordBytes:N0} bytes. A quote may be open; check the line.");
        Renew(2 * capacity, _start);
        Fill();
    }

    /// <summary>Goes past some bytes.</summary>
    /// <param name="length">Number of bytes.</param>
    /// <param name="lines">Number of lines they end.</param>
    public void Skip(int length, int lines)
    {
        _start += length;
        Position += length;
        Line += lines;
    }

    /// <summary>Takes the next bytes as a block.</summary>
    /// <param name="length">Number of bytes, which end with a record.</param>
    /// <param name="lines">Number of lines they end.</param>
    public TextBlock Take(int length, int lines)
    {
        var block = new TextBlock(_memory, _start, length) { FirstLine = Line, Fraction = source.Fraction };
        var rest = _end - _start - length;
        var taken = _memory;
        _memory = new RentedArray<byte>(Math.Max(BlockBytes, rest));
        taken.Span.Slice(_start + length, rest).CopyTo(_memory.Span);
        (_start, _end) = (0, rest);
        Position += length;
        Line += lines;
        return block;
    }

    /// <summary>The whole lines that are pending: at least one, if anything is.</summary>
    public ReadOnlySpan<byte> PendingLines()
    {
        int length;
        while ((length = IsLast ? Pending.Length : Pending.LastIndexOf((byte)'\n') + 1) == 0) Grow();
        return Pending[..length];
    }

    public void Dispose()
    {
        _memory.Dispose();
        source.Dispose();
    }

    private void Renew(int capacity, int from)
    {
        var larger = new RentedArray<byte>(capacity);
        _memory.Span[from.._end].CopyTo(larger.Span);
        _memory.Dispose();
        (_memory, _start, _end) = (larger, 0, _end - from);
    }
}

/// <summary>Whole records of a text file.</summary>
/// <param name="memory">What they live in; disposed with the block.</param>
/// <param name="start">Where they begin there.</param>
/// <param name="length">Number of bytes.</param>
internal sealed class TextBlock(RentedArray<byte> memory, int start, int length) : IDisposable
{
    /// <summary>UTF-8, unless the file is something else.</summary>
    public ReadOnlySpan<byte> Bytes => memory.Span.Slice(start, length);

    /// <summary>The number of the first line, from 1.</summary>
    public required long FirstLine { get; init; }

    /// <summary>How much of the file was read with it, 0 .. 1.</summary>
    public required double Fraction { get; init; }

    public void Dispose() => memory.Dispose();
}
