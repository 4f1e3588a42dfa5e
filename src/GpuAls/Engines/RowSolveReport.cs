namespace GpuAls.Engines;

/// <summary>What happened to the rows of one <see cref="IAlsEngine.SolveRows"/>.</summary>
/// <param name="JitteredRows">Rows whose first factorisation met a pivot that was not positive and finite, and whose second, with jitter on the diagonal, did not.</param>
/// <param name="FirstFailedRow">The lowest row, counted within the plays, that failed with jitter too; -1 if none. Its factors are zero.</param>
public readonly record struct RowSolveReport(int JitteredRows, int FirstFailedRow)
{
    /// <summary>The jitter added to the diagonal, relative to the mean of the diagonal.</summary>
    public const float RelativeJitter = 1e-5f;

    /// <summary>
    /// The spread of the squared pivots, largest ÷ smallest, above which a solution is refined once: a lower bound of the
    /// condition number, so that the relative error of fp32, 6e-8, stays below 1e-4 in all rows.
    /// </summary>
    public const float RefinedCondition = 1e3f;
}
