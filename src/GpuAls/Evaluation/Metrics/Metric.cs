using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>A metric; <c>docs/evaluation.md</c> says what each is.</summary>
/// <param name="Name">Such as <c>ndcg</c>.</param>
/// <param name="K">How many items of a list count; null for metrics that are not of lists.</param>
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

/// <summary>What a metric came to.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Value">Over all users; NaN where it is not defined, such as the novelty of no lists.</param>
/// <param name="Low">Lower end of its 95 % interval; null without one.</param>
/// <param name="High">Upper end.</param>
public sealed record MetricValue(Metric Metric, double Value, double? Low, double? High);

/// <summary>How well one way to recommend did.</summary>
/// <param name="Name">Such as <c>most popular</c>.</param>
/// <param name="Metrics">Its metrics.</param>
internal sealed record MethodResult(string Name, IReadOnlyList<MetricValue> Metrics);

/// <summary>Metrics by what they need.</summary>
[Flags]
public enum MetricKinds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Of lists of the best k items: precision, recall, MAP, NDCG, MRR, hit rate, novelty, coverage.</summary>
    Lists = 1,

    /// <summary>Of the ranks of held-out items among all that could be listed: AUC, mean percentile rank.</summary>
    Ranks = 2,

    /// <summary>Of the predictions of held-out plays: RMSE, MAE.</summary>
    Errors = 4,

    /// <summary>All of them.</summary>
    All = Lists | Ranks | Errors,
}

/// <summary>Which metrics are shown to people. Files always have all that were measured.</summary>
[JsonConverter(typeof(WordConverter<ShownMetrics>))]
internal enum ShownMetrics
{
    /// <summary>
    /// Those that suit the feedback. Ratings are predicted, so RMSE and MAE are shown. Plays are counts that nothing
    /// predicts, and an error of the preference over held-out plays alone is smallest for a model that predicts 1 for
    /// everything: only rankings are shown.
    /// </summary>
    [JsonStringEnumMemberName("default")]
    Default,

    /// <summary>All that were measured.</summary>
    [JsonStringEnumMemberName("all")]
    All,
}
