namespace GpuAls;

/// <summary>One row with x ≥ 0: its equation is summed in fp32 as <see cref="NormalEquation{TSimd, TVector}"/> does it, and solved in fp64.</summary>
internal sealed unsafe class NonnegativeRow<TSimd, TVector> : IRowEquation
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>A slope below this part of its terms may be rounding of the fp32 sums.</summary>
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
    /// <returns>False where the rounding of the fp32 sums could be seen in x.</returns>
    public bool Solve(RowEntries entries, in SharedTerms terms, float lambda, float* target)
    {
        _sums.Assemble(entries, terms, lambda, _left.Pointer, _right.Pointer);
        for (var i = 0; i < _rank; i++)
        {
            _vector[i] = _right.Pointer[i];
            for (var j = 0; j <= i; j++) _matrix[(i * _rank) + j] = _left.Pointer[((long)j * _stride) + i]; // the upper triangle is summed
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
