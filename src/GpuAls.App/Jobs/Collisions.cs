namespace GpuAls.App;

/// <summary>Outputs that would destroy what a run reads, or a saved model; refused before anything is read.</summary>
internal static class Collisions
{
    /// <exception cref="GpuAlsException">
    /// Kind Usage: a file with plays is in the folder of the model or has the name of the lists, or the report
    /// collides.
    /// </exception>
    public static void Check(TrainJobOptions options)
    {
        IReadOnlyList<string> validation = options.Validation?.Locations ?? [];
        CheckPlaysOutside(options.Output, "which would be replaced", options.Locations, validation);
        CheckNotPlays(options.Recommendations, "--recommendations", options.Locations, validation);
        CheckReport(
            options.Report, [.. options.Locations, .. validation],
            ("--output", options.Output), ("--recommendations", options.Recommendations));
        if (options.Checkpoint.Location is { } checkpoints)
            CheckApart(
                "--checkpoint", checkpoints, ("--output", options.Output),
                ("--recommendations", options.Recommendations), ("--report", options.Report?.File));
    }

    /// <exception cref="GpuAlsException">
    /// Kind Usage: the lists have the name of the file with users, or are in the folder of a model.
    /// </exception>
    public static void Check(RecommendJobOptions options)
    {
        if (options.Output is not { } output) return;
        var lists = OutputLocation.Of(output);
        Require.Usage(
            options.UsersFile is not { } users || !OutputLocation.Of(users).IsSameAs(lists),
            $"--output '{output}' is the file of --users. Choose another name.");
        Require.Usage(
            !OutputLocation.Of(options.Model).Contains(lists),
            $"--output '{output}' is inside the model folder '{options.Model}'. Choose another location.");
        CheckOutsideModels(output, "--output");
    }

    /// <exception cref="GpuAlsException">
    /// Kind Usage: an output has the name of a file with plays or of the other, or is in the folder of a model.
    /// </exception>
    public static void Check(EvaluateJobOptions options)
    {
        CheckReport(
            options.Report, [.. options.Locations, .. options.Test, .. options.Exclude], ("--output", options.Output));
        CheckNotPlays(options.Output, "--output", options.Locations, options.Test, options.Exclude);
        if (options.Output is { } output) CheckOutsideModels(output, "--output");
    }

    /// <exception cref="GpuAlsException">Kind Usage: a file with plays is in the folder of the trials.</exception>
    public static void Check(TuneJobOptions options)
    {
        CheckReport(
            options.Report, [.. options.Locations, .. options.Test, .. options.Exclude], ("--output", options.Output));
        if (options.Output is { } output)
            CheckPlaysOutside(output, "the folder of the trials", options.Locations, options.Test, options.Exclude);
    }

    /// <summary>A file among those of a model breaks the model or keeps it from being replaced.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: the path is in the folder of a model.</exception>
    public static void CheckOutsideModels(string path, string option)
    {
        var folder = OutputLocation.Of(path).Path;
        while ((folder = Path.GetDirectoryName(folder)) is not null)
            Require.Usage(
                !ModelFolder.IsModel(folder),
                $"{option} '{path}' is inside the model folder '{folder}'. Choose another location.");
    }

    private static void CheckReport(
        ReportOptions? report, IReadOnlyList<string> plays, params ReadOnlySpan<(string Option, string? Path)> outputs)
    {
        if (report is null) return;
        ReportWriter.CheckName(report.File);
        CheckNotPlays(report.File, "--report", plays);
        CheckApart("--report", report.File, outputs);
        CheckOutsideModels(report.File, "--report");
    }

    /// <summary>Of two outputs, neither may be the other or lie in it.</summary>
    private static void CheckApart(
        string option, string path, params ReadOnlySpan<(string Option, string? Path)> others)
    {
        var location = OutputLocation.Of(path);
        foreach (var other in others)
        {
            if (other.Path is null) continue;
            var there = OutputLocation.Of(other.Path);
            Require.Usage(
                !there.Contains(location),
                $"{option} '{path}' is the same as {other.Option} '{other.Path}', or inside it. "
                + "Choose another location.");
            Require.Usage(
                !location.Contains(there),
                $"{other.Option} '{other.Path}' is inside {option} '{path}'. Choose another location.");
        }
    }

    /// <summary>Plays in a folder that is replaced or filled would be lost, or read as plays the next time.</summary>
    private static void CheckPlaysOutside(
        string output, string whatItIs, params ReadOnlySpan<IReadOnlyList<string>> plays)
    {
        var folder = OutputLocation.Of(output);
        foreach (var path in Files(plays))
            Require.Usage(
                !folder.Contains(OutputLocation.Of(path)),
                $"the input '{path}' is inside --output '{output}', {whatItIs}. Choose another directory.");
    }

    private static void CheckNotPlays(
        string? output, string option, params ReadOnlySpan<IReadOnlyList<string>> plays)
    {
        if (output is null) return;
        var file = OutputLocation.Of(output);
        foreach (var path in Files(plays))
            Require.Usage(
                !file.IsSameAs(OutputLocation.Of(path)),
                $"{option} '{output}' is also an input. Choose another name.");
    }

    /// <summary>The files that some locations give.</summary>
    private static List<string> Files(ReadOnlySpan<IReadOnlyList<string>> plays)
    {
        var files = new List<string>();
        foreach (var locations in plays)
            if (locations.Count > 0) files.AddRange(InputLocation.Resolve(locations).Select(file => file.Path));
        return files;
    }
}
