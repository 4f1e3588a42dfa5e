using System.Text.Json.Serialization;

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

/// <summary>One iteration.</summary>
/// <param name="Iteration">From 1.</param>
/// <param name="Seconds">Wall time of both solves, without the loss.</param>
/// <param name="Loss">L after the iteration; null where it is not tracked.</param>
/// <param name="Fp64Rows">Rows, of both sides, that fp32 could not solve; they were solved in fp64.</param>
/// <param name="JitteredRows">Rows of those that needed jitter on their diagonal.</param>
/// <param name="Metric">What was measured after the iteration; null where nothing is.</param>
public sealed record IterationReport(
    int Iteration,
    double Seconds,
    double? Loss,
    int Fp64Rows,
    int JitteredRows,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Metric = null);
