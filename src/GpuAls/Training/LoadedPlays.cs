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
    /// <exception cref="GpuAlsException">
    /// Kind Usage: a confidence is too large for fp32. Kind Device: too little memory.
    /// </exception>
    public LoadedPlays(IAlsEngine engine, InteractionMatrix plays, AlsOptions options, IProcessGroup? group = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentNullException.ThrowIfNull(options);
        (Plays, _options, Group) = (plays, options, group ?? SingleProcess.Instance);
        Require.Length(plays.UserShares.ProcessCount, Group.Size, nameof(plays));
        ByUser = new LoadedSide(engine, plays.ByUser, plays.UserShares, options, Group);
        try
        {
            ByItem = new LoadedSide(engine, plays.ByItem, plays.ItemShares, options, Group);
        }
        catch
        {
            ByUser.Dispose();
            throw;
        }
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

/// <summary>The plays of one side, as far as this process owns their rows.</summary>
internal sealed class LoadedSide : IDisposable
{
    private readonly IAlsEngine _engine;

    /// <param name="engine">Where the work is done.</param>
    /// <param name="plays">[rows, columns]; this process has the entries of the rows it owns.</param>
    /// <param name="shares">Which process owns which rows.</param>
    /// <param name="options">How plays become confidences.</param>
    /// <param name="group">The processes that share the rows.</param>
    public LoadedSide(
        IAlsEngine engine, CsrMatrix plays, RowShares shares, AlsOptions options, IProcessGroup group)
    {
        Shares = shares;
        Rows = new RowRange(shares.Start(group.Rank), shares.Count(group.Rank));
        Plays = plays.Extracted(Rows.Start, Rows.Count);
        _engine = engine;
        OnEngine = engine.LoadPlays(ConfidenceTransform.Apply(Plays, options));
    }

    /// <summary>Which process owns which rows.</summary>
    public RowShares Shares { get; }

    /// <summary>The rows that this process owns.</summary>
    public RowRange Rows { get; }

    /// <summary>[Rows.Count, columns], their plays r.</summary>
    public CsrMatrix Plays { get; }

    /// <summary>[Rows.Count, columns], their confidences.</summary>
    public IEnginePlays OnEngine { get; }

    /// <summary>Gives them other confidences.</summary>
    public void Reweigh(CsrMatrix confidences) => _engine.Reweigh(OnEngine, confidences);

    public void Dispose() => OnEngine.Dispose();
}
