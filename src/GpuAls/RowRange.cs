namespace GpuAls;

/// <summary>Rows Start .. Start + Count - 1.</summary>
/// <param name="Start">First row.</param>
/// <param name="Count">Number of rows.</param>
internal readonly record struct RowRange(int Start, int Count)
{
    /// <summary>All rows of a factor matrix.</summary>
    public static RowRange All(IEngineFactors factors) => new(0, factors.RowCount);
}
