namespace GpuAls;

/// <summary>
/// Alternating least squares: a <see cref="TrainingLoop"/> that begins with the first factors; the linear algebra is
/// the engine's.
/// </summary>
internal sealed class FactorTrainer
{
    private readonly IAlsEngine _engine;
    private readonly AlsOptions _options;
    private readonly EarlyStopping? _stopping;

    /// <param name="engine">Where the work is done.</param>
    /// <param name="options">What is trained.</param>
    /// <param name="stopping">
    /// What is measured after each iteration, and when it ends the training; null trains all iterations.
    /// </param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: an option is out of its range. Kind Device: the engine is not capable of one.
    /// </exception>
    public FactorTrainer(IAlsEngine engine, AlsOptions options, EarlyStopping? stopping = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        EngineChecks.Plan(engine, options.Plan);
        (_engine, _options, _stopping) = (engine, options, stopping);
    }

    /// <summary>
    /// The processes that train together; by default this one alone. Where the training begins or goes on, and who
    /// keeps it, is for process 0 to say.
    /// </summary>
    public IProcessGroup Group { get; init; } = SingleProcess.Instance;

    /// <summary>Told after each iteration, when its loss and metric are known.</summary>
    public IReadOnlyList<ITrainingObserver> Observers { get; init; } = [];

    /// <summary>Where the training goes on; null begins one.</summary>
    public TrainingState? From { get; init; }

    /// <summary>What is known of users and items besides their plays.</summary>
    public FeatureTables Features { get; init; } = FeatureTables.None;

    /// <summary>The factors that a training of some plays begins with; null draws them with the seed.</summary>
    public Func<InteractionMatrix, FactorMatrices>? Begins { get; init; }

    /// <summary>Keeps the state after each iteration, which costs a copy of the factors; null keeps none.</summary>
    public ITrainingKeeper? Keeper { get; init; }

    /// <summary>Trains both sides.</summary>
    /// <param name="plays">Who played what.</param>
    /// <param name="progress">Told after each iteration.</param>
    /// <param name="cancellation">Looked at between blocks of rows.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: fewer than two users or items, or fewer items than the rank. Kind Internal: a row cannot be
    /// solved. Kind Device: too little memory.
    /// </exception>
    public TrainedFactors Fit(
        InteractionMatrix plays, IProgress<IterationReport>? progress = null, CancellationToken cancellation = default)
    {
        Check(plays);
        var from = Start(plays);
        // Both factor matrices first: plays stay on a device where these leave room.
        using var factors = Begin(plays, from);
        using var loaded = new LoadedPlays(_engine, plays, _options, Group);
        return Train(loaded, factors, from, progress, cancellation);
    }

    /// <summary>Trains both sides on plays that are on the engine already, and stay there.</summary>
    /// <param name="plays">Who played what, with the confidences of the options.</param>
    /// <param name="progress">Told after each iteration.</param>
    /// <param name="cancellation">Looked at between blocks of rows.</param>
    /// <exception cref="GpuAlsException">As on plays in host memory.</exception>
    public TrainedFactors Fit(
        LoadedPlays plays, IProgress<IterationReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plays);
        Check(plays.Plays);
        var from = Start(plays.Plays);
        using var factors = Begin(plays.Plays, from);
        return Train(plays, factors, from, progress, cancellation);
    }

    private void Check(InteractionMatrix plays)
    {
        ArgumentNullException.ThrowIfNull(plays);
        TrainingChecks.Check(plays, _options);
        _engine.RequireMemory(_options.ShapeOf(plays, Features));
    }

    /// <summary>Where the training begins; null where the seed draws the first factors.</summary>
    private TrainingState? Start(InteractionMatrix plays)
    {
        var start = From ?? (Begins is null
            ? null
            : new TrainingState { Rank = _options.Rank, Reports = [], Factors = Begins(plays) });
        return SharedState.Broadcast(Group, start);
    }

    private TrainingFactors Begin(InteractionMatrix plays, TrainingState? from) => from is null
        ? TrainingFactors.First(_engine, plays, _options, Features)
        : TrainingFactors.From(_engine, plays, _options, from.Factors, Features);

    private TrainedFactors Train(
        LoadedPlays plays, TrainingFactors factors, TrainingState? from, IProgress<IterationReport>? progress,
        CancellationToken cancellation)
    {
        var training = new AlsTraining(_engine, plays, factors, _options, from?.Iteration ?? 0, Features);
        var best = _stopping is null ? null : new EarlyStoppingObserver(_stopping, from?.Best);
        var reports = new ReportObserver(progress, from?.Reports);
        var losses = from?.Reports.Select(report => report.Loss) ?? [];
        List<ITrainingObserver> observers = [.. ConvergenceObserver.Of(_options, losses, out var convergence)];
        if (best is not null) observers.Add(best);
        observers.Add(reports);
        observers.AddRange(Observers);
        if (Keeper is not null) observers.Add(new StateObserver(Keeper, _options, reports, best));
        if (best is not { IsOver: true } && convergence is not { IsOver: true })
            new TrainingLoop([training], observers).Run(_options.Iterations, cancellation);
        var kept = best?.Factors ?? training.Download();
        return new TrainedFactors(
            kept.Users, kept.Items, reports.Reports, best?.Iteration ?? training.Iterations)
        {
            HasConverged = convergence?.IsOver,
            Features = training.FeatureWeights(kept),
        };
    }
}
