using System.Diagnostics;

namespace GpuAls;

/// <summary>
/// Trains and measures trials, one after the other, on plays that stay on the engine; trials of other confidences bring values only. The folds
/// of a split go side by side, so that iterations can be compared by all of them.
/// </summary>
internal sealed class TrialRunner(
    IAlsEngine engine, IReadOnlyList<Evaluator> folds, SearchOptions options, BootstrapOptions bootstrap, IProgress<TrialStep>? progress) : IDisposable
{
    private readonly MetricChoice _choice = options.Choice();
    private readonly Dictionary<int, FactorSnapshot[]> _paused = [];
    private readonly List<LoadedPlays> _plays = [];

    /// <summary>Trains a trial up to an iteration, and measures it.</summary>
    /// <param name="trial">Which trial, from 1.</param>
    /// <param name="als">Its options.</param>
    /// <param name="rung">Which rung it reaches.</param>
    /// <param name="iterations">Iterations in all.</param>
    /// <param name="before">What it has done before; null at its first rung.</param>
    /// <param name="keeps">Whether its factors are kept for another rung.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Any kind but Output.</exception>
    public TrialResult Advance(int trial, AlsOptions als, int rung, int iterations, TrialResult? before, bool keeps, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var best = new BestIteration(_choice.IsLowerBetter, options.Patience, options.MinImprovement);
        var done = new List<TrialIteration>(before?.Iterations ?? []);
        if (options.Patience > 0)
            foreach (var iteration in done) best.Offer(iteration.Iteration, iteration.Value ?? double.NaN);
        Measurements? bestMeasured = null;
        if (!best.IsOver)
        {
            using var trainings = Begin(trial, als, done.Count, cancellation);
            while (done.Count < iterations && !best.IsOver)
            {
                var reports = trainings.Iterate(cancellation);
                var measured = options.Patience > 0 || done.Count + 1 == iterations ? Measure(trainings, cancellation) : null;
                var value = Finite(measured?.Value(_choice.Metric));
                done.Add(new TrialIteration(done.Count + 1, value, Finite(Sum(reports)), reports.Sum(report => report.Seconds)));
                if (measured is not null && best.Offer(done.Count, value ?? double.NaN)) bestMeasured = measured;
                progress?.Report(new TrialStep(trial, done.Count, iterations));
            }

            if (double.IsNaN(best.Value)) throw NoNumber();

            if (keeps && !best.IsOver) _paused[trial] = trainings.Download();
        }

        return new TrialResult
        {
            Trial = trial,
            Rung = rung,
            Iterations = done,
            BestIteration = best.Iteration,
            Metrics = bestMeasured?.Summarize(bootstrap, cancellation: cancellation) ?? before!.Metrics,
            Seconds = Math.Round((before?.Seconds ?? 0) + clock.Elapsed.TotalSeconds, 3),
        };
    }

    /// <summary>Forgets the factors of trials that do not go on.</summary>
    public void KeepOnly(IReadOnlyCollection<int> trials)
    {
        foreach (var trial in _paused.Keys.Except(trials).ToArray()) _paused.Remove(trial);
    }

    public void Dispose() => _plays.ForEach(plays => plays.Dispose());

    /// <summary>Goes on where the trial was, or comes there again where its factors are gone: the same iterations give the same factors.</summary>
    private FoldTrainings Begin(int trial, AlsOptions als, int iterations, CancellationToken cancellation)
    {
        foreach (var fold in folds) TrainingChecks.Check(fold.HeldOut.Train, als);
        foreach (var fold in folds) engine.RequireMemory(TrainingShape.Of(fold.HeldOut.Train, als.Rank));
        Load(als);
        if (_paused.Remove(trial, out var paused)) return FoldTrainings.From(engine, _plays, als, paused, iterations);
        var trainings = FoldTrainings.First(engine, _plays, als);
        try
        {
            for (var iteration = 0; iteration < iterations; iteration++) trainings.Iterate(cancellation);
            return trainings;
        }
        catch
        {
            trainings.Dispose();
            throw;
        }
    }

    /// <summary>Brings the plays of all folds to the engine, or gives those that are there the confidences of a trial.</summary>
    private void Load(AlsOptions als)
    {
        foreach (var plays in _plays) plays.Weigh(als);
        foreach (var fold in folds.Skip(_plays.Count)) _plays.Add(new LoadedPlays(engine, fold.HeldOut.Train, als));
    }

    private Measurements Measure(FoldTrainings trainings, CancellationToken cancellation) =>
        Measurements.Merge([.. folds.Select((fold, place) => fold.Measure(engine, trainings.Factors[place].Users, trainings.Factors[place].Items, cancellation: cancellation))]);

    private GpuAlsException NoNumber() => new(
        FailureKind.BadInput,
        $"{_choice.Metric} is no number after any iteration. {(options.ColdStart == ColdStart.Nan && _choice.Kinds == MetricKinds.Errors ? "Leave out what cannot be predicted, with --cold-start drop" : "Raise --regularization, or choose another --metric")}.");

    private static double? Finite(double? number) => number is { } value && double.IsFinite(value) ? number : null;

    private static double? Sum(IEnumerable<IterationReport> reports) => reports.Aggregate((double?)0, (sum, report) => sum + report.Loss);
}
