namespace GpuAls;

/// <content>New plays, without a training.</content>
public static partial class FactorModelExtensions
{
    /// <summary>
    /// A model of other users over the same items: their factors are what half an iteration of the training gives them
    /// from their plays. Use it like any model; this one stays as it is.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="engine">The device to compute on.</param>
    /// <param name="plays">The plays of the users; those of items that the model does not have are ignored.</param>
    /// <param name="cancellation">Cancels the operation, between two blocks of users.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: the plays are of another kind of feedback, or have no times and the model has a half-life. Kind
    /// BadInput: none of their items is in the model. Kind Device: too little memory.
    /// </exception>
    public static FactorModel FoldIn(
        this FactorModel model, Engine engine, Plays plays, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(plays);
        using var fold = new FoldIn(model, engine.Implementation);
        return fold.Of(Worth(model, plays), cancellation).Model;
    }

    /// <summary>
    /// A model that has new plays: the factors of their users, or items, are computed as half an iteration would, new
    /// ids are added behind the others, and all other factors stay the same to the bit. This model stays as it is.
    /// </summary>
    /// <param name="model">A model that was trained or loaded.</param>
    /// <param name="engine">The device to compute on.</param>
    /// <param name="plays">
    /// The new plays; those of ids of the other side that the model does not have are ignored.
    /// </param>
    /// <param name="side">Whose factors are computed.</param>
    /// <param name="combination">What becomes of the plays that the model already has of them.</param>
    /// <param name="cancellation">Cancels the operation, between two blocks of rows.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: the plays are of another kind of feedback, or have no times and the model has a half-life. Kind
    /// BadInput: no play is of an id of the other side, new ids have another type, or a sum of weights is too large.
    /// Kind Device: too little memory.
    /// </exception>
    public static FactorModel Update(
        this FactorModel model,
        Engine engine,
        Plays plays,
        Side side = Side.Users,
        PlaysCombination combination = PlaysCombination.Add,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(plays);
        var startedAt = DateTime.UtcNow;
        var worth = Worth(model, plays);
        var (updated, counts) = ModelUpdate.Of(
            model, engine.Implementation, worth, side, combination, cancellation);
        if (model.Manifest is not { } manifest) return updated;
        var update = new ManifestUpdate
        {
            GpualsVersion = ProductVersion.Text,
            StartedAt = startedAt,
            Device = engine.Implementation.Description.ToString(),
            Locations = plays.Input.Locations,
            Side = side,
            Combine = combination,
            Recomputed = counts.Recomputed,
            Added = counts.Added,
            Read = plays.Statistics,
        };
        return updated.With(manifest.Updated(updated, update));
    }

    /// <summary>New plays, weighed as those of the training were.</summary>
    private static InteractionMatrix Worth(FactorModel model, Plays plays)
    {
        Require.Usage(
            plays.Feedback == model.Feedback,
            $"the plays are {Words.Of(plays.Feedback)} feedback, and the model learned from "
            + $"{Words.Of(model.Feedback)} feedback.");
        return PlayWorth.Of(plays.Rows, plays.Matrix, GpuAls.FoldIn.WorthOf(model.Options));
    }
}
