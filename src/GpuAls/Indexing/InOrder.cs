using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace GpuAls;

/// <summary>
/// Runs several pieces of work at once and returns their results in order. Errors keep that order too, so the first
/// one in the input is reported.
/// </summary>
internal static class InOrder
{
    /// <param name="pieces">The work.</param>
    /// <param name="atOnce">Pieces in the works at most, which bounds the memory.</param>
    /// <param name="cancellation">Ends the work.</param>
    public static async IAsyncEnumerable<T> RunAsync<T>(
        IAsyncEnumerable<Func<CancellationToken,
        Task<T>>> pieces,
        int atOnce,
        [EnumeratorCancellation] CancellationToken cancellation)
        where T : IDisposable
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = new Queue<Task<T>>();
        var source = pieces.GetAsyncEnumerator(stop.Token);
        await using var owned = source.ConfigureAwait(false);
        try
        {
            ExceptionDispatchInfo? failure = null;
            while (true)
            {
                try
                {
                    if (!await source.MoveNextAsync().ConfigureAwait(false)) break;
                }
                catch (Exception exception)
                {
                    failure = ExceptionDispatchInfo.Capture(exception);
                    break;
                }

                var piece = source.Current;
                running.Enqueue(Task.Run(() => piece(stop.Token), CancellationToken.None));
                if (running.Count == atOnce) yield return await running.Dequeue().ConfigureAwait(false);
            }

            while (running.Count > 0) yield return await running.Dequeue().ConfigureAwait(false);
            failure?.Throw();
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            foreach (var left in running) await DropAsync(left).ConfigureAwait(false);
        }
    }

    private static async Task DropAsync<T>(Task<T> task)
        where T : IDisposable
    {
        await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (task.IsCompletedSuccessfully) task.Result.Dispose();
    }
}
