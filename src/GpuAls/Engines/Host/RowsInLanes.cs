namespace GpuAls;

/// <summary>Rows side by side, one a lane of the vectors.</summary>
/// <param name="rank">Number of factors.</param>
internal sealed unsafe class RowsInLanes<TSimd, TVector>(int rank) : IRowSolver
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly LaneEquations<TSimd, TVector> _equations = new(rank);

    public void Solve(HostRows all, ReadOnlySpan<int> rows)
    {
        for (var first = 0; first < rows.Length; first += TSimd.Width) SolveLanes(all, rows.Slice(first, Math.Min(TSimd.Width, rows.Length - first)));
    }

    public void Dispose() => _equations.Dispose();

    private void SolveLanes(HostRows all, ReadOnlySpan<int> rows)
    {
        for (var lane = 0; lane < rows.Length; lane++) _equations.Assemble(lane, new RowEntries(all.Matrix, rows[lane]), all.Terms, all.Lambda(rows[lane]));
        _equations.Solve();
        Refine(all, rows);
        for (var lane = 0; lane < rows.Length; lane++)
        {
            if (_equations.IsSolved(lane)) all.Store(rows[lane], _equations.Solution(lane));
            else all.Postpone(rows[lane]);
        }
    }

    private void Refine(HostRows all, ReadOnlySpan<int> rows)
    {
        var isDoubtful = false;
        for (var lane = 0; lane < rows.Length; lane++)
        {
            if (!_equations.IsDoubtful(lane)) continue;
            if (!isDoubtful) _equations.ClearResiduals();
            isDoubtful = true;
            _equations.SumResidual(lane, new RowEntries(all.Matrix, rows[lane]), all.Terms, all.Lambda(rows[lane]));
        }

        if (isDoubtful) _equations.Refine();
    }
}
