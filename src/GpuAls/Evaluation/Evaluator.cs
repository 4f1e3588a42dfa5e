namespace GpuAls;

/// <summary>
/// Measures how well held-out plays are predicted. What belongs to the split is prepared once, for any number of
/// models. What lists leave out stays on the engine that was last measured on, so that engine must outlive the
/// evaluator. Factors may be those of a training that still goes on. Lists are made by the engine; item ranks and
/// predictions are computed on the CPU, whatever the device. Where several processes share the plays, each measures the
/// users it owns; all of them measure the same at the same time.
/// </summary>
internal sealed class Evaluator : IDisposable
{
    private const int BatchUsers = 8192;

    private readonly MetricColumns _columns;
    private readonly EvaluationOptions _options;
    /// <summary>[items], plays above 0, or ratings, of each in what is trained on.</summary>
    private readonly int[] _likes;

    /// <summary>The items with any: those that baselines may list, which have no factors.</summary>
    private readonly ListableItems _liked;

    private readonly ListMasks _masks;
    private readonly TestPlays _test;
    private readonly UserNumbers _numbers;

    /// <param name="heldOut">What to train on, and what to test with.</param>
    /// <param name="options">What is measured.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: an option is out of its range. Kind BadInput: there are no held-out plays that could be predicted.
    /// </exception>
    public Evaluator(HeldOut heldOut, EvaluationOptions options)
    {
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (HeldOut, _options, _columns) = (
            heldOut, options, new MetricColumns(options.Cutoffs, options.Kinds, heldOut.Train.Feedback));
        _likes = heldOut.Seen.ItemLikes;
        _liked = new ListableItems(
            _likes.Length, [.. Enumerable.Range(0, _likes.Length).Where(item => _likes[item] > 0)]);
        _masks = new ListMasks(heldOut.Hidden);
        _test = new TestPlays(heldOut, options.ColdStart, options.Kinds);
        _numbers = new UserNumbers(_columns, _likes, heldOut.Train.Users.Count);
    }

    /// <summary>What is trained on, and what is tested with.</summary>
    public HeldOut HeldOut { get; }

    /// <summary>The numbers of the split.</summary>
    public SplitCounts Counts => new()
    {
        TrainUsers = HeldOut.Train.Users.Count,
        TrainItems = HeldOut.Train.Items.Count,
        TrainPairs = HeldOut.Train.PlayCount,
        HeldOut = HeldOut.Counts,
        Users = _test.RankedRows,
        UsersWithoutHeldOut = HeldOut.Train.Users.Count - _test.ListCount,
    };

    /// <summary>Measures factors.</summary>
    /// <param name="engine">Where they are.</param>
    /// <param name="users">[users, rank], of <see cref="HeldOut.Train"/>.</param>
    /// <param name="items">[items, rank].</param>
    /// <param name="progress">Told the share that is done, 0 .. 1.</param>
    /// <param name="known">The users and items that the model knows; others have factors of 0. Null for all.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <exception cref="GpuAlsException">Kind Device: too little memory.</exception>
    public Measurements Measure(
        IAlsEngine engine, IEngineFactors users, IEngineFactors items, IProgress<double>? progress = null,
        KnownRows? known = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(items);
        Require.Length(users.RowCount, HeldOut.Train.Users.Count, nameof(users));
        Require.Length(items.RowCount, HeldOut.Train.Items.Count, nameof(items));
        var run = new EvaluationRun(_columns, _test, _numbers, _liked.Count, HeldOut.Group);
        var (lists, ranks) = (_options.Kinds.HasFlag(MetricKinds.Lists), _options.Kinds.HasFlag(MetricKinds.Ranks));
        var work = new WorkProgress(_test.ListedRows.Length * (lists && ranks ? 2L : 1), progress);
        using var model = Lists(engine, users, items);
        if (lists) MakeLists(run, model, work, cancellation);
        if (ranks || _options.Kinds.HasFlag(MetricKinds.Errors))
            ScoreOnHost(run, model, HostCopy.Of(engine, users, items), known, work, cancellation);
        return run.Result(_options.Kinds);
    }

    /// <summary>
    /// Measures lists and ranks of another way to recommend. Its scores are not predictions, so there are no errors.
    /// </summary>
    /// <param name="scorer">The other way.</param>
    /// <param name="progress">Told the share that is done, 0 .. 1.</param>
    /// <param name="cancellation">Looked at between users.</param>
    public Measurements Measure(
        IItemScorer scorer, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(scorer);
        var run = new EvaluationRun(_columns, _test, _numbers, _liked.Count, HeldOut.Group);
        var work = new WorkProgress(_test.ListedRows.Length, progress);
        Parallel.For(
            0, _test.ListedRows.Length, new ParallelOptions { CancellationToken = cancellation },
            () => (Scores: new float[_likes.Length], Best: new BestItems(_options.Cutoffs[^1])),
            (index, _, scratch) =>
            {
                var row = _test.ListedRows[index];
                scorer.Score(row, scratch.Scores);
                var candidates = _liked.Hide(scratch.Scores, HeldOut.Hidden.RowIndices(row));
                if (_options.Kinds.HasFlag(MetricKinds.Lists)) run.EnterList(row, scratch.Best.Of(scratch.Scores));
                if (_options.Kinds.HasFlag(MetricKinds.Ranks)) run.EnterRanks(row, scratch.Scores, candidates);
                work.Add(1);
                return scratch;
            },
            _ => { });
        return run.Result(_options.Kinds & ~MetricKinds.Errors);
    }

    /// <summary>Frees the memory of the engine.</summary>
    public void Dispose() => _masks.Dispose();

    /// <summary>The lists of a model, as they are measured; to be disposed before the next model is measured.</summary>
    /// <param name="engine">Where the factors are.</param>
    /// <param name="users">[users, rank], of <see cref="HeldOut.Train"/>.</param>
    /// <param name="items">[items, rank].</param>
    /// <exception cref="GpuAlsException">Kind Device: too little memory.</exception>
    internal ModelLists Lists(IAlsEngine engine, IEngineFactors users, IEngineFactors items) =>
        new(engine, HeldOut, _likes, users, items, _masks);

    private void MakeLists(EvaluationRun run, ModelLists model, WorkProgress work, CancellationToken cancellation)
    {
        var k = _options.Cutoffs[^1];
        foreach (var batch in Batches())
        {
            cancellation.ThrowIfCancellationRequested();
            var rows = new RowRange(batch[0], batch[^1] - batch[0] + 1);
            var (items, _) = model.Make(rows, k);
            Parallel.ForEach(batch, row => run.EnterList(row, items.AsSpan((row - rows.Start) * k, k)));
            work.Add(batch.Length);
        }
    }

    /// <summary>The rows with lists, those of each batch not far from each other.</summary>
    private IEnumerable<int[]> Batches() =>
        _test.ListedRows.GroupBy(row => row / BatchUsers).Select(group => group.ToArray());

    private void ScoreOnHost(
        EvaluationRun run, ModelLists model, HostCopy factors, KnownRows? known, WorkProgress work,
        CancellationToken cancellation)
    {
        using var host = factors;
        if (_options.Kinds.HasFlag(MetricKinds.Errors))
        {
            var predictions = host.Engine.ScorePairs(_test.Predictable, host.Users, host.Items);
            known?.Forget(_test.Predictable, predictions);
            run.EnterErrors(predictions);
        }

        if (!_options.Kinds.HasFlag(MetricKinds.Ranks)) return;
        foreach (var batch in _test.ListedRows.Chunk(BatchUsers))
        {
            cancellation.ThrowIfCancellationRequested();
            host.Engine.ScoreRows(host.Users, batch, host.Items, (i, scores) =>
            {
                var hasList = model.HasList(batch[i], scores);
                run.EnterRanks(batch[i], scores, model.Hide(batch[i], scores), hasList);
            });
            work.Add(batch.Length);
        }
    }
}

/// <summary>
/// Factors where the CPU can score them: those of the host engine itself, or a copy of those on a device.
/// </summary>
internal sealed class HostCopy : IDisposable
{
    private readonly HostEngine? _owned;

    private HostCopy(IRowScorer engine, IEngineFactors users, IEngineFactors items, HostEngine? owned) =>
        (Engine, Users, Items, _owned) = (engine, users, items, owned);

    public IRowScorer Engine { get; }

    /// <summary>[users, rank].</summary>
    public IEngineFactors Users { get; }

    /// <summary>[items, rank].</summary>
    public IEngineFactors Items { get; }

    public static HostCopy Of(IAlsEngine engine, IEngineFactors users, IEngineFactors items)
    {
        if (engine.RowScorer is { } scorer) return new HostCopy(scorer, users, items, owned: null);
        var host = new HostEngine();
        return new HostCopy(host, Copy(host, users), Copy(host, items), host);
    }

    public void Dispose()
    {
        if (_owned is null) return;
        Users.Dispose();
        Items.Dispose();
        _owned.Dispose();
    }

    private static IEngineFactors Copy(HostEngine host, IEngineFactors factors) =>
        host.LoadFactors(factors.ToMatrix());
}
