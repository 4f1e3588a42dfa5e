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

    /// <param name="engine">Where the work is done.</param>
    /// <param name="folds">What is trained on and measured with; several are the folds of one split.</param>
    /// <param name="candidates">The options that are tried.</param>
    /// <param name="options">How.</param>
    /// <param name="bootstrap">How intervals are made.</param>
    public HyperparameterSearch(
        IAlsEngine engine, IReadOnlyList<Evaluator> folds, IReadOnlyList<AlsOptions> candidates, SearchOptions options,
        BootstrapOptions bootstrap)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(folds);
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(bootstrap);
        (_engine, _folds, Candidates, _options, _bootstrap, _choice) = (
            engine, folds, candidates, options, bootstrap, options.Choice());
        Rungs = options.Kind == SearchKind.Halving
            ? HalvingSchedule.Of(candidates.Count, candidates[0].Iterations, options.Eta)
            : [new Rung(candidates.Count, null)];
    }

    /// <summary>The options of each trial.</summary>
    public IReadOnlyList<AlsOptions> Candidates { get; }

    /// <summary>The rounds.</summary>
    public IReadOnlyList<Rung> Rungs { get; }

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
        using var runner = new TrialRunner(_engine, _folds, _options, _bootstrap, progress);
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

        var sorted = Sorted(latest.Values).ToArray();
        return sorted[0].Failure is { } failure
            ? throw new GpuAlsException(
                failure.Kind, $"every trial failed; the first one with: {latest[1].Failure!.Message}")
            : sorted;
    }

    private TrialResult Run(
        TrialRunner runner, int trial, int rung, TrialResult? before, ITrialLog log, CancellationToken cancellation)
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
    private double Cost(TrialResult result) =>
        result.Measured(_choice.Metric) is { } measured
            ? _choice.IsLowerBetter ? measured.Value : -measured.Value
            : double.PositiveInfinity;
}
