namespace GpuAls;

/// <summary>A stream that is read from front to back only.</summary>
internal abstract class ForwardStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public abstract override int Read(Span<byte> buffer);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>A stream whose first bytes have already been read.</summary>
/// <param name="ahead">Those bytes.</param>
/// <param name="rest">The bytes that follow; stays open.</param>
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
