namespace GpuAls.Engines.Host;

/// <summary>
/// The normal equation of one row, A x = b with A = α₀·YᵀY + λI + Σ gram·y yᵀ and b = Σ rhs·y, built and solved in the
/// scratch memory of one thread. Only the upper triangle of A is used.
/// </summary>
internal sealed unsafe class NormalEquation<TSimd, TVector> : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>Floats of gathered rows staged at a time: both panels together stay in the first-level cache.</summary>
    private const int PanelFloats = 4096;

    private readonly int _rank;
    private readonly int _stride;
    private readonly int _panelRows;
    private readonly NativeFloats _left;
    private readonly NativeFloats _right;
    private readonly NativeFloats _panel;
    private readonly NativeFloats _weightedPanel;
    private readonly NativeFloats _solution;

    public NormalEquation(int rank)
    {
        _rank = rank;
        _stride = HostFactors.StrideOf(rank);
        _panelRows = Math.Max(8, PanelFloats / _stride);
        _left = new NativeFloats((long)_stride * _stride);
        _right = new NativeFloats(_stride);
        _panel = new NativeFloats((long)_panelRows * _stride);
        _weightedPanel = new NativeFloats((long)_panelRows * _stride);
        _solution = new NativeFloats(_stride);
    }

    /// <summary>Solves one row.</summary>
    /// <param name="entries">The plays of the row, at least one.</param>
    /// <param name="weights">How a value becomes its two weights.</param>
    /// <param name="fixedFactors">y.</param>
    /// <param name="baseMatrix">α₀·YᵀY, [stride, stride], ones on the diagonal of the padding.</param>
    /// <param name="lambda">λ of the row.</param>
    /// <param name="target">x, [stride]; written on success only.</param>
    /// <returns>Whether fp32 has solved it: the pivots were positive, finite and not too small.</returns>
    public bool Solve(
        RowEntries entries, in ConfidenceWeights weights, HostFactors fixedFactors, float* baseMatrix, float lambda, float* target)
    {
        Assemble(entries, weights, fixedFactors, baseMatrix, lambda);
        var largest = LargestOfDiagonal();
        if (!UpperCholesky<TSimd, TVector>.Factor(_left.Pointer, _stride)) return false;
        var inverse = LargestOfDiagonal();
        var condition = largest * inverse * inverse;
        if (condition > RowSolveReport.Fp64Condition) return false;
        UpperCholesky<TSimd, TVector>.Solve(_left.Pointer, _stride, _right.Pointer);
        if (!AllFinite(_right.Pointer)) return false;
        Buffer.MemoryCopy(_right.Pointer, _solution.Pointer, _stride * sizeof(float), _stride * sizeof(float));
        if (condition > RowSolveReport.RefinedCondition) Refine(entries, weights, fixedFactors, baseMatrix, lambda);
        Buffer.MemoryCopy(_solution.Pointer, target, _stride * sizeof(float), _stride * sizeof(float));
        return true;
    }

    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
        _panel.Dispose();
        _weightedPanel.Dispose();
        _solution.Dispose();
    }

    private float LargestOfDiagonal()
    {
        var largest = 0f;
        for (var i = 0; i < _rank; i++) largest = Math.Max(largest, _left.Pointer[((long)i * _stride) + i]);
        return largest;
    }

    /// <summary>
    /// One step of iterative refinement (Wilkinson, 1963): x += A⁻¹(b - A x). The residual is summed from the plays, not from the
    /// rounded A. More steps change nothing: what remains is the rounding of y·x.
    /// </summary>
    private void Refine(RowEntries entries, in ConfidenceWeights weights, HostFactors fixedFactors, float* baseMatrix, float lambda)
    {
        Residual(entries, weights, fixedFactors, baseMatrix, lambda);
        UpperCholesky<TSimd, TVector>.Solve(_left.Pointer, _stride, _right.Pointer);
        if (AllFinite(_right.Pointer)) VectorMath<TSimd, TVector>.AddScaled(1, _right.Pointer, _solution.Pointer, _stride);
    }

    /// <summary>right = Σ (rhs - gram·(y·x)) y - α₀·YᵀY x - λ x.</summary>
    private void Residual(RowEntries entries, in ConfidenceWeights weights, HostFactors fixedFactors, float* baseMatrix, float lambda)
    {
        var x = _solution.Pointer;
        var residual = _right.Pointer;
        VectorMath<TSimd, TVector>.Scale(-lambda, x, residual, _stride);
        for (var i = 0; i < _rank; i++) VectorMath<TSimd, TVector>.AddScaled(-x[i], baseMatrix + ((long)i * _stride), residual, _stride);
        for (var k = 0; k < entries.Length; k++)
        {
            var value = entries.Values[k];
            var y = fixedFactors.Row(entries.Indices[k]);
            var weight = weights.Rhs(value) - (weights.Gram(value) * VectorMath<TSimd, TVector>.Dot(y, x, _stride));
            VectorMath<TSimd, TVector>.AddScaled(weight, y, residual, _stride);
        }
    }

    private void Assemble(RowEntries entries, in ConfidenceWeights weights, HostFactors fixedFactors, float* baseMatrix, float lambda)
    {
        Buffer.MemoryCopy(baseMatrix, _left.Pointer, _left.Length * sizeof(float), _left.Length * sizeof(float));
        AddToDiagonal(lambda);
        _right.Clear();
        for (var first = 0; first < entries.Length; first += _panelRows)
        {
            var count = Math.Min(_panelRows, entries.Length - first);
            Stage(entries, first, count, weights, fixedFactors);
            AddPanel(count);
        }
    }

    /// <summary>Gathers rows of y side by side, plain and weighted, and adds their part of the right side.</summary>
    private void Stage(RowEntries entries, int first, int count, in ConfidenceWeights weights, HostFactors fixedFactors)
    {
        var bytes = _stride * sizeof(float);
        for (var k = 0; k < count; k++)
        {
            var value = entries.Values[first + k];
            var source = fixedFactors.Row(entries.Indices[first + k]);
            Buffer.MemoryCopy(source, _panel.Pointer + (k * _stride), bytes, bytes);
            VectorMath<TSimd, TVector>.Scale(weights.Gram(value), source, _weightedPanel.Pointer + (k * _stride), _stride);
            VectorMath<TSimd, TVector>.AddScaled(weights.Rhs(value), source, _right.Pointer, _stride);
        }
    }

    private void AddPanel(int count)
    {
        for (var row = 0; row < _stride; row += OuterProductTile<TSimd, TVector>.Rows)
        {
            // Upper triangle only: columns start at the vector that holds the diagonal.
            var column = row / TSimd.Width * TSimd.Width;
            OuterProductTile<TSimd, TVector>.Add(
                _panel.Pointer + row, _stride, 1, _weightedPanel.Pointer + column, _stride, count,
                _left.Pointer + ((long)row * _stride) + column, _stride, _stride - column);
        }
    }

    private void AddToDiagonal(float value)
    {
        for (var i = 0; i < _rank; i++) _left.Pointer[((long)i * _stride) + i] += value;
    }

    private bool AllFinite(float* vector)
    {
        for (var i = 0; i < _rank; i++)
            if (!float.IsFinite(vector[i])) return false;
        return true;
    }
}
