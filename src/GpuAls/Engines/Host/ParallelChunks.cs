using System.Runtime.ExceptionServices;

namespace GpuAls;

/// <summary>
/// Hands numbered chunks of work to threads. The chunks do not depend on the number of threads, so neither do results
/// that are kept by chunk and summed in chunk order.
/// </summary>
internal static class ParallelChunks
{
    /// <summary>Runs <paramref name="work"/> once for each chunk.</summary>
    /// <param name="threadCount">Threads at most.</param>
    /// <param name="chunkCount">Number of chunks.</param>
    /// <param name="work">Takes the number of the chunk.</param>
    public static void Run(int threadCount, int chunkCount, Action<int> work) =>
        Run(threadCount, chunkCount, () => NoState.Instance, (_, chunk) => work(chunk));

    /// <summary>Runs <paramref name="work"/> once for each chunk; every thread makes one state for itself and disposes of it.</summary>
    /// <param name="threadCount">Threads at most.</param>
    /// <param name="chunkCount">Number of chunks.</param>
    /// <param name="makeState">Scratch memory of one thread.</param>
    /// <param name="work">State and number of the chunk.</param>
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
                for (var chunk = Interlocked.Increment(ref next); chunk < chunkCount; chunk = Interlocked.Increment(ref next))
                    work(state, chunk);
            });
        }
        catch (AggregateException exception)
        {
            // Every thread fails for the same reason; the first one is what the user needs.
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
