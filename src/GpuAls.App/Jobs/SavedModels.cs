namespace GpuAls.App;

/// <summary>The saved models that are measured: one as it is, several matched by their ids.</summary>
internal sealed class SavedModels
{
    private readonly FactorModel[] _models;
    private readonly ComparedModels? _compared;

    private SavedModels(
        FactorModel[] models, IReadOnlyList<string> names, ComparedModels? compared, PlaySharing sharing)
    {
        (_models, Names, _compared, Seen) = (models, names, compared, compared?.Seen);
        var first = models[0];
        var train = compared?.Train
            ?? new InteractionMatrix(first.Users, first.Items, first.Plays) { Feedback = first.Feedback };
        Train = train.ShareOf(sharing.Group, sharing.Cost);
    }

    /// <summary>The name of each, as the results have it.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>
    /// What they were trained on, and what they know; of several processes each has that of the users it owns.
    /// </summary>
    public InteractionMatrix Train { get; }

    /// <summary>The users and items of it that are seen; null for those with plays above 0.</summary>
    public Seen? Seen { get; }

    /// <summary>Reads them.</summary>
    /// <param name="options">Which.</param>
    /// <param name="sharing">The processes; each reads all models, the same ones.</param>
    /// <param name="progress">Told which versions <c>latest</c> names.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: one is not there, none knows its plays, or they cannot be compared.
    /// </exception>
    public static async Task<SavedModels> ReadAsync(
        EvaluateJobOptions options, PlaySharing sharing, IProgress<JobEvent>? progress,
        CancellationToken cancellation)
    {
        var models = new List<FactorModel>();
        foreach (var path in options.Models)
        {
            var directory = await VersionChosen.FollowAsync(path, sharing.Group, progress, cancellation)
                .ConfigureAwait(false);
            models.Add(await ModelReader.ReadAsync(directory, cancellation).ConfigureAwait(false));
            RatingColumn.Check(models[^1].Feedback, options.Schema);
        }

        if (models.TrueForAll(model => model.HasNoPlays))
            throw new GpuAlsException(
                FailureKind.BadInput,
                models.Count == 1
                    ? $"the model in '{options.Models[0]}' was imported without its plays, so nothing tells which of "
                        + "the items a user has played. Import it with --plays."
                    : "all models were imported without their plays, so nothing tells which of the items a user has "
                        + "played. Import one of them with --plays.");
        return models.Count == 1
            ? new SavedModels([.. models], [EvaluateJob.ModelName], compared: null, sharing)
            : new SavedModels(
                [.. models], options.Models, ComparedModels.Of(models, options.Evaluation.ColdStart), sharing);
    }

    /// <summary>The factors of a model by the users and items of <see cref="Train"/>.</summary>
    public MeasuredFactors Factors(int model)
    {
        if (_compared is null)
            return new MeasuredFactors(_models[model].UserFactors, _models[model].ItemFactors);
        var (users, items) = _compared.Factors(model);
        return new MeasuredFactors(users, items, _compared.Known(model));
    }
}

/// <summary>Factors that are measured.</summary>
/// <param name="Users">[users, rank].</param>
/// <param name="Items">[items, rank].</param>
/// <param name="Known">The users and items that the model knows; null for all.</param>
internal sealed record MeasuredFactors(FactorMatrix Users, FactorMatrix Items, KnownRows? Known = null);
