using static System.FormattableString;

namespace GpuAls.App;

/// <summary>A model is served from now on.</summary>
/// <param name="Model">Where it was read.</param>
/// <param name="Users">Number of users.</param>
/// <param name="Items">Number of items.</param>
/// <param name="Rank">Length of a factor vector.</param>
/// <param name="Seconds">Wall time of reading and preparing it.</param>
/// <param name="Before">The model that was served before; null for the first.</param>
internal sealed record ModelServed(
    string Model, int Users, int Items, int Rank, double Seconds, string? Before) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "model_served", "serve: requests are answered with this model from now on",
        ("model", "directory or URL"), ("users", "users of the model"), ("items", "items of the model"),
        ("rank", "length of a factor vector"), ("seconds", "wall time of reading and preparing it"),
        ("before", "the model that was served before; null for the first"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            $"serving the model {Model}: {Counted.Of(Users, "user")}, {Counted.Of(Items, "item")}, "
                + Invariant($"rank {Rank} ({Seconds:F2} s)") + (Before is null ? "" : $"; before: {Before}"),
            Model, Users, Items, Rank, Seconds, Before),
    ];
}

/// <summary>A new version of the model is not served.</summary>
/// <param name="Model">Where it is.</param>
/// <param name="Reason">Why not, in sentences.</param>
/// <param name="Kept">The model that is served still.</param>
internal sealed record ModelRefused(string Model, string Reason, string Kept) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Warning, "model_refused", "serve: a new version of the model cannot be served, and the old one stays",
        ("model", "directory or URL"), ("reason", "why"), ("kept", "the model that is served still"));

    public override IEnumerable<LogLine> Lines =>
        [Log.Line($"{Kept} is served still; a new version cannot be: {Reason}", Model, Reason, Kept)];
}

/// <summary>Requests can come.</summary>
/// <param name="Url">Where.</param>
internal sealed record ServerListening(string Url) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "listening", "serve: requests are accepted", ("url", "where"));

    public override IEnumerable<LogLine> Lines => [Log.Line($"listening on {Url}", Url)];
}

/// <summary>A request failed for a reason inside gpuals.</summary>
/// <param name="Endpoint">Which one.</param>
/// <param name="Failure">Why.</param>
internal sealed record RequestFailed(string Endpoint, Exception Failure) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Error, "request_failed", "serve: a request failed inside gpuals and was answered with status 500",
        ("endpoint", "which one"), ("failure", "the type of the failure"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            $"a request to {Endpoint} failed inside gpuals: {Failure.GetType().Name}: {Failure.Message}", Endpoint,
            Failure.GetType().Name),
    ];
}

/// <summary>No more requests are accepted.</summary>
internal sealed record ServerStopping : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "stopping", "serve: a signal came; requests under way are answered, and no others");

    public override IEnumerable<LogLine> Lines =>
        [Log.Line("stopping: requests under way are answered, and no others")];
}

/// <summary>All requests are answered.</summary>
/// <param name="Requests">How many there were.</param>
/// <param name="Cut">Requests that took too long and were cut off.</param>
internal sealed record ServerStopped(long Requests, long Cut) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "done", "serve: every request under way is answered",
        ("requests", "requests answered since the start"), ("cut", "requests cut off because they took too long"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            $"answered {Counted.Of(Requests, "request")}" + (Cut == 0 ? "" : "; "
                + Counted.Of(Cut, "request took too long and was", "requests took too long and were") + " cut off"),
            Requests, Cut),
    ];
}
