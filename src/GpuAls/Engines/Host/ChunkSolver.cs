using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>Solves the rows of a chunk with the scratch memory of one thread: those with few plays by their dual equations, all others by their normal ones.</summary>
internal sealed class ChunkSolver<TSimd, TVector> : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>The largest rank whose rows are solved side by side: above it their matrices together outgrow the second-level cache, and a row alone is faster.</summary>
    private const int LargestLaneRank = 112;

    private readonly HostRows _rows;
    private readonly IRowSolver _solver;
    private readonly ShortRows<TSimd, TVector>? _shortRows;
    private readonly List<int> _long = [];
    private readonly List<int> _short = [];

    /// <param name="rows">All rows.</param>
    /// <param name="rank">Number of factors.</param>
    /// <param name="steps">Steps of conjugate gradients; 0 solves exactly.</param>
    /// <param name="rotated">What dual equations need; null where no row is solved by them.</param>
    public ChunkSolver(HostRows rows, int rank, int steps, RotatedTerms<TSimd, TVector>? rotated)
    {
        _rows = rows;
        _solver = rows.IsNonnegative ? new RowsAlone(new NonnegativeRow<TSimd, TVector>(rank))
            : steps > 0 ? new RowsAlone(new ConjugateGradient<TSimd, TVector>(rank, steps))
            : rank <= LargestLaneRank ? new RowsInLanes<TSimd, TVector>(rank)
            : new RowsAlone(new NormalEquation<TSimd, TVector>(rank));
        _shortRows = rotated is null ? null : new ShortRows<TSimd, TVector>(rotated);
    }

    /// <summary>Solves rows from <paramref name="first"/> to before <paramref name="end"/>.</summary>
    public void Solve(int first, int end)
    {
        _long.Clear();
        _short.Clear();
        for (var row = first; row < end; row++)
        {
            var length = _rows.Matrix.RowIndices(row).Length;
            if (length == 0) _rows.Clear(row);
            else if (length <= _shortRows?.LongestRow) _short.Add(row);
            else _long.Add(row);
        }

        _shortRows?.Solve(_rows, _short, _long);
        _solver.Solve(_rows, CollectionsMarshal.AsSpan(_long));
    }

    public void Dispose()
    {
        _solver.Dispose();
        _shortRows?.Dispose();
    }
}
