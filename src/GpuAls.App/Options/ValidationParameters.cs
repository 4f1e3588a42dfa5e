using static GpuAls.Parameter<GpuAls.App.ValidationOptions>;

namespace GpuAls.App;

/// <summary>The declarations of <see cref="ValidationOptions"/>.</summary>
internal static class ValidationParameters
{
    /// <summary>Every option of comparing iterations.</summary>
    public static ParameterTable<ValidationOptions> Table { get; } = new(ValidationOptions.Default,
    [
        List(
            "validation", o => o.Locations, (o, files) => o with { Locations = SharedParameters.Checked(files) }) with
        {
            Group = ParameterGroup.Training,
            IsCommon = true,
            ValueName = "FILE",
            Summary = "Plays to measure each iteration on, to keep the best one",
            Details = "Files, folders or globs, read with the same options as PLAYS; for a database, a URL with a "
                + "table: postgres://host/db?table=NAME.",
        },
        Real(
            "validation-fraction",
            o => o.Fraction,
            (o, value) => o with { Fraction = value },
            ParameterRange.Fraction("0.1")) with
        {
            Group = ParameterGroup.Training,
            IsCommon = true,
            Summary = "Hold out this fraction of the plays instead",
            Details = "They are drawn with --seed and not trained on.",
            Requires =
            [
                new(
                    o => o.Fraction is null || o.Locations.Count == 0,
                    "--validation-fraction cannot be used with --validation."),
            ],
        },
        Form("metric", o => o.Metric, (o, text) => o with { Metric = SearchParameters.MetricOf(text) }) with
        {
            Group = ParameterGroup.Training,
            IsCommon = true,
            ValueName = "METRIC",
            DefaultNote = SearchParameters.MetricDefault,
            Summary = "Metric to measure",
            Details = $"One of {MetricChoice.Names}, or loss, which needs no validation plays.",
        },
        Whole<int>(
            "patience", o => o.Patience, (o, value) => o with { Patience = value }, SearchParameters.Patience) with
        {
            Group = ParameterGroup.Training,
            IsCommon = true,
            Summary = "Stop after N iterations without improvement",
        },
        Real(
            "min-improvement",
            o => o.MinImprovement,
            (o, value) => o with { MinImprovement = value },
            SearchParameters.MinImprovement) with
        {
            Group = ParameterGroup.Training,
            Summary = "Smallest relative improvement that counts",
        },
    ]);

    /// <summary>The same of a training, which has them only where a metric or plays to measure on are given.</summary>
    public static IEnumerable<Parameter<TrainJobOptions>> OfTraining => Table
        .Within<TrainJobOptions>(o => o.Validation ?? Table.Usual, (o, value) => o with { Validation = value })
        .Select(parameter => parameter with
        {
            AppliesWhen =
            [
                new(
                    o => o.Validation is not null,
                    "requires --validation, --validation-fraction or --metric loss."),
            ],
        });

    /// <summary>No validation where nothing is to be measured, and the metric that suits the feedback.</summary>
    public static TrainJobOptions Complete(TrainJobOptions options, IReadOnlySet<string> given)
    {
        if (options.Validation is not { } validation) return options;
        if (!given.Overlaps(["validation", "validation-fraction", "metric"])) return options with { Validation = null };
        return given.Contains("metric")
            ? options
            : options with { Validation = validation with { Metric = MetricChoice.DefaultOf(options.Als.Feedback) } };
    }
}
