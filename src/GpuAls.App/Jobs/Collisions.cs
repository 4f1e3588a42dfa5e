namespace GpuAls.App;

/// <summary>Outputs that would destroy what a run reads, or a saved model; refused before anything is read.</summary>
internal static class Collisions
{
    /// <exception cref="GpuAlsException">Kind Usage: a file with plays lies in the folder of the model or has the name of the lists.</exception>
    public static void Check(TrainJobOptions options)
    {
        var folder = OutputLocation.Of(options.Output);
        var lists = options.Recommendations is { } name ? OutputLocation.Of(name) : null;
        var validation = options.Validation is { Locations.Count: > 0 } given ? InputLocation.Resolve(given.Locations) : [];
        foreach (var path in InputLocation.Resolve(options.Locations).Concat(validation).Select(file => file.Path))
        {
            var plays = OutputLocation.Of(path);
            Require.Usage(!folder.Contains(plays), $"the plays in '{path}' lie in --output '{options.Output}', which is replaced. Choose another directory.");
            Require.Usage(lists is null || !lists.IsSameAs(plays), $"--recommendations '{options.Recommendations}' is a file with plays. Choose another name.");
        }

        CheckReport(options.Report, [.. options.Locations, .. options.Validation?.Locations ?? []], ("--output", options.Output), ("--recommendations", options.Recommendations));
    }

    /// <exception cref="GpuAlsException">Kind Usage: the lists have the name of the file with users, or lie in the folder of a model.</exception>
    public static void Check(RecommendJobOptions options)
    {
        if (options.Output is not { } output) return;
        var lists = OutputLocation.Of(output);
        var users = options.UsersFile is { } given ? OutputLocation.Of(given) : null;
        Require.Usage(users is null || !users.IsSameAs(lists), $"--output '{output}' is the file of --users. Choose another name.");
        Require.Usage(
            !OutputLocation.Of(options.Model).Contains(lists), $"--output '{output}' lies in the folder of the model '{options.Model}'. Choose another location.");
        CheckOutsideModels(output, "--output");
    }

    /// <exception cref="GpuAlsException">Kind Usage: an output has the name of a file with plays or of the other, or lies in the folder of a model.</exception>
    public static void Check(EvaluateJobOptions options)
    {
        CheckReport(options.Report, [.. options.Locations, .. options.Test, .. options.Exclude], ("--output", options.Output));
        if (options.Output is not { } output) return;
        var report = OutputLocation.Of(output);
        foreach (var locations in new[] { options.Locations, options.Test, options.Exclude }.Where(locations => locations.Count > 0))
            foreach (var file in InputLocation.Resolve(locations))
                Require.Usage(!report.IsSameAs(OutputLocation.Of(file.Path)), $"--output '{output}' is a file with plays. Choose another name.");
        CheckOutsideModels(output, "--output");
    }

    private static void CheckReport(ReportOptions? report, IReadOnlyList<string> locations, params ReadOnlySpan<(string Option, string? Path)> outputs)
    {
        if (report is null) return;
        ReportWriter.CheckName(report.File);
        var page = OutputLocation.Of(report.File);
        foreach (var file in InputLocation.Resolve(locations))
            Require.Usage(!page.IsSameAs(OutputLocation.Of(file.Path)), $"--report '{report.File}' is a file with plays. Choose another name.");
        foreach (var (option, path) in outputs)
        {
            if (path is null) continue;
            var other = OutputLocation.Of(path);
            Require.Usage(!other.Contains(page) && !page.Contains(other), $"--report '{report.File}' is {option} '{path}' or lies in it. Choose another location.");
        }

        CheckOutsideModels(report.File, "--report");
    }

    /// <exception cref="GpuAlsException">Kind Usage: a file with plays lies in the folder of the trials.</exception>
    public static void Check(TuneJobOptions options)
    {
        CheckReport(options.Report, [.. options.Locations, .. options.Test, .. options.Exclude], ("--output", options.Output));
        if (options.Output is not { } output) return;
        var folder = OutputLocation.Of(output);
        foreach (var locations in new[] { options.Locations, options.Test, options.Exclude }.Where(locations => locations.Count > 0))
            foreach (var file in InputLocation.Resolve(locations))
                Require.Usage(!folder.Contains(OutputLocation.Of(file.Path)), $"the plays in '{file.Path}' lie in --output '{output}', the folder of the trials. Choose another directory.");
    }

    /// <summary>A file among those of a model breaks the model or keeps it from being replaced.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: the path lies in the folder of a model.</exception>
    public static void CheckOutsideModels(string path, string option)
    {
        for (var folder = Path.GetDirectoryName(OutputLocation.Of(path).Path); folder is not null; folder = Path.GetDirectoryName(folder))
            Require.Usage(!ModelFolder.IsModel(folder), $"{option} '{path}' lies in the folder of a model, '{folder}'. Choose another location.");
    }
}
