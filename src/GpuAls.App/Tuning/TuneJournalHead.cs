using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace GpuAls.App;

/// <summary>What a journal belongs to.</summary>
/// <param name="Journal">Version of the layout.</param>
/// <param name="Data">Digest of the plays and of how they are divided.</param>
/// <param name="Settings">The options that a result depends on, by their names.</param>
internal sealed record TuneJournalHead(int Journal, string Data, IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>What another search has that differs; null where it is the same search.</summary>
    public string? WhyOther(TuneJournalHead now)
    {
        if (Journal != now.Journal) return $"its layout has version {Journal}, this gpuals writes {now.Journal}";
        foreach (var name in Settings.Keys.Union(now.Settings.Keys))
        {
            var before = Settings.GetValueOrDefault(name, "not given");
            var asked = now.Settings.GetValueOrDefault(name, "not given");
            if (before != asked) return $"{name} was {before}, and is {asked} now";
        }

        return Data == now.Data ? null : "the plays, or how they are divided, are others";
    }
}

/// <summary>
/// The options that the result of a trial depends on, by their names; <see cref="PlaysDigest"/> covers the plays and
/// their split.
/// </summary>
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
        foreach (var parameter in AlsParameters.Table)
            settings[parameter.Option] = parameter.Get(options.Space.FixedOptions);
        foreach (var axis in options.Space.Axes) settings[axis.Parameter.Option] = axis.Text;
        if (search.Kind == SearchKind.Bayes) settings.Remove("--trials"); // More trials go on after those there.
        if (search.IsAutomatic(options.Space))
        {
            settings["--preset"] = options.Preset ?? "not given";
            settings["the list of options given"] = string.Join(
                ' ', options.Space.Axes.Select(axis => axis.Parameter.Option));
        }

        return settings;
    }
}

/// <summary>
/// A digest of plays and of how they are divided. Names of users and items do not count: no metric depends on them.
/// </summary>
internal static class PlaysDigest
{
    /// <returns>SHA-256 in lower-case hexadecimal.</returns>
    public static string Of(IEnumerable<HeldOut> folds, FeatureTables? features = null)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var fold in folds)
        {
            Add(hash, fold.Train.ByUser);
            Add(hash, fold.Hidden);
            Add(hash, fold.Test);
            hash.AppendData(MemoryMarshal.AsBytes<int>(fold.RowKeys.AsSpan()));
        }

        foreach (var table in (FeatureTable?[])[features?.Users, features?.Items])
        {
            if (table is null) continue;
            table.Ids.AddTo(hash);
            Add(hash, table.Values);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, CsrMatrix matrix)
    {
        ReadOnlySpan<int> shape = [matrix.RowCount, matrix.ColumnCount];
        hash.AppendData(MemoryMarshal.AsBytes(shape));
        hash.AppendData(MemoryMarshal.AsBytes(matrix.Indptr));
        hash.AppendData(MemoryMarshal.AsBytes(matrix.Indices));
        hash.AppendData(MemoryMarshal.AsBytes(matrix.Values));
    }
}
