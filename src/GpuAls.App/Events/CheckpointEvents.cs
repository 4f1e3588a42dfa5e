using static System.FormattableString;

namespace GpuAls.App;

/// <summary>A training goes on where an earlier run stopped.</summary>
/// <param name="Iteration">Iterations done.</param>
/// <param name="Total">Iterations in all.</param>
/// <param name="Path">Where the checkpoint is.</param>
/// <param name="Before">The gpuals and the device that made it, where this one is another; else null.</param>
internal sealed record TrainingResumed(int Iteration, int Total, string Path, string? Before) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "training_resumed", "A training continues from a checkpoint",
        ("iteration", "iterations done"), ("of", "iterations in all"), ("path", "where the checkpoint is"));

    public static readonly LogEvent Elsewhere = new(
        LogLevel.Warning, "resumed_elsewhere", "The checkpoint was made by another version or on another device",
        ("before", "that version and device"));

    public override IEnumerable<LogLine> Lines
    {
        get
        {
            yield return Log.Line(
                Invariant($"continuing after iteration {Iteration} of {Total}, from '{Path}'"), Iteration, Total, Path);
            if (Before is not null)
                yield return Elsewhere.Line(
                    $"the checkpoint was made by {Before}; factors may differ in the last bits from those of a run "
                        + "that was not stopped.",
                    Before);
        }
    }
}

/// <summary>There is no checkpoint to go on from, so the training begins.</summary>
/// <param name="Path">Where it was looked for.</param>
internal sealed record NothingToResume(string Path) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "nothing_to_resume", "There is no checkpoint to resume from, so the training starts anew",
        ("path", "where one was looked for"));

    public override IEnumerable<LogLine> Lines =>
        [Log.Line($"there is no checkpoint in '{Path}'; the training starts from the beginning", Path)];
}

/// <summary>A checkpoint is damaged; the one before is used.</summary>
/// <param name="File">The checkpoint.</param>
/// <param name="Damage">What is wrong with it, to follow "it" in a sentence.</param>
internal sealed record CheckpointDamaged(string File, string Damage) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Warning, "checkpoint_damaged", "A checkpoint is damaged; the one before it is used, if there is one",
        ("file", "the damaged file"));

    public override IEnumerable<LogLine> Lines =>
        [Log.Line($"'{File}' {Damage}. The checkpoint before it is used, if there is one.", File)];
}

/// <summary>A checkpoint was written, or could not be.</summary>
/// <param name="Told">Which.</param>
internal sealed record CheckpointTold(CheckpointEvent Told) : JobEvent
{
    public static readonly LogEvent Written = new(
        LogLevel.Info, "checkpoint", "A checkpoint was written",
        ("iteration", "iterations done"), ("seconds", "wall time of writing it, beside the training"));

    public static readonly LogEvent Failed = new(
        LogLevel.Warning, "checkpoint_failed", "A checkpoint could not be saved; the run goes on",
        ("reason", "why not"));

    public override IEnumerable<LogLine> Lines => Told switch
    {
        CheckpointFailed failed =>
            [Failed.Line($"a checkpoint could not be saved; the run goes on: {failed.Reason}", failed.Reason)],
        CheckpointWritten written =>
        [
            Written.Line(
                Invariant($"checkpoint of iteration {written.Iteration} written ({written.Seconds:F2} s)"),
                written.Iteration, written.Seconds),
        ],
        _ => [],
    };
}

/// <summary>A training was stopped; what it has done is kept.</summary>
/// <param name="Iteration">Iterations done.</param>
/// <param name="Total">Iterations in all.</param>
/// <param name="Path">Where the checkpoint is.</param>
internal sealed record CheckpointKept(int Iteration, int Total, string Path) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Warning, "checkpoint_kept", "A training was stopped, and its progress is saved",
        ("iteration", "iterations done"), ("of", "iterations in all"), ("path", "where the checkpoint is"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            Invariant($"iteration {Iteration} of {Total} is saved in '{Path}'; ")
                + "run the same command with --resume to continue.",
            Iteration, Total, Path),
    ];
}
