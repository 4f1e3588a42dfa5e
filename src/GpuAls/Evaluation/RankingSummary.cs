namespace GpuAls.Evaluation;

/// <summary>Mean metrics over users: each user who has relevant items counts the same.</summary>
public sealed class RankingSummary
{
    private double _precision;
    private double _recall;
    private double _ndcg;

    /// <summary>Number of users counted.</summary>
    public int Users { get; private set; }

    /// <summary>The means; 0 where no user was counted.</summary>
    public RankingMetrics Mean => Users == 0 ? default : new RankingMetrics(_precision / Users, _recall / Users, _ndcg / Users);

    /// <summary>Counts one user's metrics.</summary>
    public void Add(RankingMetrics metrics)
    {
        Users++;
        _precision += metrics.Precision;
        _recall += metrics.Recall;
        _ndcg += metrics.Ndcg;
    }
}
