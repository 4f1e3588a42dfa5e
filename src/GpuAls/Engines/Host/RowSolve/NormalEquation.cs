namespace GpuAls;

/// <summary>
/// The normal equation of one row, A x = b with A = α₀·YᵀY + λI + Σ gram·y yᵀ and b = Σ rhs·y, assembled and solved in
/// the scratch memory of one thread. Only the upper triangle of A is used.
/// </summary>
internal sealed unsafe class NormalEquation<TSimd, TVector> : IRowEquation
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly int _rank;
    private readonly int _stride;
    private readonly int _size;
    private readonly RowSums<TSimd, TVector> _sums;
    private readonly NativeFloats _left;
    private readonly NativeFloats _right;
    private readonly NativeFloats _solution;

    public NormalEquation(int rank)
    {
        _rank = rank;
        _stride = HostFactors.StrideOf(rank);
        _size = OuterProductTile<TSimd, TVector>.WholeVectors(rank);
        _sums = new RowSums<TSimd, TVector>(rank);
        _left = new NativeFloats((long)_stride * _stride);
        _right = new NativeFloats(_stride);
        _solution = new NativeFloats(_stride);
    }

    /// <summary>Solves one row.</summary>
    /// <param name="entries">The plays of the row, at least one.</param>
    /// <param name="terms">The terms shared by all rows.</param>
    /// <param name="pull">λ of the row, and what it is pulled toward.</param>
    /// <param name="target">x, [stride]; written only on success.</param>
    /// <returns>Whether the row was solved in fp32: its pivots are positive, finite and not too small.</returns>
    public bool Solve(RowEntries entries, in SharedTerms terms, RowPull pull, float* target)
    {
        _sums.Assemble(entries, terms, pull, _left.Pointer, _right.Pointer);
        var condition = UpperCholesky<TSimd, TVector>.FactorAndEstimate(_left.Pointer, _stride, _size, _rank);
        if (condition > RowSolveReport.Fp64Condition) return false;
        UpperCholesky<TSimd, TVector>.Solve(_left.Pointer, _stride, _size, _right.Pointer);
        if (!VectorMath<TSimd, TVector>.AllFinite(_right.Pointer, _rank)) return false;
        Buffer.MemoryCopy(_right.Pointer, _solution.Pointer, _stride * sizeof(float), _stride * sizeof(float));
        if (condition > RowSolveReport.RefinedCondition) Refine(entries, terms, pull);
        Buffer.MemoryCopy(_solution.Pointer, target, _stride * sizeof(float), _stride * sizeof(float));
        return true;
    }

    public void Dispose()
    {
        _sums.Dispose();
        _left.Dispose();
        _right.Dispose();
        _solution.Dispose();
    }

    /// <summary>
    /// One step of iterative refinement (Wilkinson, 1963), x += A⁻¹(b - A x). Further steps change nothing: what
    /// remains is the rounding error of y·x.
    /// </summary>
    private void Refine(RowEntries entries, in SharedTerms terms, RowPull pull)
    {
        _sums.Residual(entries, terms, pull, _solution.Pointer, _right.Pointer);
        UpperCholesky<TSimd, TVector>.Solve(_left.Pointer, _stride, _size, _right.Pointer);
        if (VectorMath<TSimd, TVector>.AllFinite(_right.Pointer, _rank))
            VectorMath<TSimd, TVector>.AddScaled(1, _right.Pointer, _solution.Pointer, _stride);
    }
}

/// <summary>
/// One row with x ≥ 0. Its equation is summed in fp32 as in <see cref="NormalEquation{TSimd, TVector}"/>, and solved in
/// fp64.
/// </summary>
internal sealed unsafe class NonnegativeRow<TSimd, TVector> : IRowEquation
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>A slope smaller than this, relative to its terms, may be due to rounding of the fp32 sums.</summary>
    private const double SmallestSlope = 1e-5;

    private readonly int _rank;
    private readonly int _stride;
    private readonly RowSums<TSimd, TVector> _sums;
    private readonly NativeFloats _left;
    private readonly NativeFloats _right;
    private readonly double[] _matrix;
    private readonly double[] _vector;
    private readonly NonnegativeEquation _equation;

    public NonnegativeRow(int rank)
    {
        (_rank, _stride) = (rank, HostFactors.StrideOf(rank));
        _sums = new RowSums<TSimd, TVector>(rank);
        _left = new NativeFloats((long)_stride * _stride);
        _right = new NativeFloats(_stride);
        _matrix = new double[rank * rank];
        _vector = new double[rank];
        _equation = new NonnegativeEquation(rank);
    }

    /// <inheritdoc/>
    /// <returns>False if rounding of the fp32 sums may affect x.</returns>
    public bool Solve(RowEntries entries, in SharedTerms terms, RowPull pull, float* target)
    {
        _sums.Assemble(entries, terms, pull, _left.Pointer, _right.Pointer);
        for (var i = 0; i < _rank; i++)
        {
            _vector[i] = _right.Pointer[i];
            for (var j = 0; j <= i; j++)
                _matrix[(i * _rank) + j] = _left.Pointer[((long)j * _stride) + i]; // the upper triangle is summed
        }

        return _equation.Solve(_matrix, _vector, new Span<float>(target, _rank))
            && _equation.Condition <= RowSolveReport.RefinedCondition && _equation.SmallestSlope >= SmallestSlope;
    }

    public void Dispose()
    {
        _sums.Dispose();
        _left.Dispose();
        _right.Dispose();
    }
}
