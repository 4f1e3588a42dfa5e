namespace GpuAls;

/// <summary>Rows one by one.</summary>
/// <param name="equation">Solves one; this object disposes of it.</param>
internal sealed unsafe class RowsAlone(IRowEquation equation) : IRowSolver
{
    public void Solve(HostRows all, ReadOnlySpan<int> rows)
    {
        foreach (var row in rows)
            if (!equation.Solve(new RowEntries(all.Matrix, row), all.Terms, all.Lambda(row), all.Target(row))) all.Postpone(row);
    }

    public void Dispose() => equation.Dispose();
}
