using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>Which rows have few plays.</summary>
internal static class DualRows
{
    /// <summary>Up to this length, dual equations are faster, as measured; above 304, a thread needs 10 MB.</summary>
    public static int LongestRow(int rank) => rank <= 112
        ? Math.Max(0, (rank * 3 / 4) - 6)
        : Math.Min(Math.Min(rank * 7 / 8, (rank / 2) + 48), 304);
}

/// <summary>Solves rows with few plays through dual equations, in groups of similar length.</summary>
internal sealed unsafe class ShortRows<TSimd, TVector> : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly RotatedTerms<TSimd, TVector> _terms;
    private readonly DualEquations<TSimd, TVector> _equations;

    public ShortRows(RotatedTerms<TSimd, TVector> terms)
    {
        _terms = terms;
        LongestRow = DualRows.LongestRow(terms.Rank);
        _equations = new DualEquations<TSimd, TVector>(terms.Rank, LongestRow);
    }

    /// <summary>Maximum plays per row.</summary>
    public int LongestRow { get; }

    /// <summary>Transforms y into the eigenbasis of YᵀY.</summary>
    /// <returns>
    /// For the factors to keep; null if it does not pay off, or if YᵀY is not positive definite in fp64.
    /// </returns>
    public static RotatedTerms<TSimd, TVector>? Prepare(in RowSolveProblem problem, int threadCount)
    {
        var rank = problem.FixedFactors.Rank;
        if (problem.Target.RowCount < RowsForBasis(rank)
            || !HasShortRow(((HostPlays)problem.Plays).Matrix, DualRows.LongestRow(rank))) return null;
        var fixedFactors = (HostFactors)problem.FixedFactors;
        if (fixedFactors.Kept is RotatedTerms<TSimd, TVector> kept && kept.Serve(problem)) return kept;
        var basis = EigenBasis.Of(problem.Gramian, rank, threadCount);
        return basis is null ? null : new RotatedTerms<TSimd, TVector>(
            basis, problem.Gramian, problem.Weights, fixedFactors, threadCount);
    }

    /// <summary>Solves rows.</summary>
    /// <param name="all">All rows.</param>
    /// <param name="rows">Rows with few plays; reordered.</param>
    /// <param name="rest">Receives rows that were not solved accurately.</param>
    public void Solve(HostRows all, List<int> rows, List<int> rest)
    {
        rows.Sort((a, b) => all.Matrix.RowIndices(a).Length.CompareTo(all.Matrix.RowIndices(b).Length));
        var sorted = CollectionsMarshal.AsSpan(rows);
        for (var first = 0; first < sorted.Length; first += TSimd.Width)
        {
            all.ThrowIfStopped();
            SolveLanes(all, sorted.Slice(first, Math.Min(TSimd.Width, sorted.Length - first)), rest);
        }
    }

    public void Dispose() => _equations.Dispose();

    /// <summary>Number of rows above which computing the basis pays off.</summary>
    private static int RowsForBasis(int rank) => 2 * rank;

    private static bool HasShortRow(CsrMatrix plays, int longest)
    {
        for (var row = 0; row < plays.RowCount; row++)
            if (plays.RowIndices(row).Length is var length && length > 0 && length <= longest) return true;
        return false;
    }

    private void SolveLanes(HostRows all, ReadOnlySpan<int> rows, List<int> rest)
    {
        for (var lane = 0; lane < rows.Length; lane++)
            _equations.Assemble(lane, new RowEntries(all.Matrix, rows[lane]), _terms, all.Pull(rows[lane]));
        _equations.Solve(all.Matrix, rows, _terms);
        for (var lane = 0; lane < rows.Length; lane++)
        {
            if (_equations.IsSolved(lane)) all.Store(rows[lane], _equations.Solution(lane));
            else rest.Add(rows[lane]);
        }
    }
}

/// <summary>
/// The terms shared by the dual equations of a half-iteration. In the eigenbasis qⱼ of YᵀY = Σ Λⱼ qⱼqⱼᵀ, the matrix P =
/// α₀·YᵀY + λI of every row is diagonal, whatever its λ.
/// </summary>
internal sealed unsafe class RotatedTerms<TSimd, TVector> : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private const int ChunkRows = 256;

    private readonly int _stride;
    private readonly double[] _gramian;
    private readonly NativeFloats _vectors; // [stride, stride], a column each
    private readonly ColumnPanels _panels;
    private readonly NativeFloats _diagonal;

    /// <param name="basis">The eigenbasis of YᵀY.</param>
    /// <param name="gramian">YᵀY, [rank, rank].</param>
    /// <param name="weights">Maps a value to its two weights.</param>
    /// <param name="fixedFactors">y.</param>
    /// <param name="threadCount">Threads.</param>
    public RotatedTerms(
        EigenBasis basis, ReadOnlySpan<double> gramian, ConfidenceWeights weights, HostFactors fixedFactors,
        int threadCount)
    {
        _gramian = gramian.ToArray();
        _stride = fixedFactors.Stride;
        Weights = weights;
        _vectors = new NativeFloats((long)_stride * _stride);
        _diagonal = new NativeFloats(_stride);
        Factors = new HostFactors(fixedFactors.RowCount, fixedFactors.Rank);
        for (var j = Rank; j < _stride; j++) _diagonal.Pointer[j] = 1;
        for (var j = 0; j < Rank; j++)
        {
            _diagonal.Pointer[j] = (float)(weights.UnobservedWeight * basis.Values[j]);
            for (var i = 0; i < Rank; i++)
                _vectors.Pointer[((long)i * _stride) + j] = (float)basis.Vectors[(j * Rank) + i];
        }

        _panels = new ColumnPanels(_vectors.Pointer, Rank);
        Rotate(fixedFactors, threadCount);
    }

    public int Rank => Factors.Rank;

    /// <summary>Whether a problem with the same fixed factors has these terms too.</summary>
    public bool Serve(in RowSolveProblem problem) =>
        problem.Weights == Weights && problem.Gramian.SequenceEqual(_gramian);

    public ConfidenceWeights Weights { get; }

    /// <summary>y in the basis, y'ⱼ = qⱼ·y.</summary>
    public HostFactors Factors { get; }

    /// <summary>P^(-1/2) of a row, [stride]. The values in the padding are multiplied by zeros.</summary>
    /// <param name="lambda">λ of the row.</param>
    /// <param name="scale">Receives it.</param>
    public void Scale(float lambda, float* scale)
    {
        var addend = TSimd.Broadcast(lambda);
        for (var j = 0; j < _stride; j += TSimd.Width)
            TSimd.Store(TSimd.ReciprocalRoot(TSimd.Add(TSimd.Load(_diagonal.Pointer + j), addend)), scale + j);
    }

    /// <summary>x = Σ x'ⱼ qⱼ of several rows.</summary>
    /// <param name="rotated">x', [rows, stride].</param>
    /// <param name="rows">Number of rows, a multiple of eight.</param>
    /// <param name="x">[rows, stride].</param>
    public void RotateBack(float* rotated, int rows, float* x)
    {
        new Span<float>(x, rows * _stride).Clear();
        for (var column = 0; column < _stride; column += ColumnPanels.Columns)
            for (var first = 0; first < rows; first += OuterProductTile<TSimd, TVector>.Rows)
                OuterProductTile<TSimd, TVector>.Add(
                    rotated + (first * _stride), 1, _stride, _panels.Panel(column, out _), ColumnPanels.Columns, Rank,
                    x + (first * _stride) + column, _stride, Math.Min(ColumnPanels.Columns, _stride - column));
    }

    /// <summary>x'ⱼ = qⱼ·x.</summary>
    /// <param name="x">[stride].</param>
    /// <param name="rotated">Receives x', [stride], zero beyond the rank.</param>
    public void Rotate(float* x, float* rotated)
    {
        new Span<float>(rotated, _stride).Clear();
        RowProducts<TSimd, TVector>.AddScaled(_vectors.Pointer, _stride, Rank, x, rotated, _stride);
    }

    public void Dispose()
    {
        _vectors.Dispose();
        _panels.Dispose();
        _diagonal.Dispose();
        Factors.Dispose();
    }

    private void Rotate(HostFactors y, int threadCount)
    {
        var chunks = (y.RowCount + ChunkRows - 1) / ChunkRows;
        ParallelChunks.Run(threadCount, chunks, chunk =>
        {
            for (var row = chunk * ChunkRows; row < Math.Min(y.RowCount, (chunk + 1) * ChunkRows); row++)
                Rotate(y.Row(row), Factors.Row(row));
        });
    }
}
