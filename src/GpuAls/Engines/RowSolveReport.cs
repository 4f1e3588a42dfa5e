namespace GpuAls;

/// <summary>What happened to the rows of one <see cref="IAlsEngine.SolveRows"/>.</summary>
/// <param name="Fp64Rows">Rows that fp32 could not solve, solved in fp64.</param>
/// <param name="JitteredRows">
/// Rows of those that are singular in fp64 too, and were solved with jitter on the diagonal.
/// </param>
/// <param name="FirstFailedRow">
/// The lowest row, counted within the plays, that failed with jitter too; -1 if none. Its factors are zero.
/// </param>
internal readonly record struct RowSolveReport(int Fp64Rows, int JitteredRows, int FirstFailedRow)
{
    /// <summary>Of no rows.</summary>
    public static RowSolveReport Nothing { get; } = new(0, 0, -1);

    /// <summary>The jitter added to the diagonal, relative to the mean of the diagonal.</summary>
    public const double RelativeJitter = 1e-5;

    /// <summary>
    /// The largest element of A's diagonal ÷ the smallest squared pivot, about the condition number, above which a
    /// solution is refined once, so that the relative error of fp32, 6e-8, stays below 1e-4 in nearly all rows.
    /// </summary>
    public const float RefinedCondition = 1e3f;

    /// <summary>
    /// The same above which fp32 keeps hardly two digits at the last pivots, and the row is solved in fp64.
    /// </summary>
    public const float Fp64Condition = 1e5f;

    /// <summary>This report with that of further rows, which come after.</summary>
    /// <param name="other">The other report.</param>
    /// <param name="firstRow">What its rows are counted from.</param>
    public RowSolveReport With(RowSolveReport other, int firstRow) => new(
        Fp64Rows + other.Fp64Rows, JitteredRows + other.JitteredRows,
        FirstFailedRow < 0 && other.FirstFailedRow >= 0 ? firstRow + other.FirstFailedRow : FirstFailedRow);
}
