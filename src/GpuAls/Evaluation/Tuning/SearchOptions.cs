using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>How options are searched.</summary>
internal sealed record SearchOptions
{
    private const int DefaultTrials = 20;
    private const int DefaultBayesTrials = 25;

    /// <summary>More than there is time for.</summary>
    private const int TimedTrials = 1000;

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

    /// <summary>Time after which no trial is begun or goes on; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonConverter(typeof(DurationConverter))]
    public TimeSpan? Time { get; init; }

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

    /// <summary>Whether ranges that were not given are chosen by the plays.</summary>
    public bool IsAutomatic(SearchSpace space) => Kind == SearchKind.Bayes || !space.HasChoices;

    /// <summary>Checks the options, and those that are tried as far as they are known without the plays.</summary>
    /// <param name="space">What is searched.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: options that contradict each other, or are out of their range.
    /// </exception>
    public void Check(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        Choice();
        SearchParameters.Table.Check(this);
        Require.Usage(
            space.HasChoices || Kind != SearchKind.Grid,
            "there is nothing to search: --search grid tries the values given. Give several, such as "
                + "--rank 32,64 --alpha 1,10,40, or leave out --search to search all options.");
        var iterations = space.Axes.FirstOrDefault(axis => axis.Parameter.Name == "iterations");
        var hasIterations = iterations is null or { Values.Count: 1 };
        Require.Usage(
            Kind != SearchKind.Halving || hasIterations,
            "--search halving chooses the iterations of each rung, so --iterations takes one value: "
                + "those of the last rung.");
        Require.Usage(
            !IsAutomatic(space) || hasIterations,
            $"--search {Words.Of(Kind)} takes the best iteration of each trial, so --iterations takes one value: "
                + "the most iterations of a trial.");
        if (!IsAutomatic(space)) Candidates(space);
        else space.FixedOptions.Validate();
    }

    /// <summary>The combinations that are tried, where ranges were given.</summary>
    /// <param name="space">What is searched.</param>
    /// <exception cref="GpuAlsException">Kind Usage: an option is out of its range.</exception>
    public IReadOnlyList<AlsOptions> Candidates(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        var isDrawn = Kind == SearchKind.Random
            || (Kind == SearchKind.Halving && (Trials is not null || !space.IsFinite));
        return isDrawn ? space.Draw(TrialsOrDefault, space.FixedOptions.Seed) : space.Grid();
    }

    /// <summary>The options of the first trial, as far as they are known without the plays.</summary>
    public AlsOptions FirstOf(SearchSpace space) => IsAutomatic(space) ? space.FixedOptions : Candidates(space)[0];

    /// <summary>The number of trials that are drawn or proposed.</summary>
    [JsonIgnore]
    public int TrialsOrDefault => Trials ?? (Time is not null && Kind != SearchKind.Halving ? TimedTrials
        : Kind == SearchKind.Bayes ? DefaultBayesTrials : DefaultTrials);

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

    /// <summary>Those that a model of the ones before expects most of (<see cref="BayesianProposals"/>).</summary>
    [JsonStringEnumMemberName("bayes")]
    Bayes,
}
