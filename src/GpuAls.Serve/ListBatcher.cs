using System.Threading.Channels;

namespace GpuAls.Serve;

/// <summary>
/// Makes the lists of requests that come at the same time together: while some are made, others wait and are the next
/// batch, so nobody waits for company. A list has the same bits alone and in company.
/// </summary>
internal sealed class ListBatcher : IDisposable
{
    /// <summary>Lists of a batch at most: the next batch starts soon, and the masks stay small.</summary>
    private const int MostLists = 256;

    private readonly FactorModel _model;
    private readonly HostEngine _engine = new();
    private readonly Recommender _recommender;
    private readonly ServeMetrics _metrics;
    private readonly Channel<WaitingList> _waiting = Channel.CreateUnbounded<WaitingList>(
        new UnboundedChannelOptions { SingleReader = true });

    /// <param name="model">The items that lists hold.</param>
    /// <param name="rules">What lists may hold.</param>
    /// <param name="metrics">Told how many lists were made together.</param>
    public ListBatcher(FactorModel model, ListRules rules, ServeMetrics metrics)
    {
        (_model, _metrics, _recommender) = (model, metrics, new Recommender(model, _engine, rules));
        _ = Task.Run(RunAsync);
    }

    /// <summary>Makes a list.</summary>
    /// <param name="factors">[rank], whose list it is.</param>
    /// <param name="leftOut">The items that it leaves out, rising.</param>
    /// <param name="k">Its length.</param>
    /// <param name="cancellation">Stops waiting for it.</param>
    public Task<UserList> FindAsync(
        ReadOnlyMemory<float> factors, int[] leftOut, int k, CancellationToken cancellation)
    {
        var waiting = new WaitingList(factors, leftOut, k, cancellation);
        return _waiting.Writer.TryWrite(waiting)
            ? waiting.Found.Task.WaitAsync(cancellation)
            : throw new ObjectDisposedException(nameof(ListBatcher));
    }

    /// <summary>Makes the lists that still wait, then frees the items.</summary>
    public void Dispose() => _waiting.Writer.TryComplete();

    private async Task RunAsync()
    {
        using var engine = _engine;
        using var recommender = _recommender;
        var batch = new List<WaitingList>();
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (batch.Count < MostLists && _waiting.Reader.TryRead(out var waiting))
                if (!waiting.Cancellation.IsCancellationRequested) batch.Add(waiting);
            foreach (var ofLength in batch.GroupBy(waiting => waiting.K)) Make([.. ofLength]);
            batch.Clear();
        }
    }

    private void Make(WaitingList[] lists)
    {
        try
        {
            _metrics.Batch(lists.Length);
            var found = _recommender.Recommend(Factors(lists), LeftOut(lists), lists[0].K);
            for (var list = 0; list < lists.Length; list++) lists[list].Found.SetResult(found.List(list));
        }
        catch (Exception exception)
        {
            foreach (var list in lists) list.Found.TrySetException(exception);
        }
    }

    private FactorMatrix Factors(WaitingList[] lists)
    {
        var factors = FactorMatrix.Uninitialized(lists.Length, _model.Rank);
        for (var list = 0; list < lists.Length; list++) lists[list].Factors.Span.CopyTo(factors.Row(list));
        return factors;
    }

    private CsrMatrix LeftOut(WaitingList[] lists)
    {
        var indptr = new long[lists.Length + 1];
        for (var list = 0; list < lists.Length; list++) indptr[list + 1] = indptr[list] + lists[list].LeftOut.Length;
        var indices = new int[indptr[^1]];
        for (var list = 0; list < lists.Length; list++) lists[list].LeftOut.CopyTo(indices.AsSpan((int)indptr[list]));
        return CsrMatrix.InBuffers(_model.Items.Count, indptr, indices, new float[indices.Length]);
    }

    /// <summary>A list that a request waits for.</summary>
    private sealed record WaitingList(
        ReadOnlyMemory<float> Factors, int[] LeftOut, int K, CancellationToken Cancellation)
    {
        // Continuations run elsewhere: the batch goes on with the next list at once.
        public TaskCompletionSource<UserList> Found { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
