using System.Globalization;
using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>What was tried, how it was compared, and what came out.</summary>
internal sealed record TuneReport
{
    private const int ReliableTrials = 100;

    /// <summary>Version of gpuals.</summary>
    public required string GpualsVersion { get; init; }

    /// <summary>When the run began, in UTC; trials of an earlier run that was stopped are older.</summary>
    public required DateTime StartedAt { get; init; }

    /// <summary>Seconds of the run.</summary>
    public required double Seconds { get; init; }

    /// <summary>What it was computed with.</summary>
    public required string Device { get; init; }

    /// <summary>Where the plays came from.</summary>
    public required ManifestInput Input { get; init; }

    /// <summary>Files with the plays to test with; empty where plays were held out of the input.</summary>
    public required IReadOnlyList<string> Test { get; init; }

    /// <summary>Files with plays that lists left out besides those trained on.</summary>
    public required IReadOnlyList<string> Exclude { get; init; }

    /// <summary>Column of the times that plays were divided by; null without one.</summary>
    public required string? TimeColumn { get; init; }

    /// <summary>How plays were divided; null where test files were given.</summary>
    public required SplitOptions? Split { get; init; }

    /// <summary>The numbers of the split, or of each fold.</summary>
    public required IReadOnlyList<SplitCounts> Splits { get; init; }

    /// <summary>How options were searched.</summary>
    public required SearchOptions Search { get; init; }

    /// <summary>The metric that trials were compared by.</summary>
    public required string Metric { get; init; }

    /// <summary>Whether a lower number of it is the better one.</summary>
    public required bool IsLowerBetter { get; init; }

    /// <summary>How intervals were made.</summary>
    public required BootstrapOptions Bootstrap { get; init; }

    /// <summary>The rounds; a single one without successive halving.</summary>
    public required IReadOnlyList<Rung> Rungs { get; init; }

    /// <summary>Names of the options that were searched, as on the command line.</summary>
    public required IReadOnlyList<string> Searched { get; init; }

    /// <summary>
    /// How much each option mattered, most first; empty where combinations of given values were tried, or too few.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<OptionImportance>? Importance { get; init; }

    /// <summary>Whether there would have been more trials, had there been more time.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsTimeOver { get; init; }

    /// <summary>The preset that the options began with; null without one.</summary>
    public required string? Preset { get; init; }

    /// <summary>Each trial, best first.</summary>
    public required IReadOnlyList<TuneTrial> Trials { get; init; }

    /// <summary>The command that trains the best trial on all plays.</summary>
    public required string TrainCommand { get; init; }

    /// <summary>What <see cref="Importance"/> means, for people.</summary>
    public string ImportanceNote() =>
        $"Importance: the part of the variance of {Metric} over all values searched that an option causes "
        + $"by itself, estimated from {Counted.Of(Trials.Count, "trial")}"
        + (Trials.Count < ReliableTrials ? "; with so few, take it as a hint." : ".");

    /// <summary>
    /// The rows of a table of <see cref="Importance"/>: the option, null for what options do together; its share; and
    /// its value in the best trial, empty where it has no effect.
    /// </summary>
    public IEnumerable<(Parameter<AlsOptions>? Option, string Share, string Best)> ImportanceRows()
    {
        var best = Trials[0].Options;
        foreach (var one in Importance ?? [])
        {
            var option = one.Option is { } name ? AlsParameters.Table[name] : null;
            yield return (
                option, string.Create(CultureInfo.InvariantCulture, $"{one.Share:P0}"),
                option is not null && option.WhyIdle(best) is null ? option.Get(best) : "");
        }
    }
}

/// <summary>One trial.</summary>
/// <param name="Options">What was trained.</param>
/// <param name="Result">What it came to.</param>
internal sealed record TuneTrial(AlsOptions Options, TrialResult Result);
