namespace GpuAls;

/// <summary>A metric. See the README for what each is.</summary>
/// <param name="Name">Such as <c>ndcg</c>.</param>
/// <param name="K">How many places of a list count; null for metrics that know no lists.</param>
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
public sealed record MethodResult(string Name, IReadOnlyList<MetricValue> Metrics);
