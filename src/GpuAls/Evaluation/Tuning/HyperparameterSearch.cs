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
    private readonly MetricChoice _choice;
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
        (_engine, _folds, _source, _options, _bootstrap, _choice) = (
            engine, folds, source, options, bootstrap, options.Choice());
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

    /// <summary>Runs all trials that are not done yet.</summary>
    /// <param name="log">Knows the trials that are done, and is told each as it is.</param>
    /// <param name="progress">Told after each iteration.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Each trial, best first: by the rung it reached, then by the metric; those that failed last.</returns>
    /// <exception cref="GpuAlsException">Any kind: all trials failed.</exception>
    public IReadOnlyList<TrialResult> Run(
        ITrialLog log, IProgress<TrialStep>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        using var folds = new SearchFolds(_folds, Refolding?.Options ?? AlsOptions.Default, Refolding?.Make)
        {
            Features = Features,
        };
        using var runner = new TrialRunner(_engine, folds, _options, _bootstrap, progress);
        IReadOnlyCollection<TrialResult> results = _options.Kind == SearchKind.Halving
            ? RunRungs(runner, log, cancellation)
            : RunInTurn(runner, log, cancellation);
        var sorted = Sorted(results).ToArray();
        return sorted[0].Failure is { } failure
            ? throw new GpuAlsException(
                failure.Kind,
                $"every trial failed; the first one with: {results.First(one => one.Trial == 1).Failure!.Message}")
            : sorted;
    }

    /// <summary>Each trial to its end, then the next, until there are no more or the time is over.</summary>
    private List<TrialResult> RunInTurn(TrialRunner runner, ITrialLog log, CancellationToken cancellation)
    {
        var results = new List<TrialResult>();
        using var budget = new TimeBudget(_options.Time, Time, cancellation);
        var median = _source is ListedTrials || _options.Patience == 0 ? null : new MedianRule(_choice);
        while (true)
        {
            var asked = Time.GetTimestamp();
            if (_source.Next([.. results.Select(Cost)], budget.IsEnding) is not { } options) return results;
            var trial = results.Count + 1;
            if (_candidates.Count < trial) _candidates.Add(options);
            if (log.Find(trial, 1) is not { } result || !IsOf(result, options))
            {
                if (!budget.Allows(ExpectedSeconds(results, options))) break;
                runner.IsHopeless =
                    median is not null && options.Rank == _candidates[0].Rank ? median.IsHopeless : null;
                try
                {
                    result = Run(
                        runner, trial, 1, null, log, budget.Start(), Time.GetElapsedTime(asked).TotalSeconds);
                }
                catch (OperationCanceledException) when (budget.IsOver && !cancellation.IsCancellationRequested)
                {
                    break;
                }
            }

            results.Add(result);
            median?.Add(result);
            budget.Spend(result.Seconds);
        }

        IsTimeOver = true;
        return results.Count > 0
            ? results
            : throw new GpuAlsException(
                FailureKind.Usage,
                $"--time {Duration.Text(_options.Time!.Value)} was over before the first trial was done. "
                    + "Give it more.");
    }

    /// <summary>
    /// Whether a result is that of some options; where they are listed, the log has made sure that it is.
    /// </summary>
    private bool IsOf(TrialResult result, AlsOptions options) =>
        _source is ListedTrials || result.Tried == AlsParameters.SearchedText(options);

    /// <summary>The median of those of the same rank, or what the last one's rank suggests.</summary>
    private double ExpectedSeconds(List<TrialResult> results, AlsOptions options)
    {
        if (results.Count == 0) return 0;
        double[] same =
        [
            .. results.Where(result => Candidates[result.Trial - 1].Rank == options.Rank)
                .Select(result => result.Seconds).Order(),
        ];
        var last = results[^1];
        return same.Length > 0
            ? same[same.Length / 2]
            : last.Seconds * Math.Pow((double)options.Rank / Candidates[last.Trial - 1].Rank, 2);
    }

    private SortedDictionary<int, TrialResult>.ValueCollection RunRungs(
        TrialRunner runner, ITrialLog log, CancellationToken cancellation)
    {
        var latest = new SortedDictionary<int, TrialResult>();
        var taking = Enumerable.Range(1, Candidates.Count).ToArray();
        for (var rung = 1; rung <= Rungs.Count; rung++)
        {
            if (rung > 1) taking = Best(latest.Values.Where(result => result.Rung == rung - 1), Rungs[rung - 1].Trials);
            foreach (var trial in taking)
            {
                latest[trial] = log.Find(trial, rung)
                    ?? Run(runner, trial, rung, latest.GetValueOrDefault(trial), log, cancellation);
                if (rung < Rungs.Count) runner.KeepOnly([.. StillNeeded(taking, latest, rung)]);
            }
        }

        return latest.Values;
    }

    private TrialResult Run(
        TrialRunner runner, int trial, int rung, TrialResult? before, ITrialLog log, CancellationToken cancellation,
        double secondsBefore = 0)
    {
        cancellation.ThrowIfCancellationRequested();
        var options = Candidates[trial - 1];
        TrialResult result;
        try
        {
            result = runner.Advance(
                trial, options, rung, Rungs[rung - 1].Iterations ?? options.Iterations, before,
                keeps: rung < Rungs.Count, cancellation);
        }
        catch (GpuAlsException failure)
        {
            result = new TrialResult
            {
                Trial = trial,
                Rung = rung,
                Iterations = before?.Iterations ?? [],
                BestIteration = 0,
                Metrics = [],
                Seconds = before?.Seconds ?? 0,
                Failure = new TrialFailure(failure.Kind, failure.Message),
            };
        }

        if (_source is not ListedTrials)
            result = result with
            {
                Tried = AlsParameters.SearchedText(options),
                Seconds = Math.Round(result.Seconds + secondsBefore, 3),
            };

        log.Add(result);
        return result;
    }

    /// <summary>The trials of a rung that have not reached it yet, and those that are the best of it so far.</summary>
    private IEnumerable<int> StillNeeded(int[] taking, SortedDictionary<int, TrialResult> latest, int rung) => taking
        .Where(trial => latest.GetValueOrDefault(trial)?.Rung != rung)
        .Concat(Best(latest.Values.Where(result => result.Rung == rung), Rungs[rung].Trials));

    private int[] Best(IEnumerable<TrialResult> results, int count) =>
        [.. Sorted(results).Where(result => result.Failure is null).Take(count).Select(result => result.Trial).Order()];

    private IOrderedEnumerable<TrialResult> Sorted(IEnumerable<TrialResult> results) => results
        .OrderBy(result => result.Failure is not null)
        .ThenByDescending(result => result.Rung)
        .ThenBy(Cost)
        .ThenBy(result => result.Trial);

    /// <summary>The metric as a number that is better the lower it is.</summary>
    private double Cost(TrialResult result) => _choice.Cost(result.Measured(_choice.Metric)?.Value);
}
