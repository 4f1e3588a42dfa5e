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

    /// <summary>Floats of staged plays, some factors at a time: they fit in a 32 KiB L1 cache.</summary>
    private const int PanelFloats = 6144;
    private const int LargestBlock = 128;

    /// <summary>How many plays ahead rows of y are prefetched: they may be anywhere in memory.</summary>
    private const int PlaysAhead = 8;

    private static readonly int Lanes = Math.Max(TSimd.Width, OuterProductTile<TSimd, TVector>.Rows);

    private readonly int _stride;
    private readonly int _matrixStride;
    private readonly long _matrixStep;
    private readonly NativeFloats _block = new(TSimd.Width * LargestBlock);
    private readonly NativeFloats _panel;
    private readonly NativeFloats _matrices;
    private readonly NativeFloats _rights;
    private readonly NativeFloats _roots;
    private readonly NativeFloats _scales;
    private readonly NativeFloats _sums;
    private readonly NativeFloats _scaled;
    private readonly NativeFloats _solutions;
    private readonly NativeFloats _conditions;
    private readonly NativeFloats _pulls;
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
        _panel = new NativeFloats((long)_matrixStride * LargestBlock);
        _matrices = new NativeFloats(TSimd.Width * _matrixStep);
        _rights = new NativeFloats((long)TSimd.Width * _matrixStride);
        _roots = new NativeFloats((long)TSimd.Width * _matrixStride);
        _scales = new NativeFloats((long)TSimd.Width * _stride);
        _sums = new NativeFloats((long)Lanes * _stride);
        _scaled = new NativeFloats(_stride);
        _solutions = new NativeFloats((long)Lanes * _stride);
        _conditions = new NativeFloats(TSimd.Width);
        _pulls = new NativeFloats((long)TSimd.Width * _stride);
        _cholesky = new LaneCholesky<TSimd, TVector>(_matrixStride);
    }

    /// <summary>Assembles the equations of a row in a lane.</summary>
    /// <param name="lane">0 to Width - 1.</param>
    /// <param name="entries">The plays of the row, at least one, all with positive weight.</param>
    /// <param name="terms">The terms shared by all rows.</param>
    /// <param name="pull">λ of the row, and what it is pulled toward.</param>
    public void Assemble(int lane, RowEntries entries, RotatedTerms<TSimd, TVector> terms, RowPull pull)
    {
        terms.Scale(pull.Lambda, Scale(lane));
        Weigh(lane, entries, terms.Weights);
        _isPulled[lane] = pull.Right is not null;
        if (pull.Right is not null) TakePull(lane, terms, pull.Right);
        float* matrix = Matrix(lane), panel = _panel.Pointer;
        var (count, size) = (entries.Length, OuterProductTile<TSimd, TVector>.WholeVectors(entries.Length));
        for (var i = 0; i < count; i++) new Span<float>(matrix + (i * _matrixStride), size).Clear();
        var block = BlockOf(size);
        for (var first = 0; first < _stride; first += block)
        {
            var length = Math.Min(block, _stride - first);
            Stage(lane, entries, terms.Factors, first, length);
            if (pull.Right is not null)
                RowProducts<TSimd, TVector>.AddScaled(
                    panel, _matrixStride, length, _scaled.Pointer + first, Right(lane), size);
            OuterProductTile<TSimd, TVector>.AddUpperTriangle(panel, panel, length, matrix, _matrixStride, count);
        }

        for (var i = 0; i < count; i++) matrix[(i * _matrixStride) + i] += 1;
        _counts[lane] = count;
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
        for (var lane = 0; lane < rows.Length; lane++) Combine(lane, new RowEntries(plays, rows[lane]), terms.Factors);
        terms.RotateBack(_sums.Pointer, Lanes, _solutions.Pointer);
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
        _block.Dispose();
        _panel.Dispose();
        _matrices.Dispose();
        _rights.Dispose();
        _roots.Dispose();
        _scales.Dispose();
        _sums.Dispose();
        _scaled.Dispose();
        _solutions.Dispose();
        _conditions.Dispose();
        _pulls.Dispose();
        _cholesky.Dispose();
    }

    private float* Matrix(int lane) => _matrices.Pointer + (lane * _matrixStep);

    private float* Scale(int lane) => _scales.Pointer + (lane * _stride);

    /// <summary>c of a lane in the eigenbasis, [stride].</summary>
    private float* Pull(int lane) => _pulls.Pointer + (lane * _stride);

    private float* Right(int lane) => _rights.Pointer + (lane * _matrixStride);

    private float* Roots(int lane) => _roots.Pointer + (lane * _matrixStride);

    /// <summary>√gram and b̂ of the plays.</summary>
    private void Weigh(int lane, RowEntries entries, ConfidenceWeights weights)
    {
        for (var k = 0; k < entries.Length; k++)
        {
            var root = MathF.Sqrt(weights.Gram(entries.Values[k]));
            Roots(lane)[k] = root;
            Right(lane)[k] = weights.Rhs(entries.Values[k]) / root;
        }
    }

    /// <summary>Rotates c to the eigenbasis, and computes -P^(-1/2)·c: its products with Ŷ are added to b̂.</summary>
    private void TakePull(int lane, RotatedTerms<TSimd, TVector> terms, float* right)
    {
        terms.Rotate(right, Pull(lane));
        for (var j = 0; j < _stride; j += TSimd.Width)
            TSimd.Store(
                TSimd.MultiplySubtract(TSimd.Load(Scale(lane) + j), TSimd.Load(Pull(lane) + j), TSimd.Zero),
                _scaled.Pointer + j);
    }

    /// <summary>Factors staged at a time for a number of plays.</summary>
    private static int BlockOf(int plays) => Math.Clamp(
        PanelFloats / plays / HostFactors.Padding * HostFactors.Padding, HostFactors.Padding, LargestBlock);

    /// <summary>Computes some factors of the rows √gram·P^(-1/2) y', each a column of the panel.</summary>
    private void Stage(int lane, RowEntries entries, HostFactors y, int first, int length)
    {
        var size = OuterProductTile<TSimd, TVector>.WholeVectors(entries.Length);
        for (var group = 0; group < size; group += TSimd.Width)
        {
            for (var k = group; k < group + TSimd.Width; k++)
            {
                var target = _block.Pointer + ((k - group) * length);
                if (first == 0) Prefetch.RowOfPlay(y, entries, k + PlaysAhead, _stride);
                if (k < entries.Length)
                    Weight(Roots(lane)[k], Scale(lane) + first, y.Row(entries.Indices[k]) + first, length, target);
                else new Span<float>(target, length).Clear();
            }

            for (var j = 0; j < length; j += TSimd.Width)
                TSimd.Transpose(
                    _block.Pointer + j, length, _panel.Pointer + (j * _matrixStride) + group, _matrixStride);
        }
    }

    /// <summary>target = root·scale·y, element by element.</summary>
    private static void Weight(float root, float* scale, float* y, int length, float* target)
    {
        var factor = TSimd.Broadcast(root);
        for (var j = 0; j < length; j += TSimd.Width)
            TSimd.Store(
                TSimd.Multiply(TSimd.Multiply(factor, TSimd.Load(scale + j)), TSimd.Load(y + j)), target + j);
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

    /// <summary>x' = P⁻¹ (c + Σ z·√gram·y') in the eigenbasis.</summary>
    private void Combine(int lane, RowEntries entries, HostFactors y)
    {
        const int Group = RowProducts<TSimd, TVector>.Group;
        float* sum = _sums.Pointer + (lane * _stride), scale = Scale(lane), roots = Roots(lane);
        if (_isPulled[lane]) new Span<float>(Pull(lane), _stride).CopyTo(new Span<float>(sum, _stride));
        else new Span<float>(sum, _stride).Clear();
        var rows = stackalloc float*[Group];
        var weights = stackalloc float[Group];
        for (var first = 0; first < entries.Length; first += Group)
        {
            for (var i = 0; i < Group; i++)
            {
                var k = Math.Min(first + i, entries.Length - 1);
                Prefetch.RowOfPlay(y, entries, first + i + Group, _stride);
                rows[i] = y.Row(entries.Indices[k]);
                weights[i] = first + i == k ? _cholesky.Right[((nint)k * TSimd.Width) + lane] * roots[k] : 0;
            }

            RowProducts<TSimd, TVector>.AddScaled(rows, weights, sum, _stride);
        }

        for (var j = 0; j < _stride; j += TSimd.Width)
        {
            var root = TSimd.Load(scale + j);
            TSimd.Store(TSimd.Multiply(TSimd.Multiply(root, root), TSimd.Load(sum + j)), sum + j);
        }
    }

    private TVector LargestOfDiagonal(int size)
    {
        var largest = TSimd.Zero;
        for (var i = 0; i < size; i++)
            largest = TSimd.Max(largest, TSimd.Load(_cholesky.Row(i) + ((nint)i * TSimd.Width)));
        return largest;
    }
}
