namespace GpuAls;

/// <summary>Solves the rows on the CPU that a device could not, with those rows of y that they need.</summary>
internal static class Fp64Fallback
{
    /// <param name="problem">The half-iteration.</param>
    /// <param name="rows">Rows of the plays, rising.</param>
    public static RowSolveReport Solve(in RowSolveProblem problem, int[] rows)
    {
        if (rows.Length == 0) return new RowSolveReport(0, 0, -1);
        var plays = ((DevicePlays)problem.Plays).Matrix;
        var (target, firstRow) = ((DeviceFactors)problem.Target, problem.Rows.Start);
        var needed = new SortedSet<int>();
        foreach (var row in rows) needed.UnionWith(plays.RowIndices(row).ToArray());
        var y = new GatheredFactors((DeviceFactors)problem.FixedFactors, [.. needed]);
        return Fp64Rows.Solve(problem, plays, rows, y.Row, (row, x) => target.Write(firstRow + row, x));
    }
}
