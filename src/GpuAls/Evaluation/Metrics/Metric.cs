using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>A metric, as defined in <c>docs/evaluation.md</c>.</summary>
/// <param name="Name">Its name, such as <c>ndcg</c>.</param>
/// <param name="K">Length of the lists; null for metrics that don't depend on lists.</param>
public readonly record struct Metric(string Name, int? K = null)
{
    internal const string Precision = "precision";
    internal const string Recall = "recall";
    internal const string AveragePrecision = "map";
    internal const string Ndcg = "ndcg";
    internal const string ReciprocalRank = "mrr";
    internal const string HitRate = "hit_rate";
    internal const string Novelty = "novelty";
    internal const string Coverage = "coverage";
    internal const string Auc = "auc";
    internal const string PercentileRank = "mpr";
    internal const string RmseOfPreference = "rmse_preference";
    internal const string MaeOfPreference = "mae_preference";
    internal const string RmseOfRating = "rmse_rating";
    internal const string MaeOfRating = "mae_rating";

    /// <summary>Whether it is the error of a predicted number, RMSE or MAE.</summary>
    internal bool IsError => Name is RmseOfPreference or MaeOfPreference or RmseOfRating or MaeOfRating;

    /// <inheritdoc/>
    public override string ToString() => K is { } k ? $"{Name}@{k}" : Name;
}

/// <summary>The measured value of a metric.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Value">The value over all users; NaN if undefined, such as the novelty without lists.</param>
/// <param name="Low">Lower end of the 95 % confidence interval; null without one.</param>
/// <param name="High">Upper end of the interval.</param>
public sealed record MetricValue(Metric Metric, double Value, double? Low, double? High);

/// <summary>The metrics of a model or a baseline.</summary>
/// <param name="Name">Such as <c>most popular</c>.</param>
/// <param name="Metrics">Its metrics.</param>
internal sealed record MethodResult(string Name, IReadOnlyList<MetricValue> Metrics)
{
    /// <summary>
    /// By how much the metrics are above those of the first model, where several models are measured; null otherwise,
    /// and for the first.
    /// </summary>
    public IReadOnlyList<MetricValue>? Differences { get; init; }
}

/// <summary>Groups of metrics, by what they are computed from.</summary>
[Flags]
public enum MetricKinds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>From lists of k items: precision, recall, MAP, NDCG, MRR, hit rate, novelty, coverage.</summary>
    Lists = 1,

    /// <summary>From the ranks of held-out items among all candidates: AUC, mean percentile rank.</summary>
    Ranks = 2,

    /// <summary>From predictions of held-out plays: RMSE, MAE.</summary>
    Errors = 4,

    /// <summary>All of them.</summary>
    All = Lists | Ranks | Errors,
}

/// <summary>Which metrics are shown. Files always have all that were measured.</summary>
[JsonConverter(typeof(WordConverter<ShownMetrics>))]
internal enum ShownMetrics
{
    /// <summary>
    /// Those that suit the feedback. With ratings, RMSE and MAE are shown. With implicit feedback they are not: the
    /// model doesn't predict play counts, and the error of the preference over held-out plays is smallest for a model
    /// that predicts 1 for everything.
    /// </summary>
    [JsonStringEnumMemberName("default")]
    Default,

    /// <summary>All that were measured.</summary>
    [JsonStringEnumMemberName("all")]
    All,
}
