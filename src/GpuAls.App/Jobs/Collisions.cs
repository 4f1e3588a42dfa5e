namespace GpuAls.App;

/// <summary>Outputs that would destroy what a run reads, or a saved model; refused before anything is read.</summary>
internal static class Collisions
{
    /// <exception cref="GpuAlsException">
    /// Kind Usage: a file with plays is in the folder of the model or has the name of the lists, or the report
    /// collides.
    /// </exception>
    public static async Task CheckAsync(TrainJobOptions options, CancellationToken cancellation)
    {
        IReadOnlyList<string>[] plays =
            [options.Locations, options.Validation?.Locations ?? [], [.. options.Features.Files]];
        await CheckPlaysOutsideAsync("--output", options.Output, "which would be replaced", plays, cancellation)
            .ConfigureAwait(false);
        if (ListFile.IsFolder(options.Recommendations))
            await CheckFolderOfListsAsync(options, plays, cancellation).ConfigureAwait(false);
        else
            await CheckNotPlaysAsync(options.Recommendations, "--recommendations", plays, cancellation)
                .ConfigureAwait(false);
        await CheckReportAsync(
            options.Report,
            plays,
            [("--output", options.Output), ("--recommendations", options.Recommendations)],
            cancellation).ConfigureAwait(false);
        CheckCheckpoints(options);
    }

    /// <summary>A folder of lists is replaced whole, and so is that of the model.</summary>
    private static async Task CheckFolderOfListsAsync(
        TrainJobOptions options, IReadOnlyList<string>[] plays, CancellationToken cancellation)
    {
        const string Option = "--recommendations";
        var folder = options.Recommendations!;
        CheckApart(Option, folder, ("--output", options.Output), ("--output", options.Versions?.Latest));
        await CheckPlaysOutsideAsync(Option, folder, "which would be replaced", plays, cancellation)
            .ConfigureAwait(false);
    }

    /// <summary>What of it can be told before the checkpoints are opened.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: an output is among the checkpoints, or the reverse.</exception>
    public static void CheckCheckpoints(TrainJobOptions options)
    {
        if (options.Checkpoint.Location is not { } checkpoints) return;
        CheckApart(
            "--checkpoint", checkpoints, ("--output", options.Output), ("--output", options.Versions?.Latest),
            ("--recommendations", options.Recommendations), ("--report", options.Report?.File));
    }

    /// <exception cref="GpuAlsException">
    /// Kind Usage: the lists have the name of a file that is read, or are in the folder of a model.
    /// </exception>
    public static async Task CheckAsync(RecommendJobOptions options, CancellationToken cancellation)
    {
        if (options.Output is not { } output || Databases.Has(output)) return;
        var lists = OutputLocation.Of(output);
        foreach (var (option, file) in options.Files)
            Require.Usage(
                !OutputLocation.Of(file).IsSameAs(lists),
                $"--output '{output}' is the file of {option}. Choose another name.");
        Require.Usage(
            !OutputLocation.Of(options.Model).Contains(lists),
            $"--output '{output}' is inside the model folder '{options.Model}'. Choose another location.");
        if (ListFile.IsFolder(output))
            CheckApart("--output", output, [("the model", options.Model), .. options.Files]);
        await CheckOutsideModelsAsync(output, "--output", cancellation).ConfigureAwait(false);
    }

    /// <exception cref="GpuAlsException">Kind Usage: the output is the model, or is in it or in another.</exception>
    public static async Task CheckAsync(ExportJobOptions options, CancellationToken cancellation)
    {
        CheckApart("--output", options.Output, ("the model", options.Model));
        await CheckOutsideModelsAsync(options.Output, "--output", cancellation).ConfigureAwait(false);
    }

    /// <exception cref="GpuAlsException">
    /// Kind Usage: the output is the model that is read, or in it, or a file that is read is in the output.
    /// </exception>
    public static async Task CheckAsync(ImportJobOptions options, CancellationToken cancellation)
    {
        CheckApart(
            "--output", options.Output, ("the source", options.Source), ("--item-factors", options.ItemFactors),
            ("--user-ids", options.UserIds), ("--item-ids", options.ItemIds));
        foreach (var indexers in options.Indexers)
            CheckApart("--output", options.Output, ("--indexers", indexers));
        await CheckPlaysOutsideAsync(
            "--output", options.Output, "which would be replaced", [options.Plays], cancellation).ConfigureAwait(false);
    }

    /// <exception cref="GpuAlsException">
    /// Kind Usage: new plays are in the folder of the model that is written, or one model would be in the other.
    /// </exception>
    public static async Task CheckAsync(UpdateJobOptions options, CancellationToken cancellation)
    {
        // The model itself may be replaced; it has been read by then.
        if (!OutputLocation.Of(options.Output).IsSameAs(OutputLocation.Of(options.Model)))
            CheckApart("--output", options.Output, ("the model", options.Model));
        await CheckPlaysOutsideAsync(
            "--output", options.Output, "which would be replaced", [options.Plays], cancellation).ConfigureAwait(false);
    }

    /// <exception cref="GpuAlsException">
    /// Kind Usage: an output has the name of a file with plays or of the other, or is in the folder of a model.
    /// </exception>
    public static async Task CheckAsync(EvaluateJobOptions options, CancellationToken cancellation)
    {
        IReadOnlyList<string>[] plays =
            [options.Locations, options.Test, options.Exclude, [.. options.Features.Files]];
        await CheckReportAsync(options.Report, plays, [("--output", options.Output)], cancellation)
            .ConfigureAwait(false);
        await CheckNotPlaysAsync(options.Output, "--output", plays, cancellation).ConfigureAwait(false);
        if (options.Output is { } output)
            await CheckOutsideModelsAsync(output, "--output", cancellation).ConfigureAwait(false);
    }

    /// <exception cref="GpuAlsException">
    /// Kind Usage: a file with plays is in the folder of the trials, or that is the folder of a model.
    /// </exception>
    public static async Task CheckAsync(TuneJobOptions options, CancellationToken cancellation)
    {
        IReadOnlyList<string>[] plays =
            [options.Locations, options.Test, options.Exclude, [.. options.Features.Files]];
        await CheckReportAsync(options.Report, plays, [("--output", options.Output)], cancellation)
            .ConfigureAwait(false);
        if (options.Output is not { } output) return;
        await CheckPlaysOutsideAsync("--output", output, "the folder of the trials", plays, cancellation)
            .ConfigureAwait(false);
        await CheckOutsideModelsAsync(Stores.Combine(output, TuneWriter.Journal), "--output", cancellation)
            .ConfigureAwait(false);
    }

    /// <summary>A file among those of a model breaks the model or keeps it from being replaced.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: the location is in the folder of a model.</exception>
    public static async Task CheckOutsideModelsAsync(string location, string option, CancellationToken cancellation)
    {
        foreach (var folder in OutputLocation.Of(location).Parents)
            Require.Usage(
                !await ModelFolder.IsModelAsync(folder, cancellation).ConfigureAwait(false),
                $"{option} '{location}' is inside the model folder '{folder}'. Choose another location.");
    }

    private static async Task CheckReportAsync(
        ReportOptions? report,
        IReadOnlyList<string>[] plays,
        (string Option, string? Location)[] outputs,
        CancellationToken cancellation)
    {
        if (report is null) return;
        ReportWriter.CheckName(report.File);
        await CheckNotPlaysAsync(report.File, "--report", plays, cancellation).ConfigureAwait(false);
        CheckApart("--report", report.File, outputs);
        await CheckOutsideModelsAsync(report.File, "--report", cancellation).ConfigureAwait(false);
    }

    /// <summary>Of two outputs, neither may be the other or lie in it.</summary>
    private static void CheckApart(
        string option, string path, params ReadOnlySpan<(string Option, string? Path)> others)
    {
        var location = OutputLocation.Of(path);
        foreach (var other in others)
        {
            if (other.Path is null || Databases.Has(other.Path)) continue;
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
    private static async Task CheckPlaysOutsideAsync(
        string option, string output, string whatItIs, IReadOnlyList<string>[] plays, CancellationToken cancellation)
    {
        var folder = OutputLocation.Of(output);
        foreach (var file in await FilesBesideAsync(output, plays, cancellation).ConfigureAwait(false))
            Require.Usage(
                !folder.Contains(OutputLocation.Of(file)),
                $"the input '{file}' is inside {option} '{output}', {whatItIs}. Choose another directory.");
    }

    private static async Task CheckNotPlaysAsync(
        string? output, string option, IReadOnlyList<string>[] plays, CancellationToken cancellation)
    {
        if (output is null || Databases.Has(output)) return;
        var location = OutputLocation.Of(output);
        foreach (var file in await FilesBesideAsync(output, plays, cancellation).ConfigureAwait(false))
            Require.Usage(
                !location.IsSameAs(OutputLocation.Of(file)),
                $"{option} '{output}' is also an input. Choose another name.");
    }

    /// <summary>The files that some locations give; only those in the storage system of the output.</summary>
    private static async Task<List<string>> FilesBesideAsync(
        string output, IReadOnlyList<string>[] plays, CancellationToken cancellation)
    {
        var (store, files) = (Stores.Of(output), new List<string>());
        foreach (var locations in plays)
        {
            string[] beside =
                [.. locations.Where(location => !Databases.Has(location) && Stores.Of(location) == store)];
            if (beside.Length == 0) continue;
            var found = await InputLocation.ResolveAsync(beside, cancellation).ConfigureAwait(false);
            files.AddRange(found.Select(file => file.Path));
        }

        return files;
    }
}
