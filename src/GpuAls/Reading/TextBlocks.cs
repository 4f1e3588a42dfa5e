namespace GpuAls;

/// <summary>Cuts a text file into blocks of whole lines.</summary>
/// <param name="source">The file.</param>
internal sealed class TextBlocks(TextSource source) : IDisposable
{
    private const int BlockBytes = 1 << 20;

    private RentedArray<byte> _memory = new(BlockBytes);
    private int _filled;

    /// <summary>The number of the next line, from 1.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>Whether nothing is left, once there is no other block.</summary>
    public bool IsAtEnd => _filled == 0;

    /// <summary>How much of the file was read, 0 .. 1.</summary>
    public double Fraction => source.Fraction;

    /// <summary>The next lines; null where there are none, or the next is longer than a block.</summary>
    public TextBlock? Read()
    {
        Fill();
        var length = _filled < BlockBytes ? _filled : _memory.Span.LastIndexOf((byte)'\n') + 1;
        if (length == 0) return null;
        var block = new TextBlock(_memory, length) { FirstLine = Line, Fraction = source.Fraction };
        var next = new RentedArray<byte>(BlockBytes);
        _memory.Span[length.._filled].CopyTo(next.Span);
        (_memory, _filled) = (next, _filled - length);
        Line += block.Bytes.Count((byte)'\n');
        return block;
    }

    /// <summary>The bytes of the next block, which stay to be read.</summary>
    public ReadOnlyMemory<byte> Peek()
    {
        Fill();
        return _memory.Memory[.._filled];
    }

    /// <summary>All that is left, as text.</summary>
    /// <param name="block">The block that was read last, if it is to count as left.</param>
    public TextReader Rest(TextBlock? block)
    {
        byte[] ahead = [.. block is null ? [] : block.Bytes, .. _memory.Span[.._filled]];
        if (block is not null) Line = block.FirstLine;
        return TextSource.Decode(new AheadStream(ahead, source.Bytes), mayHaveMark: Line == 1);
    }

    public void Dispose()
    {
        _memory.Dispose();
        source.Dispose();
    }

    private void Fill() =>
        _filled += source.Bytes.ReadAtLeast(_memory.Span[_filled..], BlockBytes - _filled, throwOnEndOfStream: false);
}
