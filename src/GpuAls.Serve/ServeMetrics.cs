namespace GpuAls.Serve;

/// <summary>What was served so far.</summary>
internal sealed class ServeMetrics
{
    private long _begun;
    private long _answered;
    private long _batches;
    private long _lists;

    /// <summary>Requests answered.</summary>
    public long Requests => Interlocked.Read(ref _answered);

    /// <summary>Requests that are not answered yet.</summary>
    public long UnderWay => Interlocked.Read(ref _begun) - Interlocked.Read(ref _answered);

    /// <summary>A request came.</summary>
    public void Begun() => Interlocked.Increment(ref _begun);

    /// <summary>A request was answered.</summary>
    public void Answered() => Interlocked.Increment(ref _answered);

    /// <summary>Lists were made together.</summary>
    public void Batch(int lists)
    {
        Interlocked.Increment(ref _batches);
        Interlocked.Add(ref _lists, lists);
    }
}
