using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>Rows with few plays, solved by their dual equations, in groups of about equal length.</summary>
internal sealed unsafe class ShortRows<TSimd, TVector> : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly RotatedTerms<TSimd, TVector> _terms;
    private readonly DualEquations<TSimd, TVector> _equations;

    public ShortRows(RotatedTerms<TSimd, TVector> terms)
    {
        _terms = terms;
        LongestRow = LongestRowAt(terms.Rank);
        _equations = new DualEquations<TSimd, TVector>(terms.Rank, LongestRow);
    }

    /// <summary>Plays of a row at most.</summary>
    public int LongestRow { get; }

    /// <summary>Brings y into the basis of YᵀY.</summary>
    /// <returns>Null where it does not pay, or YᵀY is not positive definite in fp64.</returns>
    public static RotatedTerms<TSimd, TVector>? Prepare(in RowSolveProblem problem, int threadCount)
    {
        var rank = problem.FixedFactors.Rank;
        if (problem.Target.RowCount < RowsForBasis(rank) || !HasShortRow(((HostPlays)problem.Plays).Matrix, LongestRowAt(rank))) return null;
        var basis = EigenBasis.Of(problem.Gramian, rank, threadCount);
        return basis is null ? null : new RotatedTerms<TSimd, TVector>(basis, problem.Weights, (HostFactors)problem.FixedFactors, threadCount);
    }

    /// <summary>Solves rows.</summary>
    /// <param name="all">All rows.</param>
    /// <param name="rows">Those with few plays; their order changes.</param>
    /// <param name="rest">Takes rows that are not solved well.</param>
    public void Solve(HostRows all, List<int> rows, List<int> rest)
    {
        rows.Sort((a, b) => all.Matrix.RowIndices(a).Length.CompareTo(all.Matrix.RowIndices(b).Length));
        var sorted = CollectionsMarshal.AsSpan(rows);
        for (var first = 0; first < sorted.Length; first += TSimd.Width) SolveLanes(all, sorted.Slice(first, Math.Min(TSimd.Width, sorted.Length - first)), rest);
    }

    public void Dispose() => _equations.Dispose();

    /// <summary>Up to such a length dual equations were measured to be faster, and a group of their matrices to fit the second-level cache.</summary>
    private static int LongestRowAt(int rank) => Math.Min(144, rank <= 112 ? rank / 2 : rank * 7 / 8);

    /// <summary>Rows whose solutions cost more than the basis does.</summary>
    private static int RowsForBasis(int rank) => 2 * rank;

    private static bool HasShortRow(CsrMatrix plays, int longest)
    {
        for (var row = 0; row < plays.RowCount; row++)
            if (plays.RowIndices(row).Length is var length && length > 0 && length <= longest) return true;
        return false;
    }

    private void SolveLanes(HostRows all, ReadOnlySpan<int> rows, List<int> rest)
    {
        for (var lane = 0; lane < rows.Length; lane++) _equations.Assemble(lane, new RowEntries(all.Matrix, rows[lane]), _terms, all.Lambda(rows[lane]));
        _equations.Solve(all.Matrix, rows, _terms);
        for (var lane = 0; lane < rows.Length; lane++)
        {
            if (_equations.IsSolved(lane)) all.Store(rows[lane], _equations.Solution(lane));
            else rest.Add(rows[lane]);
        }
    }
}
