using GpuAls.Engines;
using GpuAls.Sparse;

namespace GpuAls.Training;

/// <summary>
/// The plays of both sides on an engine, as the confidences of some options. Any number of trainings may take them, one after the other,
/// also with another rank, regularization or objective.
/// </summary>
public sealed class LoadedPlays : IDisposable
{
    private readonly AlsOptions _options;

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
        (Plays, _options) = (plays, options);
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
    public bool Serve(AlsOptions options) => ConfidenceTransform.IsSame(_options, options);

    /// <summary>Frees the engine's memory.</summary>
    public void Dispose()
    {
        ByItem.Dispose();
        ByUser.Dispose();
    }
}
