using static System.FormattableString;

namespace GpuAls.App;

/// <summary>A way to recommend was trained and measured.</summary>
/// <param name="Name">Such as "most popular".</param>
/// <param name="Seconds">Wall time.</param>
internal sealed record MethodMeasured(string Name, double Seconds) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "measured", "The model or a baseline was trained and measured",
        ("method", "gpuals, or the name of the baseline"), ("seconds", "wall time"));

    public override IEnumerable<LogLine> Lines =>
        [Log.Line(Invariant($"measured: {Name} ({Seconds:F2} s)"), Name, Seconds)];
}

/// <summary>Trials of an earlier run were found.</summary>
/// <param name="Done">How many, each rung counted.</param>
/// <param name="Total">Trials in all, each rung counted; null for as many as the time allows.</param>
/// <param name="Path">Where they are.</param>
internal sealed record TrialsFound(int Done, int? Total, string Path) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "resumed", "A search continues after the trials of an earlier run",
        ("done", "trials done"), ("of", "trials in all; null for as many as the time allows"),
        ("path", "where they are"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            Invariant($"{TrialDone.Of(Done, Total)} done already, in '{Path}'"), Done, Total, Path),
    ];
}

/// <summary>An iteration of a trial is done.</summary>
/// <param name="Step">Which.</param>
/// <param name="Done">Trials that are done, each rung counted.</param>
/// <param name="Total">Trials in all, each rung counted; null for as many as the time allows.</param>
/// <param name="TimeShare">How much of the time is over; null where there is no limit.</param>
internal sealed record TrialProgress(TrialStep Step, int Done, int? Total, double? TimeShare) : JobEvent
{
    public override JobProgress Progress =>
        new(TrialDone.Phase, TrialDone.Fraction(Done + ((double)Step.Iteration / Step.Iterations), Total, TimeShare))
        {
            Details = Invariant($"{TrialDone.Number(Done + 1, Total, " of ")}, iteration {Step.Iteration} ")
                + Invariant($"of {Step.Iterations}"),
            Done = Done,
            Unit = "trial",
        };
}

/// <summary>A trial is done, or a rung of it.</summary>
/// <param name="Result">What it has come to.</param>
/// <param name="Words">What was tried, in the words of the command line.</param>
/// <param name="Metric">What trials are compared by.</param>
/// <param name="Done">Trials that are done, each rung counted.</param>
/// <param name="Total">Trials in all, each rung counted; null for as many as the time allows.</param>
/// <param name="TimeShare">How much of the time is over; null where there is no limit.</param>
internal sealed record TrialDone(
    TrialResult Result, string Words, Metric Metric, int Done, int? Total, double? TimeShare) : JobEvent
{
    public const string Phase = "trials";

    public static readonly LogEvent Log = new(
        LogLevel.Info, "trial", "A trial of a search is done; a warning if it failed",
        ("trial", "its number, from 1"), ("rung", "rung of successive halving, from 1"), ("done", "trials done"),
        ("of", "trials in all; null for as many as the time allows"),
        ("options", "what was tried, as on the command line"),
        ("metric", "what trials are compared by"), ("value", "what it came to; null if the trial failed"),
        ("best_iteration", "the best iteration, from 1"), ("iterations", "iterations trained"),
        ("seconds", "wall time"), ("failure", "why it failed; null if it did not"));

    public override JobProgress Progress => new(Phase, Fraction(Done, Total, TimeShare))
    {
        Details = Number(Done, Total, " of "),
        Done = Done,
        Unit = "trial",
    };

    public override IEnumerable<LogLine> Lines
    {
        get
        {
            var value = Result.Measured(Metric)?.Value;
            var outcome = Result.Failure is { } failure
                ? $"failed: {failure.Message}"
                : Invariant($"{Metric} {value:F4} after iteration {Result.BestIteration} of {Result.Iterations.Count}")
                    + Invariant($" ({Result.Seconds:F2} s)");
            var line = Log.Line(
                Invariant($"trial {Number(Done, Total, "/")}: {Words}: {outcome}"),
                Result.Trial, Result.Rung, Done, Total, Words, Metric, value, Result.BestIteration,
                Result.Iterations.Count, Result.Seconds, Result.Failure?.Message);
            yield return Result.Failure is null ? line : line with { Level = LogLevel.Warning };
        }
    }

    /// <summary>How much of a search is done, 0 to 1, by its trials or by its time.</summary>
    public static double Fraction(double done, int? total, double? timeShare) =>
        Math.Min(1, Math.Max(total is { } all ? done / all : 0, timeShare ?? 0));

    /// <summary>Such as <c>3 of 20</c>, or <c>3</c>.</summary>
    public static string Number(int done, int? total, string of) =>
        total is { } all ? Invariant($"{done}{of}{all}") : Invariant($"{done}");

    /// <summary>Such as <c>3 of 20 trials</c>, or <c>3 trials</c>.</summary>
    public static string Of(int done, int? total) =>
        total is { } all ? Invariant($"{done:N0} of {Counted.Of(all, "trial")}") : Counted.Of(done, "trial");
}

/// <summary>A search was stopped; what it has done is kept.</summary>
/// <param name="Done">Trials that are done, each rung counted.</param>
/// <param name="Total">Trials in all, each rung counted; null for as many as the time allows.</param>
/// <param name="Path">Where they are.</param>
internal sealed record TuneStopped(int Done, int? Total, string Path) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Warning, "trials_kept", "A search was stopped, and its trials are kept",
        ("done", "trials done"), ("of", "trials in all; null for as many as the time allows"),
        ("path", "where they are"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            Invariant($"{TrialDone.Of(Done, Total)} kept in '{Path}'; ")
                + "run the same command again to do the others.",
            Done, Total, Path),
    ];
}
