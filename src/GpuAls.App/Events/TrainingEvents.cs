using static System.FormattableString;

namespace GpuAls.App;

/// <summary>An iteration is done.</summary>
/// <param name="Report">How it went.</param>
/// <param name="Total">Iterations in all, at most.</param>
/// <param name="Metric">What is measured after each, such as <c>ndcg@10</c>; null for nothing.</param>
internal sealed record IterationDone(IterationReport Report, int Total, string? Metric = null) : JobEvent
{
    /// <summary>How much of the training is done, 0 .. 1; what ends it early is foreseen from the losses.</summary>
    public double Fraction { get; init; } = (double)Report.Iteration / Total;

    /// <summary>Whether the number of iterations is found on the way.</summary>
    public bool IsOpen { get; init; }

    public static readonly LogEvent Log = new(
        LogLevel.Info, "iteration", "An iteration of the training is done",
        ("iteration", "which, from 1"), ("of", "iterations in all, at most"), ("seconds", "wall time"),
        ("loss", "the loss; null without --loss or --tolerance"),
        ("metric", "what is measured after each, such as ndcg@10; null for nothing"),
        ("value", "what the metric came to; null for nothing"), ("fp64_rows", "rows that were solved in fp64"));

    public override IEnumerable<LogLine> Lines
    {
        get
        {
            var loss = Report.Loss is { } value ? Invariant($", loss {value:G9}") : "";
            var metric = Report.Metric is { } measured ? $", {Metric} {MetricTitles.Number(measured)}" : "";
            var fp64 = Report.Fp64Rows > 0 ? $", {Counted.Of(Report.Fp64Rows, "row")} in fp64" : "";
            var of = IsOpen ? "" : Invariant($"/{Total}");
            yield return Log.Line(
                Invariant($"iteration {Report.Iteration}{of}: {Report.Seconds:F3} s{loss}{metric}{fp64}"),
                Report.Iteration, Total, Report.Seconds, Report.Loss, Metric, Report.Metric, Report.Fp64Rows);
        }
    }

    public override JobProgress Progress => new("training", Fraction)
    {
        Details = Report.Loss is { } loss ? Invariant($"loss {loss:G7}") : "",
        Done = Report.Iteration,
        Unit = "iteration",
    };

    public override bool IsOnlyProgress => Report.Fp64Rows == 0;
}

/// <summary>Tells the iterations of a training as events.</summary>
/// <param name="options">What is trained.</param>
/// <param name="progress">Told of each; null where nobody is.</param>
/// <param name="metric">What is measured after each; null for nothing.</param>
internal sealed class IterationProgress(
    AlsOptions options, IProgress<JobEvent>? progress, string? metric = null) : IProgress<IterationReport>
{
    private double? _loss;
    private double _firstChange;
    private double _fraction;

    /// <inheritdoc/>
    public void Report(IterationReport value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _fraction = Math.Max(_fraction, Math.Max((double)value.Iteration / options.Iterations, Converged(value)));
        progress?.Report(new IterationDone(value, options.Iterations, metric)
        {
            Fraction = _fraction,
            IsOpen = options.Tolerance is not null && options.Iterations == AlsOptions.MostIterations,
        });
    }

    /// <summary>Tells whether a training with a tolerance came to its end, unless another end came first.</summary>
    public static void End(TrainedFactors trained, AlsOptions options, IProgress<JobEvent>? progress)
    {
        ArgumentNullException.ThrowIfNull(trained);
        ArgumentNullException.ThrowIfNull(options);
        if (trained.HasConverged is { } converged && (converged || trained.Iterations.Count == options.Iterations))
            progress?.Report(new ToleranceMet(converged, trained.Iterations.Count, options.Tolerance!.Value));
    }

    /// <summary>How far the changes of the loss, which fall about geometrically, are on their way to the end.</summary>
    private double Converged(IterationReport report)
    {
        if (options.Tolerance is not { } tolerance || report.Loss is not { } loss) return 0;
        var change = Math.Abs(((_loss ?? double.NaN) - loss) / loss);
        _loss = loss;
        if (change <= tolerance) return 1;
        if (!double.IsFinite(change)) return 0;
        if (_firstChange == 0) _firstChange = change;
        return Math.Clamp(Math.Log(_firstChange / change) / Math.Log(_firstChange / tolerance), 0, 1);
    }
}

/// <summary>A training with a tolerance has ended.</summary>
/// <param name="HasConverged">Whether its loss hardly changed any more.</param>
/// <param name="Iterations">Iterations trained.</param>
/// <param name="Tolerance">The relative change of the loss below which it ends.</param>
internal sealed record ToleranceMet(bool HasConverged, int Iterations, double Tolerance) : JobEvent
{
    public static readonly LogEvent Converged = new(
        LogLevel.Info, "converged", "The loss hardly changes any more, so the training ends (--tolerance)",
        ("iterations", "iterations trained"), ("tolerance", "the relative change of the loss below which it ends"));

    public static readonly LogEvent NotConverged = new(
        LogLevel.Warning, "not_converged", "The loss still changed by more than --tolerance in the last iteration",
        ("iterations", "iterations trained"), ("tolerance", "the relative change of the loss below which it ends"));

    public override IEnumerable<LogLine> Lines =>
    [
        HasConverged
            ? Converged.Line(
                Invariant($"converged: iteration {Iterations} changed the loss by less than {100 * Tolerance:G4} %"),
                Iterations, Tolerance)
            : NotConverged.Line(
                Invariant($"not converged: iteration {Iterations}, the last one, still changed the loss by more than ")
                    + Invariant($"{100 * Tolerance:G4} %; raise --iterations or --tolerance."),
                Iterations, Tolerance),
    ];
}

/// <summary>Some rows could be solved only with jitter. The log says so at the end of the job.</summary>
/// <param name="Rows">How many solves, in all iterations.</param>
/// <param name="FirstIteration">The first iteration with such a row.</param>
internal sealed record RowsJittered(long Rows, int FirstIteration) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Warning, "jitter", "Rows could be solved only with jitter; written at the end",
        ("rows", "row solves, in all iterations"), ("first_iteration", "the first such iteration"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            Invariant($"{Counted.Of(Rows, "row solve")} needed jitter, the first in iteration {FirstIteration}; ")
                + "raise --regularization for a well-posed problem.",
            Rows, FirstIteration),
    ];
}

/// <summary>A training has ended, and the best of its iterations is kept.</summary>
/// <param name="Iteration">The best one.</param>
/// <param name="Trained">Iterations trained.</param>
/// <param name="Metric">What was measured, such as <c>ndcg@10</c>.</param>
/// <param name="Value">What it came to.</param>
internal sealed record BestKept(int Iteration, int Trained, string Metric, double Value) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "best", "The best iteration is kept (--validation)",
        ("iteration", "which, from 1"), ("trained", "iterations trained"), ("metric", "what was measured"),
        ("value", "what it came to"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            Invariant($"kept iteration {Iteration} of {Trained}: {Metric} {MetricTitles.Number(Value)}"),
            Iteration, Trained, Metric, Value),
    ];
}

/// <summary>
/// Some users have plays above 0, or ratings, and yet factors that are all 0, so that no list can be made for them.
/// </summary>
/// <param name="Users">How many.</param>
internal sealed record ZeroFactors(int Users) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Warning, "zero_factors", "Users get no list because their factors are all 0", ("users", "how many"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            Counted.Of(
                Users, "user has factors that are all 0 and gets no list",
                "users have factors that are all 0 and get no list")
                + ", as happens when every rating is 0.",
            Users),
    ];
}

/// <summary>Some lists were made.</summary>
/// <param name="Lists">So far.</param>
/// <param name="Total">In all.</param>
internal sealed record ListsMade(int Lists, int Total) : JobEvent
{
    public override JobProgress Progress =>
        new("scoring", Total == 0 ? 1 : (double)Lists / Total) { Done = Lists, Unit = "list" };
}

/// <summary>A training is done, and all is written.</summary>
/// <param name="Output">Directory of the model.</param>
/// <param name="Recommendations">File of the lists.</param>
/// <param name="Seconds">Wall time of the job.</param>
internal sealed record JobDone(string Output, string Recommendations, double Seconds) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "done", "train: everything is written",
        ("model", "directory or URL of the model"), ("lists", "file, URL or table of the lists"),
        ("seconds", "wall time of the job"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            Invariant($"wrote the model to {Output} and the lists to {Recommendations} ({Seconds:F2} s)"),
            Output, Recommendations, Seconds),
    ];
}

/// <summary>A training begins with the factors of a model.</summary>
/// <param name="Counts">What it takes over.</param>
internal sealed record WarmStarted(WarmStartCounts Counts) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "warm_start", "The training begins with the factors of a model (--warm-start)",
        ("known_users", "users that the model has factors of"), ("new_users", "users that it has none of"),
        ("known_items", "items that the model has factors of"), ("new_items", "items that it has none of"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            Invariant($"warm start: the model has factors of {Counts.KnownUsers:N0} of ")
                + $"{Counted.Of(Counts.Users, "user")} and "
                + Invariant($"{Counts.KnownItems:N0} of {Counted.Of(Counts.Items, "item")}"),
            Counts.KnownUsers, Counts.Users - Counts.KnownUsers, Counts.KnownItems,
            Counts.Items - Counts.KnownItems),
    ];
}

/// <summary>Factors were computed for users from plays that a model was not trained on.</summary>
/// <param name="Counts">How many, and what was left out.</param>
internal sealed record FoldedIn(FoldInCounts Counts) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "fold_in", "Factors were computed for the users of --plays", ("users", "how many"));

    public static readonly LogEvent Unknown = new(
        LogLevel.Warning, "fold_in_unknown", "Plays of items that the model does not have were dropped",
        ("plays", "how many pairs"), ("items", "how many such items"), ("users", "users who have no other plays"));

    public override IEnumerable<LogLine> Lines
    {
        get
        {
            yield return Log.Line($"{Counted.Of(Counts.Users, "user")} folded in", Counts.Users);
            if (Counts.UnknownPlays == 0) yield break;
            var none = Counts.UsersWithoutItems > 0
                ? $"; {Counted.Of(Counts.UsersWithoutItems, "user has", "users have")} no other plays and "
                    + $"{(Counts.UsersWithoutItems == 1 ? "gets" : "get")} no list"
                : "";
            yield return Unknown.Line(
                $"{Counted.Of(Counts.UnknownPlays, "play was", "plays were")} left out: the model does not have "
                    + $"{Counted.Of(Counts.UnknownItems, "item")} of them{none}.",
                Counts.UnknownPlays, Counts.UnknownItems, Counts.UsersWithoutItems);
        }
    }
}
