namespace GpuAls;

/// <summary>What training gives.</summary>
/// <param name="Rank">Length of a factor vector.</param>
/// <param name="UserFactors">[users, Rank], row-major.</param>
/// <param name="ItemFactors">[items, Rank], row-major.</param>
/// <param name="Iterations">A report for each iteration.</param>
/// <param name="Iteration">The iteration whose factors these are: the best one, else the last.</param>
internal sealed record TrainedFactors(
    int Rank, float[] UserFactors, float[] ItemFactors, IReadOnlyList<IterationReport> Iterations, int Iteration)
{
    /// <summary>What was measured after <see cref="Iteration"/>; null where nothing was.</summary>
    public double? BestMetric => Iterations[Iteration - 1].Metric;
}
