using System.Globalization;

namespace GpuAls.App;

/// <summary>The head of a report: what was run, on what and when.</summary>
internal static class ReportFacts
{
    /// <summary>The facts of a training.</summary>
    public static IReadOnlyList<ReportFact> Of(ModelManifest manifest, TrainJobOptions options) => Known(
    [
        ("Command", options.Report?.CommandLine),
        ("Input", Input(manifest.Input)),
        ("Data", Data(manifest.Data)),
        ("Options", Training(manifest.Options, manifest.Preset)),
        ("Model", options.Output),
        ("Lists", Lists(manifest.Lists!)),
        .. Run(manifest.Device, manifest.GpualsVersion, manifest.StartedAt, manifest.Seconds),
    ]);

    /// <summary>The facts of a saved model.</summary>
    public static IReadOnlyList<ReportFact> Of(ModelManifest manifest) => Known(
    [
        ("Input", Input(manifest.Input)),
        ("Data", Data(manifest.Data)),
        ("Options", Training(manifest.Options, manifest.Preset)),
        .. Run(manifest.Device, manifest.GpualsVersion, manifest.StartedAt, manifest.Seconds),
    ]);

    /// <summary>The facts of an evaluation.</summary>
    public static IReadOnlyList<ReportFact> Of(EvaluationReport report, EvaluateJobOptions options) => Known(
    [
        ("Command", options.Report?.CommandLine),
        ("Input", report.Input is { } input ? Input(input) : null),
        (report.Models.Count > 1 ? "Models" : "Model", string.Join('\n', report.Models)),
        ("Test plays", report.Test.Count > 0 ? string.Join('\n', report.Test) : null),
        ("Excluded from lists", report.Exclude.Count > 0 ? string.Join('\n', report.Exclude) : null),
        ("Split", report.Split is { } split ? Split(split) : null),
        ("Data", string.Join('\n', report.Splits.Select(Data))),
        ("Options", report.Options is { } trained ? Training(trained, report.Preset) : null),
        ("Baselines", Text($"{Counted.Of(report.Neighbours, "similar item")} per item")),
        .. Run(report.Device, report.GpualsVersion, report.StartedAt, report.Seconds),
    ]);

    /// <summary>The facts of a search.</summary>
    public static IReadOnlyList<ReportFact> Of(TuneReport report, TuneJobOptions options) => Known(
    [
        ("Command", options.Report?.CommandLine),
        ("Input", Input(report.Input)),
        ("Test plays", report.Test.Count > 0 ? string.Join('\n', report.Test) : null),
        ("Excluded from lists", report.Exclude.Count > 0 ? string.Join('\n', report.Exclude) : null),
        ("Split", report.Split is { } split ? Split(split) : null),
        ("Data", string.Join('\n', report.Splits.Select(Data))),
        ("Search", Search(report)),
        .. Run(report.Device, report.GpualsVersion, report.StartedAt, report.Seconds),
    ]);

    private static IReadOnlyList<ReportFact> Known(IEnumerable<(string Name, string? Value)> facts) =>
    [
        .. from fact in facts
           where !string.IsNullOrEmpty(fact.Value)
           select new ReportFact(fact.Name, fact.Value!)
    ];

    private static IEnumerable<(string Name, string? Value)> Run(
        string device, string version, DateTime startedAt, double seconds) =>
    [
        ("Device", device),
        ("Version", $"gpuals {version}"),
        ("Date", startedAt.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)),
        ("Duration", Text($"{seconds:0.##} s")),
    ];

    internal static string Input(ManifestInput input)
    {
        var weight = input.WeightColumn is { } column ? $"weight column {column}" : "each row counts 1";
        var events = input.EventWeights is { } weights ? $", events {new EventWeights(weights)}" : "";
        var since = input.Since is { } first ? $", since {EpochTime.Text(first)}" : "";
        var until = input.Until is { } end ? $", until {EpochTime.Text(end)}" : "";
        return $"{string.Join('\n', input.Locations)}\nuser column {input.UserColumn}, item column "
            + $"{input.ItemColumn}, {weight}{events}{since}{until}";
    }

    /// <summary>The preset, and each option that has an effect.</summary>
    internal static string Training(AlsOptions options, string? preset)
    {
        var facts = AlsParameters.Table
            .Where(parameter => parameter.Group != ParameterGroup.Logging && parameter.WhyIdle(options) is null)
            .Select(parameter => Fact(parameter, options));
        return string.Join(
            ", ", facts.Prepend(preset is null ? "" : $"preset {preset}").Where(fact => fact.Length > 0));
    }

    private static string Fact(Parameter<AlsOptions> parameter, AlsOptions options)
    {
        var name = parameter.Name.Replace('-', ' ');
        var value = parameter.Get(options);
        return parameter.Kind == ParameterKind.Flag
            ? value == "true" ? name : ""
            : value.Length > 0 && value != parameter.Keyword ? $"{name} {value}" : "";
    }

    private static string Split(SplitOptions split) =>
        Text($"{Words.Of(split.Kind)}{(split.Folds is { } folds ? Text($", {folds} folds") : "")}, seed {split.Seed}");

    internal static string Data(DataStatistics data) =>
        $"{Counted.Of(data.Read.Rows, "row")}: {Counted.Of(data.Users, "user")}, "
            + $"{Counted.Of(data.Items, "item")}, {Counted.Of(data.Plays, "play")}";

    internal static string Lists(ManifestLists lists)
    {
        var played = lists.IncludePlayed ? "including" : "excluding";
        return Text($"top {lists.Top} for each user, {played} items already played");
    }

    private static string Search(TuneReport report)
    {
        var preset = report.Preset is { } name ? $", preset {name}" : "";
        return Text(
            $"{Words.Of(report.Search.Kind)} over {string.Join(", ", report.Searched)}, by {report.Metric}{preset}");
    }

    private static string Data(SplitCounts counts) =>
        $"{Counted.Of(counts.TrainPairs, "pair")} to train on, "
            + $"of {Counted.Of(counts.TrainUsers, "user")} and {Counted.Of(counts.TrainItems, "item")}; "
            + $"{Counted.Of(counts.HeldOut.Pairs, "pair")} held out";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A page on a run.</summary>
/// <param name="File">The file, .html.</param>
/// <param name="CommandLine">What was typed, for the page; null for nothing.</param>
internal sealed record ReportOptions(string File, string? CommandLine = null)
{
    /// <summary>The same page, of a command line.</summary>
    internal ReportOptions Of(string commandLine) => this with { CommandLine = commandLine };

    /// <summary>The page of a run, whose name has no placeholders.</summary>
    internal ReportOptions At(DateTime instant) =>
        this with { File = LocationTemplate.Parse(File, "--report").At(instant) };
}
