using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>What training gives.</summary>
/// <param name="UserFactors">[users, rank].</param>
/// <param name="ItemFactors">[items, rank].</param>
/// <param name="Iterations">A report for each iteration.</param>
/// <param name="Iteration">The iteration whose factors these are: the best one, else the last.</param>
internal sealed record TrainedFactors(
    FactorMatrix UserFactors, FactorMatrix ItemFactors, IReadOnlyList<IterationReport> Iterations, int Iteration)
{
    /// <summary>Length of a factor vector.</summary>
    public int Rank => UserFactors.Rank;

    /// <summary>The weights of the features of both sides; null for a side without features.</summary>
    public FeatureWeights Features { get; init; } = FeatureWeights.None;

    /// <summary>Whether the loss hardly changed any more; null where no tolerance was given.</summary>
    public bool? HasConverged { get; init; }

    /// <summary>What was measured after <see cref="Iteration"/>; null where nothing was.</summary>
    public double? BestMetric => Iterations[Iteration - 1].Metric;
}

/// <summary>W of both sides: factors ≈ Wᵀf.</summary>
/// <param name="Users">[features of users, rank]; null without any.</param>
/// <param name="Items">[features of items, rank]; null without any.</param>
internal sealed record FeatureWeights(double[]? Users, double[]? Items)
{
    /// <summary>Without features.</summary>
    public static FeatureWeights None { get; } = new(null, null);
}

/// <summary>Report on an iteration.</summary>
/// <param name="Iteration">Its number, from 1.</param>
/// <param name="Seconds">Wall time of solving users and items, without the loss.</param>
/// <param name="Loss">The loss after the iteration; null if it is not tracked.</param>
/// <param name="Fp64Rows">Users and items that could not be solved in fp32 and were solved in fp64.</param>
/// <param name="JitteredRows">How many of them needed jitter on the diagonal.</param>
/// <param name="Metric">The validation metric after the iteration; null without one.</param>
public sealed record IterationReport(
    int Iteration,
    double Seconds,
    double? Loss,
    int Fp64Rows,
    int JitteredRows,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Metric = null);
