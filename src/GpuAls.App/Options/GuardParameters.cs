using System.Globalization;
using static GpuAls.Parameter<GpuAls.App.GuardOptions>;

namespace GpuAls.App;

/// <summary>The declarations of <see cref="GuardOptions"/>.</summary>
internal static class GuardParameters
{
    /// <summary>Every option of guards.</summary>
    public static ParameterTable<GuardOptions> Table { get; } = new(GuardOptions.Default,
    [
        List(
            "require-metric",
            o => [.. o.Metrics.Select(requirement => requirement.ToString())],
            (o, texts) => o with { Metrics = [.. texts.Select(MetricRequirement.Parse)] }) with
        {
            Group = ParameterGroup.Training,
            IsCommon = true,
            ValueName = "METRIC>=N",
            Summary = "Publish nothing unless this holds, such as 'ndcg@10>=0.15'",
            Details = "With >=, >, <= or <; may be repeated. It is measured on the plays of --validation or "
                + "--validation-fraction; loss needs none. The exit code is then 5, and what was published before "
                + "stays.",
        },
        Whole<long>(
            "min-rows", o => o.MinRows, (o, value) => o with { MinRows = value }, ParameterRange.AtLeast(1)) with
        {
            Group = ParameterGroup.Training,
            Summary = "Train only if at least N rows were read and used",
            Details = "Rows that were skipped as bad or for a weight of 0 do not count. The exit code is then 5.",
        },
        Form(
            "max-drop",
            o => o.MaxDrop is { } percent ? $"{TextOf(percent)}%" : null,
            (o, text) => o with { MaxDrop = Percent(text) }) with
        {
            Group = ParameterGroup.Training,
            ValueName = "PERCENT",
            Summary = "Train only if users, items and plays are at most 30%, say, fewer than in the previous model",
            Details = "The previous model is the one that --output replaces, or the one that latest names. The exit "
                + "code is then 5.",
        },
    ]);

    /// <summary>The same of a training, which has to measure what is required.</summary>
    public static IEnumerable<Parameter<TrainJobOptions>> OfTraining => Table
        .Within<TrainJobOptions>(o => o.Guards, (o, guards) => o with { Guards = guards })
        .Select(parameter => parameter.Name == "require-metric"
            ? parameter with
            {
                Requires =
                [
                    new(
                        o => o.Guards.Metrics.All(metric => metric.Choice.IsLoss)
                            || o.Validation is { Fraction: not null } or { Locations.Count: > 0 },
                        "--require-metric needs plays to measure on. Give --validation FILE or --validation-fraction "
                            + "0.1."),
                ],
            }
            : parameter);

    private static double Percent(string text)
    {
        var isPercent = text.EndsWith('%') && double.TryParse(
            text.AsSpan()[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out var percent)
            && percent is >= 0 and < 100;
        Require.Usage(isPercent, $"--max-drop is '{text}'; expected a percentage from 0% to below 100%, such as 30%.");
        return double.Parse(text.AsSpan()[..^1], NumberStyles.Float, CultureInfo.InvariantCulture);
    }
}
