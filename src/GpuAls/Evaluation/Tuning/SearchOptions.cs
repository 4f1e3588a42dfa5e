using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>How options are searched.</summary>
internal sealed record SearchOptions
{
    private const int DefaultTrials = 20;

    /// <summary>The defaults of every option.</summary>
    public static SearchOptions Default { get; } = new();

    /// <summary>Which combinations are tried.</summary>
    public SearchKind Kind { get; init; } = SearchKind.Grid;

    /// <summary>
    /// Combinations drawn at random; null takes the default, and with <see cref="SearchKind.Halving"/> the grid.
    /// </summary>
    public int? Trials { get; init; }

    /// <summary>
    /// Each rung of <see cref="SearchKind.Halving"/> keeps one of so many trials, for so many times the iterations.
    /// </summary>
    public int Eta { get; init; } = 3;

    /// <summary>What trials and iterations are compared by.</summary>
    public string Metric { get; init; } = MetricChoice.DefaultOf(Feedback.Implicit);

    /// <summary>
    /// Iterations without an improvement after which a trial ends; 0 measures after the last iteration only.
    /// </summary>
    public int Patience { get; init; } = 3;

    /// <summary>The relative improvement that counts as one.</summary>
    public double MinImprovement { get; init; }

    /// <summary>What becomes of held-out plays that cannot be predicted.</summary>
    public ColdStart ColdStart { get; init; } = ColdStart.Drop;

    /// <summary>The combinations that are tried.</summary>
    /// <param name="space">What is searched.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: options that contradict each other, or are out of their range.
    /// </exception>
    public IReadOnlyList<AlsOptions> Candidates(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        Validate();
        Require.Usage(
            space.Axes.Any(axis => axis.Range is not null || axis.Values.Count > 1),
            "there is nothing to search. Give several values of an option, such as --rank 32,64 --alpha 1,10,40.");
        Require.Usage(
            Kind != SearchKind.Halving
                || space.Axes.All(axis => axis.Parameter.Name != "iterations" || axis.Values.Count == 1),
            "--search halving chooses the iterations of each rung, so --iterations takes one value: "
                + "those of the last rung.");
        var isDrawn = Kind == SearchKind.Random
            || (Kind == SearchKind.Halving && (Trials is not null || !space.IsFinite));
        return isDrawn ? space.Draw(Trials ?? DefaultTrials, space.FixedOptions.Seed) : space.Grid();
    }

    /// <summary>The metric.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: there is no such metric, or it cannot compare trials.</exception>
    public MetricChoice Choice()
    {
        var choice = MetricChoice.Parse(Metric);
        Require.Usage(
            !choice.IsLoss,
            "--metric loss cannot compare trials: the options change what the loss is. "
                + "Choose a metric of held-out plays, such as ndcg@10.");
        return choice;
    }

    private void Validate()
    {
        Choice();
        SearchParameters.Table.Check(this);
    }
}

/// <summary>Which combinations are tried, and for how long.</summary>
[JsonConverter(typeof(WordConverter<SearchKind>))]
internal enum SearchKind
{
    /// <summary>All combinations.</summary>
    [JsonStringEnumMemberName("grid")]
    Grid,

    /// <summary>Some, at random (Bergstra and Bengio, 2012).</summary>
    [JsonStringEnumMemberName("random")]
    Random,

    /// <summary>Many for a few iterations, the best of them for more (Jamieson and Talwalkar, 2016).</summary>
    [JsonStringEnumMemberName("halving")]
    Halving,
}
