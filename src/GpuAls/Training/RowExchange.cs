namespace GpuAls;

/// <summary>
/// Brings the rows of factors that each process has solved to all others, a chunk at a time: while one is on its way,
/// the next is solved. They go from device to device where all processes can send and receive there, else through host
/// memory.
/// </summary>
/// <param name="group">The processes.</param>
/// <param name="factors">[rows of all processes, rank].</param>
/// <param name="chunks">Which rows each process sends at a time.</param>
internal sealed class RowExchange(IProcessGroup group, IEngineFactors factors, SharedChunks chunks)
{
    private readonly bool _isOnDevices = AreOnDevices(group, factors);

    /// <summary>[rows of a chunk, rank], those of process 0 first.</summary>
    private float[] _values = [];

    /// <summary>[processes], the rows on their way.</summary>
    private RowRange[] _rows = [];
    private long[] _starts = [];
    private PendingCall? _pending;

    /// <summary>Sends the rows of this process in a chunk, when those of the chunk before have arrived.</summary>
    /// <param name="chunk">The chunk, which is solved.</param>
    public void Send(int chunk)
    {
        if (group.Size == 1) return;
        Receive();
        _rows = [.. Enumerable.Range(0, group.Size).Select(process => chunks.Rows(process, chunk))];
        if (_isOnDevices)
        {
            var shared = factors.ShareOnDevice()!;
            _pending = group.BeginAllGather(
                shared.Values, [.. _rows.Select(rows => (long)rows.Start * shared.Stride)],
                [.. _rows.Select(rows => (long)rows.Count * shared.Stride)]);
            return;
        }

        long[] counts = [.. _rows.Select(rows => (long)rows.Count * factors.Rank)];
        _starts = ProcessGroupExtensions.Starts(counts);
        if (_values.Length < _starts[^1]) _values = new float[_starts[^1]];
        factors.CopyTo(_rows[group.Rank], Part(group.Rank));
        _pending = group.BeginAllGather(_values.AsMemory(), _starts[..^1], counts);
    }

    /// <summary>Returns when the rows that are on their way have arrived.</summary>
    public void Receive()
    {
        if (_pending is null) return;
        _pending.Wait();
        _pending = null;
        for (var process = 0; process < group.Size && !_isOnDevices; process++)
            if (process != group.Rank) factors.CopyFrom(_rows[process], Part(process));
    }

    /// <summary>All processes ask.</summary>
    private static bool AreOnDevices(IProcessGroup group, IEngineFactors factors)
    {
        if (!group.TakesDeviceMemory) return false;
        var rows = factors.ShareOnDevice();
        if (group.AllGather(rows is null ? 0 : 1).Contains(0)) return false;
        group.UseDevice(rows!.Bind);
        return true;
    }

    private Span<float> Part(int process) =>
        _values.AsSpan((int)_starts[process], (int)(_starts[process + 1] - _starts[process]));
}
