namespace GpuAls;

/// <summary>
/// The normal equation of one row, A x = b with A = α₀·YᵀY + λI + Σ gram·y yᵀ and b = Σ rhs·y, built and solved in the
/// scratch memory of one thread. Only the upper triangle of A is used.
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
    /// <param name="terms">What all rows share.</param>
    /// <param name="lambda">λ of the row.</param>
    /// <param name="target">x, [stride]; written on success only.</param>
    /// <returns>Whether fp32 has solved it: the pivots were positive, finite and not too small.</returns>
    public bool Solve(RowEntries entries, in SharedTerms terms, float lambda, float* target)
    {
        _sums.Assemble(entries, terms, lambda, _left.Pointer, _right.Pointer);
        var largest = LargestOfDiagonal();
        if (!UpperCholesky<TSimd, TVector>.Factor(_left.Pointer, _stride, _size)) return false;
        var inverse = LargestOfDiagonal();
        var condition = largest * inverse * inverse;
        if (condition > RowSolveReport.Fp64Condition) return false;
        UpperCholesky<TSimd, TVector>.Solve(_left.Pointer, _stride, _size, _right.Pointer);
        if (!VectorMath<TSimd, TVector>.AllFinite(_right.Pointer, _rank)) return false;
        Buffer.MemoryCopy(_right.Pointer, _solution.Pointer, _stride * sizeof(float), _stride * sizeof(float));
        if (condition > RowSolveReport.RefinedCondition) Refine(entries, terms, lambda);
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

    private float LargestOfDiagonal()
    {
        var largest = 0f;
        for (var i = 0; i < _rank; i++) largest = Math.Max(largest, _left.Pointer[((long)i * _stride) + i]);
        return largest;
    }

    /// <summary>
    /// One step of iterative refinement (Wilkinson, 1963): x += A⁻¹(b - A x). More steps change nothing: what remains is the rounding of y·x.
    /// </summary>
    private void Refine(RowEntries entries, in SharedTerms terms, float lambda)
    {
        _sums.Residual(entries, terms, lambda, _solution.Pointer, _right.Pointer);
        UpperCholesky<TSimd, TVector>.Solve(_left.Pointer, _stride, _size, _right.Pointer);
        if (VectorMath<TSimd, TVector>.AllFinite(_right.Pointer, _rank)) VectorMath<TSimd, TVector>.AddScaled(1, _right.Pointer, _solution.Pointer, _stride);
    }
}
