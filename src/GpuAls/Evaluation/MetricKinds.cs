namespace GpuAls;

/// <summary>Metrics by what they need.</summary>
[Flags]
public enum MetricKinds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Of lists of the best k items: precision, recall, MAP, NDCG, MRR, hit rate, novelty, coverage.</summary>
    Lists = 1,

    /// <summary>Of the places of held-out items among all that could be listed: AUC, mean percentile rank.</summary>
    Ranks = 2,

    /// <summary>Of the predictions of held-out plays: RMSE, MAE.</summary>
    Errors = 4,

    /// <summary>All of them.</summary>
    All = Lists | Ranks | Errors,
}
