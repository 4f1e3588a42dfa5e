namespace GpuAls.Connectors.S3;

/// <summary>
/// Reads bytes from front to back while the ranges that follow are on their way. It holds at most
/// <see cref="BufferBytes"/>.
/// </summary>
internal sealed class ReadAheadStream(IByteSource source) : ForwardStream
{
    /// <summary>Memory of one stream: 32 MiB.</summary>
    public const int BufferBytes = Ranges * RangeBytes;

    private const int Ranges = 8;
    private const int RangeBytes = 1 << 22;

    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<Task<RentedArray<byte>>> _ahead = [];
    private RentedArray<byte>? _current;
    private long _next;
    private int _taken;

    public override int Read(Span<byte> buffer)
    {
        if (!HasBytes()) return 0;
        var count = Math.Min(buffer.Length, _current!.Span.Length - _taken);
        _current.Span.Slice(_taken, count).CopyTo(buffer);
        _taken += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_stop.IsCancellationRequested)
        {
            _stop.Cancel();
            _current?.Dispose();
            // What is on its way is still written to its array, which returns to the pool when that has ended.
            var last = Task.WhenAll(_ahead.Select(DropAsync));
            _ahead.Clear();
            last.ContinueWith(_ => _stop.Dispose(), TaskScheduler.Default);
        }

        base.Dispose(disposing);
    }

    private static async Task DropAsync(Task<RentedArray<byte>> reading)
    {
        await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (reading.IsCompletedSuccessfully) (await reading.ConfigureAwait(false)).Dispose();
    }

    private bool HasBytes()
    {
        if (_current is not null && _taken < _current.Span.Length) return true;
        _current?.Dispose();
        _current = null;
        for (; _ahead.Count < Ranges && _next < source.Length; _next += RangeBytes)
            _ahead.Enqueue(FetchAsync(_next, (int)Math.Min(RangeBytes, source.Length - _next)));
        if (_ahead.Count == 0) return false;
        // Text is parsed on threads of its own; the one that reads has nothing else to do. A range that failed stays
        // the next one, so that nothing after it is ever taken for it.
        (_current, _taken) = (_ahead.Peek().GetAwaiter().GetResult(), 0);
        _ahead.Dequeue();
        return true;
    }

    private async Task<RentedArray<byte>> FetchAsync(long offset, int count)
    {
        var bytes = new RentedArray<byte>(count);
        try
        {
            await source.ReadExactlyAsync(offset, bytes.Memory, _stop.Token).ConfigureAwait(false);
            return bytes;
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }
}
