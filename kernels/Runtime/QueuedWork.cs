using ILGPU.Runtime;

namespace GpuAls.Kernels;

/// <summary>
/// The work queued on a stream, in multiplications. Each time there is enough of it for a fraction of a second, the
/// stream is waited for, so that a run that is stopped does not wait for all rows. Less work is queued at once.
/// </summary>
internal sealed class QueuedWork(AcceleratorStream stream, long block, CancellationToken cancellation)
{
    /// <summary>Takes a multiprocessor about a quarter of a second; waiting takes some 20 µs.</summary>
    public const long BlockOfMultiprocessor = 20_000_000_000;

    private long _queued;

    /// <summary>The work after which the stream is waited for.</summary>
    public long Block => block;

    /// <summary>Counts work that was queued.</summary>
    /// <exception cref="OperationCanceledException">No more is to be queued; what was queued is done.</exception>
    public void Add(long work)
    {
        _queued += work;
        if (_queued < block) return;
        _queued = 0;
        stream.Synchronize();
        cancellation.ThrowIfCancellationRequested();
    }
}

/// <summary>What a row costs, in multiplications.</summary>
/// <param name="PerPlay">For each of its plays.</param>
/// <param name="PerRow">For the row itself.</param>
internal readonly record struct RowCost(long PerPlay, long PerRow)
{
    /// <summary>Of an exact solve: a rank-one update for each play, and a Cholesky factorization.</summary>
    public static RowCost Exact(int rank) => new((long)rank * rank, (long)rank * rank * rank / 3);

    /// <summary>Of an exact solve through as many unknowns as the row has plays.</summary>
    public static long Dual(long rank, long plays) =>
        (plays * plays * rank) + (plays * plays * plays / 3) + (rank * rank);

    /// <summary>Of conjugate gradients.</summary>
    public static RowCost Steps(int rank, int steps) => new(2L * rank * (steps + 1), (long)rank * rank * (steps + 1));

    /// <summary>Of some rows.</summary>
    public long Of(long plays, int rows) => (PerPlay * plays) + (PerRow * rows);
}
