namespace GpuAls.App;

/// <summary>A guard let a run go on.</summary>
/// <param name="Guard">Its option.</param>
/// <param name="Found">What was found.</param>
/// <param name="Expected">What was expected.</param>
internal sealed record GuardPassed(string Guard, string Found, string Expected) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "guard_passed", "A guard of train let the run go on",
        ("guard", "its option, such as --min-rows"), ("found", "what was found"), ("expected", "what was expected"));

    public override IEnumerable<LogLine> Lines =>
        [Log.Line($"{Guard}: {Found} (expected: {Expected})", Guard, Found, Expected)];
}

/// <summary>A guard does not let the model be published; the failure of the run says so too.</summary>
/// <param name="Guard">Its option.</param>
/// <param name="Found">What was found.</param>
/// <param name="Expected">What was expected.</param>
internal sealed record GuardFailed(string Guard, string Found, string Expected) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Warning, "guard_failed", "A guard of train stops the run: nothing is published, the exit code is 5",
        ("guard", "its option, such as --min-rows"), ("found", "what was found"), ("expected", "what was expected"));

    public override IEnumerable<LogLine> Lines =>
        [Log.Line($"{Guard} fails: {Found} (expected: {Expected})", Guard, Found, Expected)];
}

/// <summary>A guard has nothing to compare with.</summary>
/// <param name="Guard">Its option.</param>
/// <param name="Reason">Why.</param>
internal sealed record GuardSkipped(string Guard, string Reason) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Warning, "guard_skipped", "A guard of train has nothing to compare with, so it is not checked",
        ("guard", "its option, such as --max-drop"), ("reason", "why"));

    public override IEnumerable<LogLine> Lines =>
        [Log.Line($"{Guard} is not checked: {Reason}.", Guard, Reason)];
}

/// <summary>An older version was deleted.</summary>
/// <param name="Path">Where it was.</param>
internal sealed record VersionDeleted(string Path) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "version_deleted", "An older version of the model was deleted (--keep)",
        ("path", "where it was"));

    public override IEnumerable<LogLine> Lines => [Log.Line($"deleted the old version {Path}", Path)];
}

/// <summary>An older version is to be deleted, but is still there.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Reason">Why, to follow its name in a sentence.</param>
internal sealed record VersionKept(string Path, string Reason) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Warning, "version_kept", "An older version of the model was not deleted, or not wholly (--keep)",
        ("path", "where it is"), ("reason", "why"));

    public override IEnumerable<LogLine> Lines =>
        [Log.Line($"the old version '{Path}' {Reason}. It is left for you to delete.", Path, Reason)];
}

/// <summary>A model is read by the file <c>latest</c>.</summary>
/// <param name="Path">The file, as it was given.</param>
/// <param name="Model">The folder of the version that it names.</param>
internal sealed record VersionChosen(string Path, string Model) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "model_version", "A model is read by the file latest",
        ("path", "the file"), ("model", "directory or URL of the version that it names"));

    public override IEnumerable<LogLine> Lines => [Log.Line($"{Path} names the model {Model}", Path, Model)];

    /// <summary>The folder of a model; tells it if <c>latest</c> was followed.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: <c>latest</c> does not name a version.</exception>
    public static Task<string> FollowAsync(
        string location, IProgress<JobEvent>? progress, CancellationToken cancellation) =>
        FollowAsync(location, SingleProcess.Instance, progress, cancellation);

    /// <summary>The same folder in several processes, though <c>latest</c> may be switched meanwhile.</summary>
    public static async Task<string> FollowAsync(
        string location, IProcessGroup group, IProgress<JobEvent>? progress, CancellationToken cancellation)
    {
        var found = group.Rank > 0
            ? ""
            : await LatestModel.ResolveAsync(location, cancellation).ConfigureAwait(false);
        var model = group.Tell(found);
        if (model != location) progress?.Report(new VersionChosen(location, model));
        return model;
    }
}
