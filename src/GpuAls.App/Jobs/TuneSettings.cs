using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GpuAls.App;

/// <summary>The options that the result of a trial depends on, by their names; the plays and their split are told by <see cref="PlaysDigest"/>.</summary>
internal static class TuneSettings
{
    /// <summary>The options whose names are others on the command line.</summary>
    private static readonly Dictionary<string, string> Names = new()
    {
        ["conjugate_gradient_steps"] = "--cg-steps",
        ["track_loss"] = "--loss",
        ["confidence_offset"] = "the offset of --preset",
    };

    public static IReadOnlyDictionary<string, string> Of(TuneJobOptions options)
    {
        var search = options.Search;
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["the version of gpuals"] = ProductVersion.Text,
            ["--search"] = SearchOptions.Kinds.First(kind => kind.Value == search.Kind).Key,
            ["--metric"] = MetricChoice.Parse(search.Metric).Metric.ToString(),
            ["--trials"] = search.Trials?.ToString(CultureInfo.InvariantCulture) ?? "not given",
            ["--eta"] = search.Eta.ToString(CultureInfo.InvariantCulture),
            ["--patience"] = search.Patience.ToString(CultureInfo.InvariantCulture),
            ["--min-improvement"] = SearchParameter.Text(search.MinImprovement),
            ["--cold-start"] = EvaluationOptions.ColdStarts.First(word => word.Value == search.ColdStart).Key,
            ["--bootstrap"] = options.Resamples.ToString(CultureInfo.InvariantCulture),
            ["--split-seed"] = options.Split.Seed.ToString(CultureInfo.InvariantCulture),
        };
        foreach (var (name, value) in JsonNode.Parse(JsonSerializer.Serialize(options.Space.FixedOptions, ManifestJson.Default.AlsOptions))!.AsObject())
            settings[Names.GetValueOrDefault(name, $"--{name.Replace('_', '-')}")] = value!.ToString();
        foreach (var axis in options.Space.Axes) settings[$"--{axis.Parameter.Name}"] = Text(axis);
        return settings;
    }

    private static string Text(SearchAxis axis) => axis.Range is { } range
        ? $"{SearchParameter.Text(range.Low)}..{SearchParameter.Text(range.High)}{(range.IsLinear ? ":linear" : "")}"
        : string.Join(',', axis.Values);
}
