using System.Runtime.ExceptionServices;

namespace GpuAls;

/// <summary>
/// Distributes numbered chunks of work over threads. Chunks do not depend on the number of threads, so neither do
/// results that are kept per chunk and summed in chunk order.
/// </summary>
internal static class ParallelChunks
{
    /// <summary>Runs <paramref name="work"/> once for each chunk.</summary>
    /// <param name="threadCount">Maximum number of threads.</param>
    /// <param name="chunkCount">Number of chunks.</param>
    /// <param name="work">Processes the chunk with the given number.</param>
    public static void Run(int threadCount, int chunkCount, Action<int> work) =>
        Run(threadCount, chunkCount, () => NoState.Instance, (_, chunk) => work(chunk));

    /// <summary>
    /// Runs <paramref name="work"/> once for each chunk. Every thread creates and disposes a state of its own.
    /// </summary>
    /// <param name="threadCount">Maximum number of threads.</param>
    /// <param name="chunkCount">Number of chunks.</param>
    /// <param name="makeState">Creates the scratch memory of a thread.</param>
    /// <param name="work">Processes a chunk, given the thread's state and the chunk's number.</param>
    public static void Run<TState>(int threadCount, int chunkCount, Func<TState> makeState, Action<TState, int> work)
        where TState : IDisposable
    {
        var next = -1;
        var threads = Math.Min(threadCount, chunkCount);
        if (threads == 0) return;
        try
        {
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
            {
                using var state = makeState();
                int chunk;
                while ((chunk = Interlocked.Increment(ref next)) < chunkCount)
                    work(state, chunk);
            });
        }
        catch (AggregateException exception)
        {
            // All threads fail for the same reason; the user needs to see only one failure.
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }
    }

    private sealed class NoState : IDisposable
    {
        public static readonly NoState Instance = new();

        public void Dispose()
        {
        }
    }
}

/// <summary>
/// Splits rows into chunks of similar work. Depends only on the matrix, never on the number of threads.
/// </summary>
internal static class RowChunks
{
    private const int TargetCount = 512;

    /// <param name="indptr">[rows + 1], where each row starts.</param>
    /// <param name="costPerRow">Work of a row besides its entries, in units of one entry.</param>
    /// <param name="rowGroup">Chunks, except the last, have a multiple of this many rows.</param>
    /// <param name="leastRows">The fewest rows of a chunk, on average; fewer of much work.</param>
    /// <returns>[chunks + 1], the first row of each chunk; the last element is the number of rows.</returns>
    public static int[] Split(ReadOnlySpan<long> indptr, int costPerRow, int rowGroup = 1, int leastRows = 0)
    {
        var rowCount = indptr.Length - 1;
        var total = indptr[^1] + ((long)rowCount * costPerRow);
        var limit = Math.Max(Math.Max(1, total / TargetCount), leastRows * total / Math.Max(1, rowCount));
        var boundaries = new List<int> { 0 };
        long work = 0;
        for (var row = 0; row < rowCount; row++)
        {
            work += indptr[row + 1] - indptr[row] + costPerRow;
            if (work < limit || (row + 1) % rowGroup != 0 || row == rowCount - 1) continue;
            boundaries.Add(row + 1);
            work = 0;
        }

        if (rowCount > 0) boundaries.Add(rowCount);
        return [.. boundaries];
    }
}
