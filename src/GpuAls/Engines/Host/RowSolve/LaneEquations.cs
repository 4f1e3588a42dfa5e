namespace GpuAls;

/// <summary>
/// The normal equations of several rows, one per vector lane: A x = b with A = α₀·YᵀY + λI + Σ gram·y yᵀ and b = Σ
/// rhs·y. They are summed row by row and solved side by side. The result of a lane does not depend on the other lanes.
/// </summary>
internal sealed unsafe class LaneEquations<TSimd, TVector> : IBlockEquations
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly int _stride;
    private readonly long _leftStep;
    private readonly RowSums<TSimd, TVector> _sums;
    private readonly NativeFloats _lefts;
    private readonly NativeFloats _vectors;
    private readonly NativeFloats _solutions;
    private readonly NativeFloats _conditions;
    private readonly LaneCholesky<TSimd, TVector> _cholesky;
    private int _rank;
    private int _size;

    public LaneEquations(int rank)
    {
        _rank = rank;
        _stride = HostFactors.StrideOf(rank);
        _size = SizeOf(rank);

        // One cache line more than the matrix, so that the same element of different lanes maps to different cache
        // sets.
        _leftStep = ((long)_stride * _stride) + HostFactors.Padding;
        _sums = new RowSums<TSimd, TVector>(rank);
        _lefts = new NativeFloats(TSimd.Width * _leftStep);
        _vectors = new NativeFloats((long)TSimd.Width * _stride);
        _solutions = new NativeFloats((long)TSimd.Width * _stride);
        _conditions = new NativeFloats(TSimd.Width);
        _cholesky = new LaneCholesky<TSimd, TVector>(_size);
    }

    /// <inheritdoc/>
    public int Lanes => TSimd.Width;

    /// <summary>Sets the number of unknowns of the next equations, at most that of the constructor.</summary>
    public void Resize(int rank)
    {
        (_rank, _size) = (rank, SizeOf(rank));
        _cholesky.Resize(_size);
    }

    /// <summary>A of a lane, [rank, stride], of which the upper triangle is read.</summary>
    public float* Left(int lane) => _lefts.Pointer + (lane * _leftStep);

    /// <summary>b of a lane, [stride].</summary>
    public float* Right(int lane) => _vectors.Pointer + (lane * _stride);

    /// <summary>Sums the equations of a row into a lane.</summary>
    /// <param name="lane">0 to Width - 1.</param>
    /// <param name="entries">The plays of the row, at least one.</param>
    /// <param name="terms">The terms shared by all rows.</param>
    /// <param name="pull">λ of the row, and what it is pulled toward.</param>
    public void Assemble(int lane, RowEntries entries, in SharedTerms terms, RowPull pull) =>
        _sums.Assemble(entries, terms, pull, Left(lane), Right(lane));

    /// <summary>Solves all lanes; the results of unassembled lanes are meaningless.</summary>
    public void Solve()
    {
        _cholesky.Load(_lefts.Pointer, _leftStep, _stride);
        _cholesky.LoadRight(_vectors.Pointer, _stride);
        var largest = LargestOfDiagonal();
        _cholesky.Factor();
        var inverse = LargestOfDiagonal();
        TSimd.Store(TSimd.Multiply(TSimd.Multiply(largest, inverse), inverse), _conditions.Pointer);
        _cholesky.SubstituteBack();
        for (var lane = 0; lane < TSimd.Width; lane++) Extract(lane, _solutions.Pointer + (lane * _stride));
    }

    /// <summary>
    /// Whether a lane was solved in fp32: its pivots are positive, finite and not too small, and x is finite.
    /// </summary>
    public bool IsSolved(int lane) =>
        _conditions.Pointer[lane] <= RowSolveReport.Fp64Condition
        && VectorMath<TSimd, TVector>.AllFinite(Solution(lane), _rank);

    /// <summary>Whether a lane needs refinement.</summary>
    public bool IsDoubtful(int lane) => _conditions.Pointer[lane] > RowSolveReport.RefinedCondition && IsSolved(lane);

    /// <summary>Starts a refinement by clearing all residuals.</summary>
    public void ClearResiduals() => _vectors.Clear();

    /// <summary>Computes the residual of a lane's solution.</summary>
    public void SumResidual(int lane, RowEntries entries, in SharedTerms terms, RowPull pull) =>
        _sums.Residual(entries, terms, pull, Solution(lane), Right(lane));

    /// <summary>
    /// One step of iterative refinement (Wilkinson, 1963), x += A⁻¹(b - A x), for the lanes with a residual. Further
    /// steps change nothing: what remains is the rounding error of y·x.
    /// </summary>
    public void Refine()
    {
        _cholesky.LoadRight(_vectors.Pointer, _stride);
        _cholesky.SubstituteForward();
        _cholesky.SubstituteBack();
        for (var lane = 0; lane < TSimd.Width; lane++)
        {
            var correction = Right(lane);
            Extract(lane, correction);
            if (VectorMath<TSimd, TVector>.AllFinite(correction, _rank))
                VectorMath<TSimd, TVector>.AddScaled(1, correction, Solution(lane), _stride);
        }
    }

    /// <summary>x of a lane, [stride], zero beyond the rank.</summary>
    public float* Solution(int lane) => _solutions.Pointer + (lane * _stride);

    public void Dispose()
    {
        _sums.Dispose();
        _lefts.Dispose();
        _vectors.Dispose();
        _solutions.Dispose();
        _conditions.Dispose();
        _cholesky.Dispose();
    }

    private static int SizeOf(int rank)
    {
        const int Block = LaneCholesky<TSimd, TVector>.BlockColumns;
        return (rank + Block - 1) / Block * Block;
    }

    private void Extract(int lane, float* target)
    {
        for (var i = 0; i < _rank; i++) target[i] = _cholesky.Right[((nint)i * TSimd.Width) + lane];
    }

    private TVector LargestOfDiagonal()
    {
        var largest = TSimd.Zero;
        for (var i = 0; i < _rank; i++)
            largest = TSimd.Max(largest, TSimd.Load(_cholesky.Row(i) + ((nint)i * TSimd.Width)));
        return largest;
    }
}

/// <summary>Solves rows side by side, one per vector lane.</summary>
/// <param name="rank">Number of factors.</param>
internal sealed unsafe class RowsInLanes<TSimd, TVector>(int rank) : IRowSolver
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly LaneEquations<TSimd, TVector> _equations = new(rank);

    public void Solve(HostRows all, ReadOnlySpan<int> rows)
    {
        for (var first = 0; first < rows.Length; first += TSimd.Width)
        {
            all.ThrowIfStopped();
            SolveLanes(all, rows.Slice(first, Math.Min(TSimd.Width, rows.Length - first)));
        }
    }

    public void Dispose() => _equations.Dispose();

    private void SolveLanes(HostRows all, ReadOnlySpan<int> rows)
    {
        for (var lane = 0; lane < rows.Length; lane++)
            _equations.Assemble(lane, new RowEntries(all.Matrix, rows[lane]), all.Terms, all.Pull(rows[lane]));
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
            _equations.SumResidual(lane, new RowEntries(all.Matrix, rows[lane]), all.Terms, all.Pull(rows[lane]));
        }

        if (isDoubtful) _equations.Refine();
    }
}
