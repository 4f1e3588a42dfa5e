namespace GpuAls;

/// <summary>
/// The normal equations of as many rows as a vector has lanes, A x = b with A = α₀·YᵀY + λI + Σ gram·y yᵀ and b = Σ rhs·y: summed
/// row by row, solved side by side. What a lane computes does not depend on the other lanes.
/// </summary>
internal sealed unsafe class LaneEquations<TSimd, TVector> : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly int _rank;
    private readonly int _stride;
    private readonly int _size;
    private readonly long _leftStep;
    private readonly RowSums<TSimd, TVector> _sums;
    private readonly NativeFloats _lefts;
    private readonly NativeFloats _vectors;
    private readonly NativeFloats _solutions;
    private readonly NativeFloats _conditions;
    private readonly LaneCholesky<TSimd, TVector> _cholesky;

    public LaneEquations(int rank)
    {
        _rank = rank;
        _stride = HostFactors.StrideOf(rank);
        _size = (rank + LaneCholesky<TSimd, TVector>.BlockColumns - 1) / LaneCholesky<TSimd, TVector>.BlockColumns * LaneCholesky<TSimd, TVector>.BlockColumns;

        // A cache line more than the matrix, else the same element of all lanes would want the same place in the cache.
        _leftStep = ((long)_stride * _stride) + HostFactors.Padding;
        _sums = new RowSums<TSimd, TVector>(rank);
        _lefts = new NativeFloats(TSimd.Width * _leftStep);
        _vectors = new NativeFloats((long)TSimd.Width * _stride);
        _solutions = new NativeFloats((long)TSimd.Width * _stride);
        _conditions = new NativeFloats(TSimd.Width);
        _cholesky = new LaneCholesky<TSimd, TVector>(_size);
    }

    /// <summary>Sums the equations of a row into a lane.</summary>
    /// <param name="lane">0 .. Width - 1.</param>
    /// <param name="entries">The plays of the row, at least one.</param>
    /// <param name="terms">What all rows share.</param>
    /// <param name="lambda">λ of the row.</param>
    public void Assemble(int lane, RowEntries entries, in SharedTerms terms, float lambda) =>
        _sums.Assemble(entries, terms, lambda, _lefts.Pointer + (lane * _leftStep), Vector(lane));

    /// <summary>Solves all lanes; those that were not assembled hold nothing of meaning.</summary>
    public void Solve()
    {
        Turn();
        var largest = LargestOfDiagonal();
        _cholesky.Factor();
        var inverse = LargestOfDiagonal();
        TSimd.Store(TSimd.Multiply(TSimd.Multiply(largest, inverse), inverse), _conditions.Pointer);
        _cholesky.SubstituteBack();
        for (var lane = 0; lane < TSimd.Width; lane++) TakeOut(lane, _solutions.Pointer + (lane * _stride));
    }

    /// <summary>Whether fp32 has solved a lane: the pivots were positive, finite and not too small, and x is finite.</summary>
    public bool IsSolved(int lane) => _conditions.Pointer[lane] <= RowSolveReport.Fp64Condition && VectorMath<TSimd, TVector>.AllFinite(Solution(lane), _rank);

    /// <summary>Whether a lane should be refined.</summary>
    public bool IsDoubtful(int lane) => _conditions.Pointer[lane] > RowSolveReport.RefinedCondition && IsSolved(lane);

    /// <summary>Begins a refinement: no lane has a residual.</summary>
    public void ClearResiduals() => _vectors.Clear();

    /// <summary>Sums the residual of a lane's solution.</summary>
    public void SumResidual(int lane, RowEntries entries, in SharedTerms terms, float lambda) =>
        _sums.Residual(entries, terms, lambda, Solution(lane), Vector(lane));

    /// <summary>
    /// One step of iterative refinement (Wilkinson, 1963) of the lanes with a residual: x += A⁻¹(b - A x). More steps change nothing:
    /// what remains is the rounding of y·x.
    /// </summary>
    public void Refine()
    {
        TurnRight();
        _cholesky.SubstituteForward();
        _cholesky.SubstituteBack();
        for (var lane = 0; lane < TSimd.Width; lane++)
        {
            var correction = Vector(lane);
            TakeOut(lane, correction);
            if (VectorMath<TSimd, TVector>.AllFinite(correction, _rank)) VectorMath<TSimd, TVector>.AddScaled(1, correction, Solution(lane), _stride);
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

    private float* Vector(int lane) => _vectors.Pointer + (lane * _stride);

    /// <summary>From a matrix a lane to vectors with an element of each lane.</summary>
    private void Turn()
    {
        for (var row = 0; row < _size; row++)
        {
            var source = _lefts.Pointer + ((long)row * _stride);
            for (var column = row; column < _size; column++)
                TSimd.Store(TSimd.Gather(source + column, (nint)_leftStep), _cholesky.Row(column) + ((nint)row * TSimd.Width));
        }

        TurnRight();
    }

    private void TurnRight()
    {
        for (var i = 0; i < _size; i++) TSimd.Store(TSimd.Gather(_vectors.Pointer + i, _stride), _cholesky.Right + ((nint)i * TSimd.Width));
    }

    private void TakeOut(int lane, float* target)
    {
        for (var i = 0; i < _rank; i++) target[i] = _cholesky.Right[((nint)i * TSimd.Width) + lane];
    }

    private TVector LargestOfDiagonal()
    {
        var largest = TSimd.Zero;
        for (var i = 0; i < _rank; i++) largest = TSimd.Max(largest, TSimd.Load(_cholesky.Row(i) + ((nint)i * TSimd.Width)));
        return largest;
    }
}
