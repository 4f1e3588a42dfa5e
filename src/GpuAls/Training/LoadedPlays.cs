namespace GpuAls;

/// <summary>
/// The plays of both sides on an engine, as the confidences of some options. Any number of trainings may take them, one after the other,
/// also with another rank, regularization or objective; for other confidences they are weighed again, where they are.
/// </summary>
public sealed class LoadedPlays : IDisposable
{
    private readonly IAlsEngine _engine;
    private AlsOptions? _options;

    /// <summary>Brings plays to an engine.</summary>
    /// <param name="engine">Where the work is done.</param>
    /// <param name="plays">Who played what.</param>
    /// <param name="options">How plays become confidences; the rest of the options does not matter.</param>
    /// <exception cref="GpuAlsException">Kind Usage: a confidence is too large for fp32. Kind Device: too little memory.</exception>
    public LoadedPlays(IAlsEngine engine, InteractionMatrix plays, AlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentNullException.ThrowIfNull(options);
        (_engine, Plays, _options) = (engine, plays, options);
        ByUser = engine.LoadPlays(ConfidenceTransform.Apply(plays.ByUser, options));
        try
        {
            ByItem = engine.LoadPlays(ConfidenceTransform.Apply(plays.ByItem, options));
        }
        catch
        {
            ByUser.Dispose();
            throw;
        }
    }

    /// <summary>Who played what.</summary>
    public InteractionMatrix Plays { get; }

    /// <summary>[users, items].</summary>
    internal IEnginePlays ByUser { get; }

    /// <summary>[items, users].</summary>
    internal IEnginePlays ByItem { get; }

    /// <summary>Whether a training with some options may take these plays: its confidences are the same.</summary>
    public bool Serve(AlsOptions options) => _options is { } weighed && ConfidenceTransform.IsSame(weighed, options);

    /// <summary>Makes them serve some options: no training goes on with the confidences from before.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: a confidence is too large for fp32; they are as they were. Kind Device: they serve no options until they are weighed again.</exception>
    public void Weigh(AlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (Serve(options)) return;
        var (byUser, byItem) = (ConfidenceTransform.Apply(Plays.ByUser, options), ConfidenceTransform.Apply(Plays.ByItem, options));
        _options = null;
        _engine.Reweigh(ByUser, byUser);
        _engine.Reweigh(ByItem, byItem);
        _options = options;
    }

    /// <summary>Frees the engine's memory.</summary>
    public void Dispose()
    {
        ByItem.Dispose();
        ByUser.Dispose();
    }
}
