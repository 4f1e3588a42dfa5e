namespace GpuAls;

/// <summary>What a training will ask of an engine.</summary>
/// <param name="Rank">Length of a factor vector.</param>
/// <param name="ConjugateGradientSteps">0 for exact solves.</param>
/// <param name="Precision">How plays are summed.</param>
/// <param name="IsNonnegative">Whether x ≥ 0 is asked for.</param>
internal readonly record struct TrainingPlan(
    int Rank, int ConjugateGradientSteps, SumPrecision Precision, bool IsNonnegative = false)
{
    /// <summary>How rows are solved.</summary>
    public Solver Solver => ConjugateGradientSteps == 0 ? Solver.Cholesky : Solver.ConjugateGradient;
}
