namespace GpuAls.Training;

/// <summary>What training gives.</summary>
/// <param name="Rank">Length of a factor vector.</param>
/// <param name="UserFactors">[users, Rank], row-major.</param>
/// <param name="ItemFactors">[items, Rank], row-major.</param>
/// <param name="Iterations">A report for each iteration.</param>
public sealed record TrainedFactors(int Rank, float[] UserFactors, float[] ItemFactors, IReadOnlyList<IterationReport> Iterations);
