namespace GpuAls;

/// <summary>A stream some bytes of which were read already.</summary>
/// <param name="ahead">These bytes.</param>
/// <param name="rest">What comes behind them; stays open.</param>
internal sealed class AheadStream(ReadOnlyMemory<byte> ahead, Stream rest) : ForwardStream
{
    private ReadOnlyMemory<byte> _ahead = ahead;

    public override int Read(Span<byte> buffer)
    {
        if (_ahead.IsEmpty) return rest.Read(buffer);
        var count = Math.Min(buffer.Length, _ahead.Length);
        _ahead.Span[..count].CopyTo(buffer);
        _ahead = _ahead[count..];
        return count;
    }
}
