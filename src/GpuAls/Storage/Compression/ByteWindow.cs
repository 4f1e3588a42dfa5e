namespace GpuAls;

/// <summary>
/// Bytes of a file as a decoder takes them, who may take more than are his: those of the last call can be looked at
/// again.
/// </summary>
internal sealed class ByteWindow(Stream file) : ForwardStream
{
    private const int Bytes = 1 << 16;

    private readonly byte[] _buffer = new byte[Bytes];
    private int _end;
    private int _next;
    private int _last;

    public override int Read(Span<byte> buffer)
    {
        _last = _next;
        if (_next == _end) Fill(1);
        var count = Math.Min(buffer.Length, _end - _next);
        _buffer.AsSpan(_next, count).CopyTo(buffer);
        _next += count;
        return count;
    }

    /// <summary>Goes behind a sequence that begins among the bytes of the last call or right after them.</summary>
    /// <returns>False where it is not there.</returns>
    public bool GoBehind(ReadOnlySpan<byte> sequence)
    {
        Fill(sequence.Length);
        var window = _buffer.AsSpan(_last, Math.Min(_next + sequence.Length, _end) - _last);
        var found = window.IndexOf(sequence);
        if (found < 0) return false;
        // data that ends with zeros, before a sequence of zeros
        while (window[(found + 1)..].StartsWith(sequence)) found++;
        _last = _next = _last + found + sequence.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) file.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Has as many bytes ready as are asked for, if the file has them; those of the last call stay.</summary>
    private void Fill(int count)
    {
        if (_end - _next >= count) return;
        _buffer.AsSpan(_last, _end - _last).CopyTo(_buffer);
        (_next, _end, _last) = (_next - _last, _end - _last, 0);
        _end += file.ReadAtLeast(_buffer.AsSpan(_end), count, throwOnEndOfStream: false);
    }
}
