namespace GpuAls.App;

/// <summary>What a training takes in: the plays, and what its iterations are compared by.</summary>
/// <param name="Plays">The plays to train on.</param>
/// <param name="Read">What was read for them.</param>
/// <param name="Evaluator">Measures with the plays of the validation; null where nothing is, or the loss.</param>
internal sealed record TrainingData(InteractionMatrix Plays, ReadStatistics Read, Evaluator? Evaluator)
{
    /// <summary>What is known of users and items besides.</summary>
    public LoadedFeatures Features { get; init; } = LoadedFeatures.None;

    /// <summary>Whether some of the plays are held out to measure with, so that not all are trained on.</summary>
    public static bool IsDivided(TrainJobOptions options) =>
        IsMeasured(options) && options.Validation is { Fraction: not null };

    /// <summary>Whether iterations are measured with plays, of the input or of other files.</summary>
    public static bool IsMeasured(TrainJobOptions options) =>
        options.Validation is { } chosen && MetricChoice.Parse(chosen.Metric) is { IsLoss: false };

    /// <summary>The plays, with those to measure with beside them.</summary>
    /// <param name="rows">All rows that were read.</param>
    /// <param name="plays">
    /// The same as plays, which are worth what the options say unless they are to be divided.
    /// </param>
    /// <param name="validation">The plays of files to measure with; null for none.</param>
    /// <param name="options">How much is held out, by which metric.</param>
    /// <param name="sharing">The processes that share all of these plays.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: nothing can be measured.</exception>
    public static TrainingData Of(
        IndexedInteractions rows, InteractionMatrix plays, InteractionMatrix? validation, TrainJobOptions options,
        PlaySharing sharing)
    {
        if (options.Validation is not { } chosen || MetricChoice.Parse(chosen.Metric) is not { IsLoss: false } metric)
            return new TrainingData(plays, rows.Statistics, null);
        var heldOut = validation is not null
            ? HeldOut.Of(plays, validation, sharing: sharing)
            : HeldOut.Of(
                rows,
                plays,
                HoldOutSplit.Random(plays.ByUser, chosen.Fraction!.Value, options.Als.Seed),
                options.Als,
                sharing: sharing);
        return new TrainingData(heldOut.Train, rows.Statistics, new Evaluator(heldOut, metric.Options()));
    }

    /// <summary>What compares the iterations, and ends the training; null where nothing does.</summary>
    public EarlyStopping? Stopping(IAlsEngine engine, ValidationOptions? options)
    {
        if (options is null) return null;
        ITrainingMetric metric = Evaluator is null
            ? new LossMetric()
            : new HeldOutMetric(engine, Evaluator, MetricChoice.Parse(options.Metric));
        return new EarlyStopping(metric, options.Patience, options.MinImprovement);
    }

    /// <summary>What tells these plays from others.</summary>
    /// <param name="group">The processes that share the plays; all of them call it.</param>
    public DataFingerprint Fingerprint(IProcessGroup group) => (Evaluator is null
        ? DataFingerprint.Of(group, Plays)
        : DataFingerprint.Of(group, Plays, Evaluator.HeldOut.Test, Evaluator.HeldOut.Hidden)).With(Features.Tables);

    /// <summary>What of the validation goes into the manifest.</summary>
    /// <param name="options">How iterations were compared.</param>
    /// <param name="trained">What the training gave.</param>
    /// <param name="measured">What was measured of the model, by the names of the metrics.</param>
    public ManifestValidation? Validation(
        ValidationOptions? options, TrainedFactors trained, IReadOnlyDictionary<string, double> measured) =>
        options is null ? null : new ManifestValidation
        {
            Metric = MetricChoice.Parse(options.Metric).Metric.ToString(),
            Locations = options.Locations,
            Fraction = options.Fraction,
            Patience = options.Patience,
            MinImprovement = options.MinImprovement,
            Users = Evaluator?.Counts.Users,
            BestIteration = trained.Iteration,
            Value = trained.BestMetric is { } value && double.IsFinite(value) ? value : null,
            Metrics = measured.Count > 0 ? measured : null,
        };
}
