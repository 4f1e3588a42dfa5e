namespace GpuAls;

/// <summary>
/// The plays of both sides on an engine, as the confidences of some options. Any number of trainings may take them, one
/// after the other, also with another rank, regularization or objective; for other confidences they are weighed again,
/// where they are.
/// </summary>
internal sealed class LoadedPlays : IDisposable
{
    private AlsOptions? _options;

    /// <summary>Brings plays to an engine.</summary>
    /// <param name="engine">Where the work is done.</param>
    /// <param name="plays">Who played what: the rows that this process owns.</param>
    /// <param name="options">How plays become confidences; the rest of the options does not matter.</param>
    /// <param name="group">The processes that share the rows; null for this one alone.</param>
    /// <param name="smallestChunk">The fewest rows of a process that are sent at a time, on average.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: a confidence is too large for fp32. Kind Device: too little memory.
    /// </exception>
    public LoadedPlays(
        IAlsEngine engine, InteractionMatrix plays, AlsOptions options, IProcessGroup? group = null,
        int smallestChunk = SharedChunks.UsualSmallest)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentNullException.ThrowIfNull(options);
        (Plays, _options, Group) = (plays, options, group ?? SingleProcess.Instance);
        Require.Length(plays.UserShares.ProcessCount, Group.Size, nameof(plays));
        ByUser = new LoadedSide(engine, plays.ByUser, Chunks(plays.UserShares, plays.UserLengths), options, Group);
        try
        {
            ByItem = new LoadedSide(engine, plays.ByItem, Chunks(plays.ItemShares, plays.ItemLengths), options, Group);
        }
        catch
        {
            ByUser.Dispose();
            throw;
        }

        SharedChunks Chunks(RowShares shares, int[] lengths) =>
            new(shares, lengths, options.Rank, options.Plan.WorkOf, smallestChunk);
    }

    /// <summary>Who played what.</summary>
    public InteractionMatrix Plays { get; }

    /// <summary>The processes that share the rows.</summary>
    internal IProcessGroup Group { get; }

    /// <summary>[users, items].</summary>
    internal LoadedSide ByUser { get; }

    /// <summary>[items, users].</summary>
    internal LoadedSide ByItem { get; }

    /// <summary>Whether a training with some options may take these plays: its confidences are the same.</summary>
    public bool Serve(AlsOptions options) => _options is { } weighed && ConfidenceTransform.IsSame(weighed, options);

    /// <summary>Makes them serve some options: no training goes on with the confidences from before.</summary>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: a confidence is too large for fp32; they are as they were. Kind Device: they serve no options until
    /// they are weighed again.
    /// </exception>
    public void Weigh(AlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (Serve(options)) return;
        var byUser = ConfidenceTransform.Apply(ByUser.Plays, options);
        var byItem = ConfidenceTransform.Apply(ByItem.Plays, options);
        _options = null;
        ByUser.Reweigh(byUser);
        ByItem.Reweigh(byItem);
        _options = options;
    }

    /// <summary>Frees the engine's memory.</summary>
    public void Dispose()
    {
        ByItem.Dispose();
        ByUser.Dispose();
    }
}

/// <summary>The plays of one side, as far as this process owns their rows: on the engine chunk by chunk.</summary>
internal sealed class LoadedSide : IDisposable
{
    private readonly IAlsEngine _engine;
    private readonly RowRange[] _chunks;
    private readonly List<IEnginePlays> _onEngine = [];

    /// <param name="engine">Where the work is done.</param>
    /// <param name="plays">[rows, columns]; this process has the entries of the rows it owns.</param>
    /// <param name="chunks">Which rows each process owns, and sends at a time.</param>
    /// <param name="options">How plays become confidences.</param>
    /// <param name="group">The processes that share the rows.</param>
    public LoadedSide(
        IAlsEngine engine, CsrMatrix plays, SharedChunks chunks, AlsOptions options, IProcessGroup group)
    {
        (_engine, Chunks) = (engine, chunks);
        _chunks = [.. Enumerable.Range(0, chunks.Count).Select(chunk => chunks.Rows(group.Rank, chunk))];
        Rows = chunks.Shares.Range(group.Rank);
        Plays = plays.Slice(Rows.Start, Rows.Count);
        var confidences = ConfidenceTransform.Apply(Plays, options);
        try
        {
            foreach (var rows in _chunks) _onEngine.Add(engine.LoadPlays(Of(rows, confidences)));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Which rows each process owns, and sends at a time.</summary>
    public SharedChunks Chunks { get; }

    /// <summary>The rows that this process owns.</summary>
    public RowRange Rows { get; }

    /// <summary>[Rows.Count, columns], their plays r.</summary>
    public CsrMatrix Plays { get; }

    /// <summary>The equations of the rows of this process in a chunk.</summary>
    /// <param name="chunk">Which chunk.</param>
    /// <param name="options">What is trained; their confidences are those of the plays.</param>
    /// <param name="target">[rows of all processes, rank], this side.</param>
    /// <param name="fixedFactors">[columns, rank], the other side.</param>
    /// <param name="gramian">YᵀY of the other side, [rank, rank].</param>
    /// <param name="regularization">[rows of this process], λ.</param>
    public RowSolveProblem Problem(
        int chunk, AlsOptions options, IEngineFactors target, IEngineFactors fixedFactors, ReadOnlySpan<double> gramian,
        ReadOnlySpan<float> regularization)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (rows, plan) = (_chunks[chunk], options.Plan);
        return new RowSolveProblem
        {
            Rows = rows,
            Plays = _onEngine[chunk],
            Weights = ConfidenceTransform.Weights(options),
            FixedFactors = fixedFactors,
            Gramian = gramian,
            Regularization = regularization.Slice(rows.Start - Rows.Start, rows.Count),
            Target = target,
            HasMore = chunk < Chunks.Count - 1,
            ConjugateGradientSteps = plan.ConjugateGradientSteps,
            BlockSize = plan.BlockSize,
            Precision = plan.Precision,
            IsNonnegative = plan.IsNonnegative,
        };
    }

    /// <summary>[chunks], the rows of each, and [its rows, columns], their confidences.</summary>
    public IEnumerable<(RowRange Rows, IEnginePlays Plays)> OnEngine => _chunks.Zip(_onEngine);

    /// <summary>Gives them other confidences.</summary>
    public void Reweigh(CsrMatrix confidences)
    {
        foreach (var (rows, plays) in OnEngine) _engine.Reweigh(plays, Of(rows, confidences));
    }

    public void Dispose()
    {
        foreach (var plays in _onEngine) plays.Dispose();
    }

    private CsrMatrix Of(RowRange rows, CsrMatrix own) => own.Slice(rows.Start - Rows.Start, rows.Count);
}
