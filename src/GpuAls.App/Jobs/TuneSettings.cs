using System.Globalization;

namespace GpuAls.App;

/// <summary>The options that the result of a trial depends on, by their names; <see cref="PlaysDigest"/> covers the plays and their split.</summary>
internal static class TuneSettings
{
    public static IReadOnlyDictionary<string, string> Of(TuneJobOptions options)
    {
        var search = options.Search;
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["the version of gpuals"] = ProductVersion.Text,
            ["--search"] = Words.Of(search.Kind),
            ["--metric"] = MetricChoice.Parse(search.Metric).Metric.ToString(),
            ["--trials"] = search.Trials?.ToString(CultureInfo.InvariantCulture) ?? "not given",
            ["--eta"] = search.Eta.ToString(CultureInfo.InvariantCulture),
            ["--patience"] = search.Patience.ToString(CultureInfo.InvariantCulture),
            ["--min-improvement"] = SearchAxis.TextOf(search.MinImprovement),
            ["--cold-start"] = Words.Of(search.ColdStart),
            ["--bootstrap"] = options.Resamples.ToString(CultureInfo.InvariantCulture),
            ["--split-seed"] = options.Split.Seed.ToString(CultureInfo.InvariantCulture),
            ["the offset of --preset"] = SearchAxis.TextOf(options.Space.FixedOptions.ConfidenceOffset),
        };
        foreach (var parameter in AlsParameters.Table) settings[parameter.Option] = parameter.Get(options.Space.FixedOptions);
        foreach (var axis in options.Space.Axes) settings[axis.Parameter.Option] = axis.Text;
        return settings;
    }
}
