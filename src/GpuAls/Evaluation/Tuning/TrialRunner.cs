using System.Diagnostics;

namespace GpuAls;

/// <summary>
/// Trains and measures trials, one after the other, on plays that stay on the engine; trials of other confidences bring
/// values only. The folds of a split go side by side, so that iterations can be compared by all of them.
/// </summary>
internal sealed class TrialRunner(
    IAlsEngine engine, SearchFolds folds, SearchOptions options, BootstrapOptions bootstrap,
    IProgress<TrialStep>? progress) : IDisposable
{
    private readonly MetricChoice _choice = options.Choice();
    private readonly int _patience = options.Patience;
    private readonly IProgress<TrialStep>? _progress = progress;
    private readonly Dictionary<int, (int Iterations, FactorMatrices[] Factors)> _paused = [];
    private readonly List<LoadedPlays> _plays = [];

    /// <summary>Trains a trial up to an iteration, and measures it.</summary>
    /// <param name="order">Which trial, and how far.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>What it came to; a failure too.</returns>
    public TrialResult Run(TrialOrder order, CancellationToken cancellation)
    {
        foreach (var trial in _paused.Keys.Except(order.Needed).ToArray()) _paused.Remove(trial);
        try
        {
            return Advance(order, cancellation);
        }
        catch (GpuAlsException failure)
        {
            return new TrialResult
            {
                Trial = order.Trial,
                Rung = order.Rung,
                Iterations = order.Before?.Iterations ?? [],
                BestIteration = 0,
                Metrics = [],
                Seconds = order.Before?.Seconds ?? 0,
                Failure = new TrialFailure(failure.Kind, failure.Message),
            };
        }
    }

    public void Dispose() => Unload();

    private TrialResult Advance(TrialOrder order, CancellationToken cancellation)
    {
        var (trial, als, before) = (order.Trial, order.Options, order.Before);
        var clock = Stopwatch.StartNew();
        var best = new BestIteration(_choice.IsLowerBetter, _patience, options.MinImprovement);
        var done = new List<TrialIteration>(before?.Iterations ?? []);
        if (_patience > 0)
            foreach (var iteration in done) best.Offer(iteration.Iteration, iteration.Value ?? double.NaN);
        var observer = new TrialObserver(this, order, best, done);
        var observers = ConvergenceObserver.Of(als, done.Select(iteration => iteration.Loss), out var convergence);
        if (before is not null && IsOver()) return before with { Rung = order.Rung };
        using (var trainings = Begin(trial, als, done.Count, cancellation))
        {
            trainings.Loop([.. observers, observer]).Run(order.Iterations, cancellation);
            if (double.IsNaN(best.Value)) throw NoNumber();
            if (order.Keeps && !IsOver()) _paused[trial] = (done.Count, trainings.Pause(als));
        }

        return new TrialResult
        {
            Trial = trial,
            Rung = order.Rung,
            Iterations = done,
            BestIteration = best.Iteration,
            Metrics = observer.BestMeasured?.Summarize(bootstrap, cancellation: cancellation) ?? before!.Metrics,
            Seconds = Math.Round((before?.Seconds ?? 0) + clock.Elapsed.TotalSeconds, 3),
        };

        bool IsOver() => best.IsOver || convergence is { IsOver: true };
    }

    /// <summary>
    /// Goes on where the trial was, or comes there again where its factors are gone, or another process has gone on
    /// with it since: the same iterations give the same factors.
    /// </summary>
    private FoldTrainings Begin(int trial, AlsOptions als, int iterations, CancellationToken cancellation)
    {
        if (folds.Become(als)) Unload();
        foreach (var fold in folds.Current) TrainingChecks.Check(fold.HeldOut.Train, als);
        foreach (var fold in folds.Current) engine.RequireMemory(als.ShapeOf(fold.HeldOut.Train, folds.Features));
        Load(als);
        if (_paused.Remove(trial, out var paused) && paused.Iterations == iterations)
            return FoldTrainings.From(engine, _plays, als, folds.Features, paused.Factors, iterations);
        var trainings = FoldTrainings.First(engine, _plays, als, folds.Features);
        try
        {
            trainings.Loop([]).Run(iterations, cancellation);
            return trainings;
        }
        catch
        {
            trainings.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Brings the plays of all folds to the engine, or gives those that are there the confidences of a trial.
    /// </summary>
    private void Load(AlsOptions als)
    {
        foreach (var plays in _plays) plays.Weigh(als);
        foreach (var fold in folds.Current.Skip(_plays.Count))
            _plays.Add(new LoadedPlays(engine, fold.HeldOut.Train, als));
    }

    private void Unload()
    {
        foreach (var plays in _plays) plays.Dispose();
        _plays.Clear();
    }

    /// <summary>Measures all folds after an iteration.</summary>
    private Measurements Measure(TrainingStep state, CancellationToken cancellation) => Measurements.Merge(
        [.. folds.Current.Zip(state.Trainings, (fold, training) =>
        {
            var (users, items) = training.Completed();
            return fold.Measure(engine, users, items, cancellation: cancellation);
        })]);

    private GpuAlsException NoNumber()
    {
        var remedy = options.ColdStart == ColdStart.Nan && _choice.Kinds == MetricKinds.Errors
            ? "Leave out what cannot be predicted, with --cold-start drop"
            : "Raise --regularization, or choose another --metric";
        return new GpuAlsException(
            FailureKind.BadInput, $"{_choice.Metric} is no number after any iteration. {remedy}.");
    }

    /// <summary>Measures the iterations of a trial, and ends it when it gets no better.</summary>
    private sealed class TrialObserver(
        TrialRunner runner, TrialOrder order, BestIteration best, List<TrialIteration> done)
        : ITrainingObserver
    {
        /// <summary>What was measured after the best iteration; null where that was before.</summary>
        public Measurements? BestMeasured { get; private set; }

        public bool Iterated(TrainingStep state, CancellationToken cancellation)
        {
            var measures = runner._patience > 0 || !state.GoesOn;
            var measured = measures ? runner.Measure(state, cancellation) : null;
            var value = Finite(measured?.Value(runner._choice.Metric));
            var loss = state.Reports.Aggregate((double?)0, (sum, report) => sum + report.Loss);
            var seconds = state.Reports.Sum(report => report.Seconds);
            done.Add(new TrialIteration(state.Iteration, value, Finite(loss), seconds));
            if (measured is not null && best.Offer(state.Iteration, value ?? double.NaN)) BestMeasured = measured;
            runner._progress?.Report(new TrialStep(order.Trial, state.Iteration, order.Iterations));
            return !best.IsOver && !IsHopeless(state.Iteration);
        }

        private bool IsHopeless(int iteration) =>
            order.Limits is { } limits && runner._choice.Cost(best.Value) > limits[iteration - 1];

        private static double? Finite(double? number) => number is { } value && double.IsFinite(value) ? number : null;
    }
}
