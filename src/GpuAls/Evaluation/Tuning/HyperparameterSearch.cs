namespace GpuAls;

/// <summary>
/// Tries options, and compares them by one metric of held-out plays. The same options, plays and device give the same
/// results.
/// </summary>
internal sealed class HyperparameterSearch
{
    private readonly IAlsEngine _engine;
    private readonly IReadOnlyList<Evaluator> _folds;
    private readonly SearchOptions _options;
    private readonly BootstrapOptions _bootstrap;
    private readonly TrialRanking _ranking;
    private readonly ITrialSource _source;
    private readonly List<AlsOptions> _candidates;

    /// <param name="engine">Where the work is done.</param>
    /// <param name="folds">What is trained on and measured with; several are the folds of one split.</param>
    /// <param name="source">The trials; listed ones for <see cref="SearchKind.Halving"/>.</param>
    /// <param name="options">How.</param>
    /// <param name="bootstrap">How intervals are made.</param>
    public HyperparameterSearch(
        IAlsEngine engine, IReadOnlyList<Evaluator> folds, ITrialSource source, SearchOptions options,
        BootstrapOptions bootstrap)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(folds);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(bootstrap);
        (_engine, _folds, _source, _options, _bootstrap, _ranking) = (
            engine, folds, source, options, bootstrap, new TrialRanking(options.Choice()));
        _candidates = source is ListedTrials listed ? [.. listed.Trials] : [];
    }

    /// <summary>A search whose trials are known beforehand.</summary>
    public HyperparameterSearch(
        IAlsEngine engine, IReadOnlyList<Evaluator> folds, IReadOnlyList<AlsOptions> candidates, SearchOptions options,
        BootstrapOptions bootstrap)
        : this(engine, folds, new ListedTrials(candidates), options, bootstrap)
    {
    }

    /// <summary>The options of each trial, as far as they are known.</summary>
    public IReadOnlyList<AlsOptions> Candidates => _candidates;

    /// <summary>The rounds.</summary>
    public IReadOnlyList<Rung> Rungs => field ??= _options.Kind == SearchKind.Halving
        ? HalvingSchedule.Of(_source.Count, _candidates[0].Iterations, _options.Eta)
        : [new Rung(_source.Count, null)];

    /// <summary>The folds of trials whose plays are worth something else; null where all are worth the same.</summary>
    public (AlsOptions Options, Func<AlsOptions, IReadOnlyList<Evaluator>> Make)? Refolding { get; init; }

    /// <summary>Whether there would have been more trials, had there been more time.</summary>
    public bool IsTimeOver { get; private set; }

    /// <summary>What is known of users and items besides their plays.</summary>
    public FeatureTables Features { get; init; } = FeatureTables.None;

    /// <summary>Tells the time, for <see cref="SearchOptions.Time"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The processes that share out the trials, each with an engine and folds of its own.</summary>
    public IProcessGroup Group { get; init; } = SingleProcess.Instance;

    /// <summary>Seconds that this process waited for others until the end of the search.</summary>
    public double IdleSeconds { get; private set; }

    /// <summary>Runs all trials that are not done yet; on process 0, while the others <see cref="Help"/>.</summary>
    /// <param name="log">Knows the finished trials, and is told when another finishes.</param>
    /// <param name="progress">Told after each iteration; after each trial where several processes run them.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Each trial, best first: by the rung it reached, then by the metric; those that failed last.</returns>
    /// <exception cref="GpuAlsException">Any kind: all trials failed.</exception>
    public IReadOnlyList<TrialResult> Run(
        ITrialLog log, IProgress<TrialStep>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        using var folds = OpenFolds();
        using var runner = new TrialRunner(_engine, folds, _options, _bootstrap, Group.Size == 1 ? progress : null);
        using var crew = new TrialCrew(Group, runner, progress);
        var results = _options.Kind == SearchKind.Halving
            ? new SearchRungs(crew, log, Candidates, Rungs, _ranking).Run(cancellation)
            : RunRounds(crew, log, cancellation);
        crew.Dismiss();
        IdleSeconds = crew.IdleSeconds;
        if (results.Count == 0)
            throw new GpuAlsException(
                FailureKind.Usage,
                $"--time {Duration.Text(_options.Time!.Value)} was over before the first trial was done. "
                    + "Give it more.");
        var sorted = _ranking.Sorted(results).ToArray();
        return sorted[0].Failure is { } failure
            ? throw new GpuAlsException(
                failure.Kind,
                $"every trial failed; the first one with: {results.MinBy(one => one.Trial)!.Failure!.Message}")
            : sorted;
    }

    /// <summary>Runs the trials that process 0 gives this one.</summary>
    /// <param name="cancellation">Stops it.</param>
    public void Help(CancellationToken cancellation = default)
    {
        using var folds = OpenFolds();
        using var runner = new TrialRunner(_engine, folds, _options, _bootstrap, progress: null);
        using var crew = new TrialCrew(Group, runner, progress: null);
        crew.Help(cancellation);
        IdleSeconds = crew.IdleSeconds;
    }

    private IReadOnlyCollection<TrialResult> RunRounds(TrialCrew crew, ITrialLog log, CancellationToken cancellation)
    {
        using var budget = new TimeBudget(_options.Time, Time, cancellation);
        var rounds = new SearchRounds(crew, log, _source, _candidates, _options, _ranking, Time);
        rounds.Run(budget, cancellation);
        IsTimeOver = rounds.IsTimeOver;
        return rounds.Results;
    }

    private SearchFolds OpenFolds() => new(_folds, Refolding?.Options ?? AlsOptions.Default, Refolding?.Make)
    {
        Features = Features,
    };
}

/// <summary>Which of some trials is better.</summary>
/// <param name="choice">What they are compared by.</param>
internal sealed class TrialRanking(MetricChoice choice)
{
    /// <summary>What trials are compared by.</summary>
    public MetricChoice Choice => choice;

    /// <summary>The metric as a number that is better the lower it is; infinite for a failure.</summary>
    public double Cost(TrialResult result) => choice.Cost(result.Measured(choice.Metric)?.Value);

    /// <summary>Best first: by the rung reached, then by the metric; those that failed last.</summary>
    public IOrderedEnumerable<TrialResult> Sorted(IEnumerable<TrialResult> results) => results
        .OrderBy(result => result.Failure is not null)
        .ThenByDescending(result => result.Rung)
        .ThenBy(Cost)
        .ThenBy(result => result.Trial);

    /// <summary>The numbers of the best that did not fail, ascending.</summary>
    public int[] Best(IEnumerable<TrialResult> results, int count) =>
        [.. Sorted(results).Where(result => result.Failure is null).Take(count).Select(result => result.Trial).Order()];
}
