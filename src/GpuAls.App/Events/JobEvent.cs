using static System.FormattableString;

namespace GpuAls.App;

/// <summary>
/// An event of a running job. It says itself what the log and the progress bars have of it, so that a new event is
/// declared in one file.
/// </summary>
internal abstract record JobEvent
{
    /// <summary>What the log has of it; nothing where it is only a part of something.</summary>
    public virtual IEnumerable<LogLine> Lines => [];

    /// <summary>How far it brings a long phase; null where it is not part of one.</summary>
    public virtual JobProgress? Progress => null;

    /// <summary>Whether a progress bar shows everything about it.</summary>
    public virtual bool IsOnlyProgress => Progress is not null && Lines.All(line => line.Level == LogLevel.Info);
}

/// <summary>How much of a long phase is done.</summary>
/// <param name="Phase">Such as "reading".</param>
/// <param name="Fraction">How much of it, 0 .. 1.</param>
internal sealed record JobProgress(string Phase, double Fraction)
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "progress", "Progress of a long phase, after ten seconds without any other line",
        ("phase", "such as reading, training, scoring or trials"),
        ("fraction", "how much of the phase is done, 0 to 1"),
        ("done", "how many units are done; null where nothing is counted"), ("unit", "such as row; null likewise"));

    /// <summary>More about it for people, such as the number of rows.</summary>
    public string Details { get; init; } = "";

    /// <summary>How many units are done; null where nothing is counted.</summary>
    public long? Done { get; init; }

    /// <summary>What is counted, such as "row".</summary>
    public string? Unit { get; init; }

    /// <summary>A line of the log about it.</summary>
    public LogLine Line => Log.Line(
        Invariant($"{Phase}{(Details.Length > 0 ? ", " : "")}{Details}: {100 * Fraction:F0} %"),
        Phase, Fraction, Done, Unit);
}

/// <summary>A part of a long phase is done.</summary>
/// <param name="Phase">Such as "measuring most popular".</param>
/// <param name="Fraction">How much of it, 0 .. 1.</param>
internal sealed record PhaseProgress(string Phase, double Fraction) : JobEvent
{
    public override JobProgress Progress => new(Phase, Fraction);
}

/// <summary>The engine is ready.</summary>
/// <param name="Engine">What the job runs on.</param>
/// <param name="Choice">Why it was chosen.</param>
internal sealed record EngineChosen(EngineDescription Engine, DeviceChoice Choice) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "engine", "A device was chosen",
        ("device", "its name"), ("reason", "why this one; empty if it was asked for"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            $"device: {Engine}{(Choice.Note.Length > 0 ? "; " : "")}{Choice.Note}", Engine.ToString(), Choice.Reason),
    ];
}

/// <summary>The model that was replaced could not be deleted.</summary>
/// <param name="Path">Where it lies now.</param>
internal sealed record LeftoverKept(string Path) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Warning, "leftover", "The model that was replaced could not be deleted",
        ("path", "where it was moved to"));

    public override IEnumerable<LogLine> Lines =>
        [Log.Line($"the model that was replaced could not be deleted and is left in '{Path}'.", Path)];
}

/// <summary>The file <c>latest</c> names another version.</summary>
/// <param name="Path">The file.</param>
/// <param name="Version">The version it names now.</param>
/// <param name="Before">The version it named before; null for none.</param>
internal sealed record LatestSwitched(string Path, string Version, string? Before) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "latest", "The file latest names the new version of the model",
        ("path", "the file"), ("version", "the version it names now"),
        ("before", "the version it named before; null for none"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            $"{Path} now names {Version}" + (Before is not null && Before != Version ? $" (before: {Before})" : ""),
            Path, Version, Before),
    ];
}

/// <summary>EC2 takes the spot instance back, so the job stops.</summary>
/// <param name="Notice">What is going to happen.</param>
internal sealed record SpotNoticed(SpotNotice Notice) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Warning, "spot_notice", "EC2 is about to interrupt the spot instance, so the run stops",
        ("action", "terminate, stop or hibernate"), ("at", "when, UTC, ISO 8601"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            $"EC2 will {Notice.Action} this spot instance at {Notice.Time}; saving and stopping.",
            Notice.Action, Notice.Time),
    ];
}

/// <summary>The instance metadata service could not be asked; it is asked again, but this is not told again.</summary>
/// <param name="Endpoint">Its address.</param>
/// <param name="Reason">Why not.</param>
internal sealed record SpotUnknown(string Endpoint, string Reason) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Warning, "spot_unknown", "The instance metadata service cannot be asked for spot notices",
        ("endpoint", "its address"), ("reason", "why it cannot be asked"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            $"the instance metadata service at {Endpoint} cannot be asked for spot notices ({Reason}); the run goes "
                + "on. Is this an EC2 instance? In a container, the hop limit of its metadata must be 2 or more.",
            Endpoint, Reason),
    ];
}

/// <summary>
/// Progress on the thread that reports it, unlike <see cref="Progress{T}"/>, so that events keep their order.
/// </summary>
internal sealed class Relay<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
