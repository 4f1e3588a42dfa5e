namespace GpuAls;

/// <summary>One way to solve rows, with the scratch memory of one thread.</summary>
internal interface IRowSolver : IDisposable
{
    /// <summary>Solves some rows, each with at least one play.</summary>
    /// <param name="all">All rows.</param>
    /// <param name="rows">Which.</param>
    void Solve(HostRows all, ReadOnlySpan<int> rows);
}
