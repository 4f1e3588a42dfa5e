namespace GpuAls;

/// <summary>
/// Solves rows with few plays, one per vector lane, by the Woodbury identity. With P = α₀·YᵀY + λI, Ŷ the rows √gram·y
/// of the n plays and b̂ = rhs/√gram,
/// <code>x = (P + ŶᵀŶ)⁻¹ Ŷᵀ b̂ = P⁻¹ Ŷᵀ (I + Ŷ P⁻¹ Ŷᵀ)⁻¹ b̂</code>
/// so there are n unknowns instead of rank. This is exact. With a term c = λp on the right side, b̂ - Ŷ P⁻¹c
/// replaces b̂, and P⁻¹c is added to x. The result of a lane does not depend on the other lanes.
/// </summary>
internal sealed unsafe class DualEquations<TSimd, TVector> : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>
    /// The limit for the largest diagonal element of I + Ŷ P⁻¹ Ŷᵀ ÷ the smallest squared pivot, up to which the
    /// measured error stays below 1e-4.
    /// </summary>
    private const float LargestCondition = 1e4f;

    private readonly int _stride;
    private readonly int _matrixStride;
    private readonly long _matrixStep;
    private readonly NativeFloats _panel;
    private readonly NativeFloats _matrices;
    private readonly NativeFloats _rights;
    private readonly NativeFloats _roots;
    private readonly NativeFloats _scales;
    private readonly NativeFloats _rotated;
    private readonly NativeFloats _solutions;
    private readonly NativeFloats _conditions;
    private readonly NativeFloats _pulls;
    private readonly NativeFloats _products;
    private readonly bool[] _isPulled = new bool[TSimd.Width];
    private readonly int[] _counts = new int[TSimd.Width];
    private readonly LaneCholesky<TSimd, TVector> _cholesky;

    /// <param name="rank">Number of factors.</param>
    /// <param name="largestRow">Maximum plays per row.</param>
    public DualEquations(int rank, int largestRow)
    {
        _stride = HostFactors.StrideOf(rank);
        _matrixStride = HostFactors.StrideOf(largestRow);

        // One cache line more than the matrix, so that the same element of different lanes maps to different cache
        // sets.
        _matrixStep = ((long)_matrixStride * _matrixStride) + HostFactors.Padding;
        _panel = new NativeFloats((long)_matrixStride * _stride);
        _matrices = new NativeFloats(TSimd.Width * _matrixStep);
        _rights = new NativeFloats((long)TSimd.Width * _matrixStride);
        _roots = new NativeFloats((long)TSimd.Width * _matrixStride);
        _scales = new NativeFloats((long)TSimd.Width * _stride);
        _rotated = new NativeFloats(_stride);
        _solutions = new NativeFloats((long)TSimd.Width * _stride);
        _conditions = new NativeFloats(TSimd.Width);
        _pulls = new NativeFloats((long)TSimd.Width * _stride);
        _products = new NativeFloats(_matrixStride);
        _cholesky = new LaneCholesky<TSimd, TVector>(_matrixStride);
    }

    /// <summary>Assembles the equations of a row in a lane.</summary>
    /// <param name="lane">0 to Width - 1.</param>
    /// <param name="entries">The plays of the row, at least one, all with positive weight.</param>
    /// <param name="terms">The terms shared by all rows.</param>
    /// <param name="pull">λ of the row, and what it is pulled toward.</param>
    public void Assemble(int lane, RowEntries entries, RotatedTerms<TSimd, TVector> terms, RowPull pull)
    {
        const int Group = RowProducts<TSimd, TVector>.Group;
        terms.Scale(pull.Lambda, Scale(lane));
        Stage(lane, entries, terms);
        _isPulled[lane] = pull.Right is not null;
        if (pull.Right is not null) TakePull(lane, entries.Length, terms, pull.Right);
        var matrix = Matrix(lane);
        for (var i = 0; i < entries.Length; i++)
        {
            var first = i / Group * Group;
            RowProducts<TSimd, TVector>.Dots(
                _panel.Pointer + (first * _stride), _stride, entries.Length - first,
                _panel.Pointer + (i * _stride), _stride, matrix + (i * _matrixStride) + first);
            matrix[(i * _matrixStride) + i] += 1;
        }

        _counts[lane] = entries.Length;
    }

    /// <summary>Solves the first lanes.</summary>
    /// <param name="plays">The plays.</param>
    /// <param name="rows">The row of each lane.</param>
    /// <param name="terms">The terms shared by all rows.</param>
    public void Solve(CsrMatrix plays, ReadOnlySpan<int> rows, RotatedTerms<TSimd, TVector> terms)
    {
        var size = SizeOf(rows.Length);
        _cholesky.Resize(size);
        for (var lane = 0; lane < rows.Length; lane++) Extend(lane, size);
        _cholesky.Load(_matrices.Pointer, _matrixStep, _matrixStride);
        _cholesky.LoadRight(_rights.Pointer, _matrixStride);
        var largest = LargestOfDiagonal(size);
        _cholesky.Factor();
        var inverse = LargestOfDiagonal(size);
        TSimd.Store(TSimd.Multiply(TSimd.Multiply(largest, inverse), inverse), _conditions.Pointer);
        _cholesky.SubstituteBack();
        for (var lane = 0; lane < rows.Length; lane++) Combine(lane, new RowEntries(plays, rows[lane]), terms);
    }

    /// <summary>
    /// Whether a lane was solved accurately in fp32; otherwise its row must be solved through normal equations.
    /// </summary>
    public bool IsSolved(int lane) =>
        _conditions.Pointer[lane] <= LargestCondition && VectorMath<TSimd, TVector>.AllFinite(Solution(lane), _stride);

    /// <summary>x of a lane, [stride], zero beyond the rank.</summary>
    public float* Solution(int lane) => _solutions.Pointer + (lane * _stride);

    public void Dispose()
    {
        _panel.Dispose();
        _matrices.Dispose();
        _rights.Dispose();
        _roots.Dispose();
        _scales.Dispose();
        _rotated.Dispose();
        _solutions.Dispose();
        _conditions.Dispose();
        _pulls.Dispose();
        _products.Dispose();
        _cholesky.Dispose();
    }

    private float* Matrix(int lane) => _matrices.Pointer + (lane * _matrixStep);

    private float* Scale(int lane) => _scales.Pointer + (lane * _stride);

    /// <summary>c of a lane in the eigenbasis, [stride].</summary>
    private float* Pull(int lane) => _pulls.Pointer + (lane * _stride);

    private float* Right(int lane) => _rights.Pointer + (lane * _matrixStride);

    private float* Roots(int lane) => _roots.Pointer + (lane * _matrixStride);

    /// <summary>Computes the rows √gram·P^(-1/2) y', with zeros up to a whole group, and b̂ and √gram.</summary>
    private void Stage(int lane, RowEntries entries, RotatedTerms<TSimd, TVector> terms)
    {
        const int Group = RowProducts<TSimd, TVector>.Group;
        float* scale = Scale(lane), target = _panel.Pointer;
        for (var k = 0; k < entries.Length; k++, target += _stride)
        {
            Prefetch.RowOfPlay(terms.Factors, entries, k + Group, _stride);
            var root = MathF.Sqrt(terms.Weights.Gram(entries.Values[k]));
            Roots(lane)[k] = root;
            Right(lane)[k] = terms.Weights.Rhs(entries.Values[k]) / root;
            var (source, factor) = ((nint)terms.Factors.Row(entries.Indices[k]), TSimd.Broadcast(root));
            for (var j = 0; j < _stride; j += TSimd.Width)
                TSimd.Store(
                    TSimd.Multiply(TSimd.Multiply(factor, TSimd.Load(scale + j)), TSimd.Load((float*)source + j)),
                    target + j);
        }

        var missing = (Group - (entries.Length % Group)) % Group;
        new Span<float>(target, missing * _stride).Clear();
    }

    /// <summary>Rotates c to the eigenbasis, and subtracts Ŷ P⁻¹c from b̂.</summary>
    private void TakePull(int lane, int count, RotatedTerms<TSimd, TVector> terms, float* right)
    {
        float* pull = Pull(lane), scaled = _rotated.Pointer;
        terms.Rotate(right, pull);
        for (var j = 0; j < _stride; j += TSimd.Width)
            TSimd.Store(TSimd.Multiply(TSimd.Load(Scale(lane) + j), TSimd.Load(pull + j)), scaled + j);
        RowProducts<TSimd, TVector>.Dots(_panel.Pointer, _stride, count, scaled, _stride, _products.Pointer);
        for (var k = 0; k < count; k++) Right(lane)[k] -= _products.Pointer[k];
    }

    private int SizeOf(int lanes)
    {
        const int Block = LaneCholesky<TSimd, TVector>.BlockColumns;
        var largest = 0;
        for (var lane = 0; lane < lanes; lane++) largest = Math.Max(largest, _counts[lane]);
        return (largest + Block - 1) / Block * Block;
    }

    /// <summary>
    /// Extends a lane to the size of the largest one. The extra unknowns get the first diagonal element, which is a
    /// pivot already and so does not affect the condition number; their solution is 0.
    /// </summary>
    private void Extend(int lane, int size)
    {
        var (matrix, count) = ((nint)Matrix(lane), _counts[lane]);
        new Span<float>(Right(lane) + count, size - count).Clear();
        for (var i = 0; i < size; i++)
        {
            var row = (float*)matrix + (i * _matrixStride);
            var first = Math.Max(i, count);
            new Span<float>(row + first, size - first).Clear();
            if (i >= count) row[i] = *(float*)matrix;
        }
    }

    /// <summary>x = P⁻¹ (c + Σ z·√gram·y), rotated back from the eigenbasis.</summary>
    private void Combine(int lane, RowEntries entries, RotatedTerms<TSimd, TVector> terms)
    {
        float* sum = _rotated.Pointer, scale = Scale(lane), roots = Roots(lane);
        if (_isPulled[lane]) new Span<float>(Pull(lane), _stride).CopyTo(new Span<float>(sum, _stride));
        else new Span<float>(sum, _stride).Clear();
        for (var k = 0; k < entries.Length; k++)
            VectorMath<TSimd, TVector>.AddScaled(
                _cholesky.Right[((nint)k * TSimd.Width) + lane] * roots[k], terms.Factors.Row(entries.Indices[k]), sum,
                _stride);
        for (var j = 0; j < _stride; j += TSimd.Width)
        {
            var root = TSimd.Load(scale + j);
            TSimd.Store(TSimd.Multiply(TSimd.Multiply(root, root), TSimd.Load(sum + j)), sum + j);
        }

        terms.RotateBack(sum, Solution(lane));
    }

    private TVector LargestOfDiagonal(int size)
    {
        var largest = TSimd.Zero;
        for (var i = 0; i < size; i++)
            largest = TSimd.Max(largest, TSimd.Load(_cholesky.Row(i) + ((nint)i * TSimd.Width)));
        return largest;
    }
}
