namespace GpuAls;

/// <summary>Solves rows that a device could not solve on the CPU, fetching only the rows of y that they need.</summary>
internal static class Fp64Fallback
{
    /// <param name="problem">The half-iteration.</param>
    /// <param name="rows">Rows of the plays, in ascending order.</param>
    public static RowSolveReport Solve(in RowSolveProblem problem, int[] rows)
    {
        if (rows.Length == 0) return new RowSolveReport(0, 0, -1);
        var plays = ((DevicePlays)problem.Plays).Matrix;
        var (target, firstRow) = ((DeviceFactors)problem.Target, problem.Rows.Start);
        var needed = new SortedSet<int>();
        foreach (var row in rows) needed.UnionWith(plays.RowIndices(row).ToArray());
        var y = new GatheredFactors((DeviceFactors)problem.FixedFactors, [.. needed]);
        var x = problem.BlockSize > 0
            ? new GatheredFactors(target, Array.ConvertAll(rows, row => firstRow + row)) : null;
        var pulled = problem.Pull is { } pull
            ? new GatheredFactors((DeviceFactors)pull, Array.ConvertAll(rows, row => firstRow + row)) : null;
        return Fp64Rows.Solve(
            problem, plays, rows, y.Row, row => x!.Row(firstRow + row),
            (row, solution) => target.Write(firstRow + row, solution),
            pulled is null ? null : row => pulled.Row(firstRow + row));
    }
}

/// <summary>Selected rows of a factor matrix, copied from the device to the host.</summary>
internal sealed class GatheredFactors
{
    // A separate copy costs about as much time as this many extra rows.
    private const int LargestGap = 256;

    private readonly int _rank;
    private readonly List<int> _starts = [];
    private readonly List<float[]> _ranges = [];

    /// <param name="factors">The matrix.</param>
    /// <param name="rows">The rows, in ascending order.</param>
    public GatheredFactors(DeviceFactors factors, int[] rows)
    {
        _rank = factors.Rank;
        for (int first = 0, next; first < rows.Length; first = next)
        {
            next = first + 1;
            while (next < rows.Length
                && rows[next] - rows[next - 1] <= LargestGap
                && Fits(rows[next] - rows[first] + 1)) next++;
            var range = new float[(rows[next - 1] - rows[first] + 1) * _rank];
            factors.CopyTo(new RowRange(rows[first], range.Length / _rank), range);
            _starts.Add(rows[first]);
            _ranges.Add(range);
        }
    }

    /// <summary>One of the rows, [rank].</summary>
    public ReadOnlySpan<float> Row(int row)
    {
        var found = _starts.BinarySearch(row);
        var range = found >= 0 ? found : ~found - 1;
        return _ranges[range].AsSpan((row - _starts[range]) * _rank, _rank);
    }

    private bool Fits(int rows) => (long)rows * _rank <= Array.MaxLength;
}
