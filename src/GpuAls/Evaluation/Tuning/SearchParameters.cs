using static GpuAls.Parameter<GpuAls.SearchOptions>;

namespace GpuAls;

/// <summary>The declarations of <see cref="SearchOptions"/>.</summary>
internal static class SearchParameters
{
    /// <summary>Every option of a search.</summary>
    public static ParameterTable<SearchOptions> Table { get; } = new(SearchOptions.Default,
    [
        Word("search", o => o.Kind, (o, value) => o with { Kind = value }) with
        {
            Group = ParameterGroup.Search,
            IsCommon = true,
            DefaultNote = "bayes, or grid with VALUES",
            Summary = "Which combinations to try",
            Details = "grid: all of them. random: --trials of them. halving: all, or --trials of them, for a few "
                + "iterations, then the best ones for more. bayes: those that a model of the trials so far expects "
                + "most of; every option that is not given is searched too.",
        },
        Whole<int>(
            "trials", o => o.Trials, (o, value) => o with { Trials = value }, ParameterRange.Between(1, 100_000)) with
        {
            Group = ParameterGroup.Search,
            IsCommon = true,
            DefaultNote = "25, or 20 with random",
            Summary = "Number of combinations to try",
            Details = "They are chosen with --seed. bayes then tries the best at other ranks. halving tries all "
                + "combinations by default, or 20 of ranges.",
            Requires =
            [
                new(
                    o => o.Trials is null || o.Kind != SearchKind.Grid,
                    "--trials cannot be used with --search grid, which tries every combination; "
                    + "use --search random."),
            ],
        },
        Form(
            "time",
            o => o.Time is { } time ? Duration.Text(time) : null,
            (o, text) => o with { Time = Duration.Require(text, "--time") }) with
        {
            Group = ParameterGroup.Search,
            IsCommon = true,
            ValueName = "TIME",
            DefaultNote = "none",
            Summary = "Limit of time, such as 10min or 2h",
            Details = "No trial is begun that is unlikely to be done in time. Without --trials, there are as many as "
                + "the time allows.",
            Requires =
            [
                new(
                    o => o.Time is null || o.Kind != SearchKind.Halving,
                    "--time cannot be used with --search halving, whose rungs share out a number of trials; "
                    + "use --search bayes or random."),
            ],
        },
        Whole<int>("eta", o => o.Eta, (o, value) => o with { Eta = value }, ParameterRange.Between(2, 100)) with
        {
            Group = ParameterGroup.Search,
            Summary = "Each rung of --search halving keeps one trial in N",
            Details = "The next rung trains them for N times as many iterations.",
            AppliesWhen = [new(o => o.Kind == SearchKind.Halving, "requires --search halving.")],
        },
        Form("metric", o => o.Metric, (o, text) => o with { Metric = MetricOf(text) }) with
        {
            Group = ParameterGroup.Search,
            IsCommon = true,
            ValueName = "METRIC",
            DefaultNote = MetricDefault,
            Summary = "Metric of each trial",
            Details = $"One of {MetricChoice.Names}.",
        },
        Whole<int>("patience", o => o.Patience, (o, value) => o with { Patience = value }, Patience) with
        {
            Group = ParameterGroup.Search,
            Summary = "Stop a trial after N iterations without improvement",
            Details = "Its best iteration is what counts. With 0, only the last iteration is measured.",
        },
        Real(
            "min-improvement",
            o => o.MinImprovement,
            (o, value) => o with { MinImprovement = value },
            MinImprovement) with
        {
            Group = ParameterGroup.Search,
            Summary = "Smallest relative improvement that counts",
        },
    ]);

    /// <summary>The default of the metric, for help.</summary>
    internal static string MetricDefault =>
        $"{MetricChoice.DefaultOf(Feedback.Implicit)}, or {MetricChoice.DefaultOf(Feedback.Explicit)} for ratings";

    /// <summary>Iterations without an improvement, of searches and trainings.</summary>
    internal static ParameterRange Patience =>
        new(value => value is >= 0 and <= 10_000, "0 to 10000, where 0 never stops") { Minimum = 0, Maximum = 10_000 };

    /// <summary>Relative improvements, of searches and trainings.</summary>
    internal static ParameterRange MinImprovement => new(
        value => value is >= 0 and < 1, "a number from 0 to below 1, such as 0.001")
    {
        Brief = "from 0 to below 1",
        Minimum = 0,
        Maximum = 1,
    };

    /// <summary>The text, if it names a metric.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: it names none.</exception>
    internal static string MetricOf(string text)
    {
        MetricChoice.Parse(text);
        return text;
    }
}
