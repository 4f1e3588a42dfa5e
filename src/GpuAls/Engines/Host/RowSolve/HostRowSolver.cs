using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>
/// Solves all rows of a half-iteration. Each row is solved by a single thread, so results do not depend on the number
/// of threads.
/// </summary>
internal static unsafe class HostRowSolver<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>
    /// The fewest rows of a chunk that are solved exactly, on average: rows are solved side by side, and the last group
    /// of a chunk is not full.
    /// </summary>
    private static readonly int LeastRows = 4 * TSimd.Width;

    public static RowSolveReport Solve(in RowSolveProblem problem, int threadCount)
    {
        var (rank, steps) = (problem.FixedFactors.Rank, problem.ConjugateGradientSteps);
        using var baseMatrix = BaseMatrix(problem.Gramian, rank, problem.Weights.UnobservedWeight);
        var rotated = steps == 0 && problem.BlockSize == 0 && !problem.IsNonnegative
            ? ShortRows<TSimd, TVector>.Prepare(problem, threadCount) : null;
        var fixedFactors = (HostFactors)problem.FixedFactors;
        fixedFactors.Kept = rotated ?? fixedFactors.Kept;
        using var packed = problem.BlockSize > 0 && problem.Weights.UnobservedWeight > 0
            ? new ColumnPanels(baseMatrix.Pointer, rank) : null;
        fixed (float* regularization = problem.Regularization)
        {
            var rows = new HostRows(problem, baseMatrix.Pointer, regularization);
            var boundaries = problem.BlockSize > 0
                ? RowChunks.Split(rows.Matrix.Indptr, BlockSweep.RowCost(rank, problem.BlockSize), BlockSweep.RowGroup)
                : RowChunks.Split(
                    rows.Matrix.Indptr, costPerRow: 1 + (rank / 4), leastRows: steps == 0 ? LeastRows : 0);
            ParallelChunks.Run(
                threadCount, boundaries.Length - 1,
                () => new ChunkSolver<TSimd, TVector>(rows, rank, steps, rotated, packed),
                (solver, chunk) => solver.Solve(boundaries[chunk], boundaries[chunk + 1]));
            if (!problem.HasMore) fixedFactors.Kept = null;
            return Fp64Rows.Solve(
                problem, rows.Matrix, rows.Unsolved(), rows.FixedRow, rows.TargetRow, rows.Store,
                rows.HasPull ? rows.PullRow : null);
        }
    }

    /// <summary>
    /// α₀·YᵀY, padded to whole vectors. Ones on the diagonal of the padding keep it positive definite.
    /// </summary>
    private static NativeFloats BaseMatrix(ReadOnlySpan<double> gramian, int rank, float unobservedWeight)
    {
        var stride = HostFactors.StrideOf(rank);
        var matrix = new NativeFloats((long)stride * stride);
        for (var i = 0; i < rank; i++)
            for (var j = 0; j < rank; j++)
                matrix.Pointer[((long)i * stride) + j] = (float)(unobservedWeight * gramian[(i * rank) + j]);
        for (var i = rank; i < stride; i++) matrix.Pointer[((long)i * stride) + i] = 1;
        return matrix;
    }
}

/// <summary>
/// Solves the rows of a chunk with the scratch memory of one thread: rows with few plays through dual equations, all
/// others through normal equations.
/// </summary>
internal sealed class ChunkSolver<TSimd, TVector> : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>
    /// The largest rank at which rows are solved side by side. Above it, their matrices together do not fit in the L2
    /// cache, and solving one row at a time is faster.
    /// </summary>
    public const int LargestLaneRank = 112;

    private readonly HostRows _rows;
    private readonly IRowSolver _solver;
    private readonly ShortRows<TSimd, TVector>? _shortRows;
    private readonly List<int> _long = [];
    private readonly List<int> _short = [];

    /// <param name="rows">All rows.</param>
    /// <param name="rank">Number of factors.</param>
    /// <param name="steps">Conjugate-gradient steps; 0 to solve exactly.</param>
    /// <param name="rotated">The terms of dual equations; null not to use them.</param>
    /// <param name="packed">α₀·YᵀY for sweeps over blocks; null if it is zero or not needed.</param>
    public ChunkSolver(
        HostRows rows, int rank, int steps, RotatedTerms<TSimd, TVector>? rotated, ColumnPanels? packed)
    {
        _rows = rows;
        _solver = rows.BlockSize > 0 ? new BlockSweep<TSimd, TVector>(rank, rows.BlockSize, packed)
            : rows.IsNonnegative ? new RowsAlone(new NonnegativeRow<TSimd, TVector>(rank))
            : steps > 0 ? new RowsAlone(new ConjugateGradient<TSimd, TVector>(rank, steps))
            : rank <= LargestLaneRank ? new RowsInLanes<TSimd, TVector>(rank)
            : new RowsAlone(new NormalEquation<TSimd, TVector>(rank));
        _shortRows = rotated is null ? null : new ShortRows<TSimd, TVector>(rotated);
    }

    /// <summary>Solves rows [first, end).</summary>
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

/// <summary>A way to solve rows, with the scratch memory of one thread.</summary>
internal interface IRowSolver : IDisposable
{
    /// <summary>Solves rows with at least one play each.</summary>
    /// <param name="all">All rows.</param>
    /// <param name="rows">Indices of the rows to solve.</param>
    void Solve(HostRows all, ReadOnlySpan<int> rows);
}

/// <summary>A way to solve one row at a time, with the scratch memory of one thread.</summary>
internal unsafe interface IRowEquation : IDisposable
{
    /// <summary>Solves one row.</summary>
    /// <param name="entries">The plays of the row, at least one.</param>
    /// <param name="terms">The terms shared by all rows.</param>
    /// <param name="pull">λ of the row, and what it is pulled toward.</param>
    /// <param name="target">x, [stride].</param>
    /// <returns>Whether fp32 has solved it.</returns>
    bool Solve(RowEntries entries, in SharedTerms terms, RowPull pull, float* target);
}

/// <summary>Solves one row at a time.</summary>
/// <param name="equation">Solves a row; disposed with this object.</param>
internal sealed unsafe class RowsAlone(IRowEquation equation) : IRowSolver
{
    public void Solve(HostRows all, ReadOnlySpan<int> rows)
    {
        foreach (var row in rows)
        {
            all.ThrowIfStopped();
            if (!equation.Solve(new RowEntries(all.Matrix, row), all.Terms, all.Pull(row), all.Target(row)))
                all.Postpone(row);
        }
    }

    public void Dispose() => equation.Dispose();
}
