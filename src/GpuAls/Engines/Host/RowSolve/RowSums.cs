namespace GpuAls;

/// <summary>
/// Sums over the plays of a row: Σ gram·y yᵀ and Σ rhs·y, from rows of y gathered in the scratch memory of one thread,
/// and the residual of a solution.
/// </summary>
internal sealed unsafe class RowSums<TSimd, TVector> : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>
    /// Floats of gathered rows staged at a time: a panel fits in a 32 KiB L1 cache, and tiles are seldom loaded.
    /// </summary>
    private const int PanelFloats = 8192;

    private readonly int _rank;
    private readonly int _stride;
    private readonly int _panelRows;
    private readonly NativeFloats _panel;
    private readonly NativeFloats _weightedPanel;
    private readonly NativeFloats _rightWeights;

    public RowSums(int rank)
    {
        (_rank, _stride) = (rank, HostFactors.StrideOf(rank));
        _panelRows = Math.Max(8, PanelFloats / _stride);
        _panel = new NativeFloats((long)_panelRows * _stride);
        _weightedPanel = new NativeFloats((long)_panelRows * _stride);
        _rightWeights = new NativeFloats(_panelRows);
    }

    /// <summary>left = α₀·YᵀY + λI + Σ gram·y yᵀ in the upper triangle, right = Σ rhs·y + λp.</summary>
    /// <param name="entries">The plays of the row.</param>
    /// <param name="terms">The terms shared by all rows.</param>
    /// <param name="pull">λ of the row, and what it is pulled toward.</param>
    /// <param name="left">[stride, stride].</param>
    /// <param name="right">[stride].</param>
    public void Assemble(RowEntries entries, in SharedTerms terms, RowPull pull, float* left, float* right)
    {
        var bytes = (long)_stride * _stride * sizeof(float);
        Buffer.MemoryCopy(terms.BaseMatrix, left, bytes, bytes);
        for (var i = 0; i < terms.FixedFactors.Rank; i++) left[((long)i * _stride) + i] += pull.Lambda;
        if (pull.Right is null) new Span<float>(right, _stride).Clear();
        else new Span<float>(pull.Right, _stride).CopyTo(new Span<float>(right, _stride));
        for (var first = 0; first < entries.Length; first += _panelRows)
        {
            var count = Math.Min(_panelRows, entries.Length - first);
            Stage(entries, first, count, terms);
            RowProducts<TSimd, TVector>.AddScaled(
                _panel.Pointer, _stride, count, _rightWeights.Pointer, right, _stride);
            AddProducts(entries, first, count, terms.FixedFactors, left);
        }
    }

    /// <summary>
    /// residual = Σ (rhs - gram·(y·x)) y - α₀·YᵀY x - λ(x - p), computed from the plays rather than from the rounded A.
    /// </summary>
    public void Residual(RowEntries entries, in SharedTerms terms, RowPull pull, float* x, float* residual)
    {
        VectorMath<TSimd, TVector>.Scale(-pull.Lambda, x, residual, _stride);
        if (pull.Right is not null) VectorMath<TSimd, TVector>.AddScaled(1, pull.Right, residual, _stride);
        for (var i = 0; i < terms.FixedFactors.Rank; i++)
            VectorMath<TSimd, TVector>.AddScaled(-x[i], terms.BaseMatrix + ((long)i * _stride), residual, _stride);
        for (var k = 0; k < entries.Length; k++)
        {
            var value = entries.Values[k];
            var y = terms.FixedFactors.Row(entries.Indices[k]);
            var score = VectorMath<TSimd, TVector>.Dot(y, x, _stride);
            var weight = terms.Weights.Rhs(value) - (terms.Weights.Gram(value) * score);
            VectorMath<TSimd, TVector>.AddScaled(weight, y, residual, _stride);
        }
    }

    public void Dispose()
    {
        _panel.Dispose();
        _weightedPanel.Dispose();
        _rightWeights.Dispose();
    }

    /// <summary>
    /// left += Σ gram·y yᵀ over the staged plays. Between strips, prefetches rows of y for the next panel, which may be
    /// anywhere in memory.
    /// </summary>
    private void AddProducts(RowEntries entries, int first, int count, HostFactors y, float* left)
    {
        var prefetched = 0;
        for (var row = 0; row < _rank; row += OuterProductTile<TSimd, TVector>.Rows)
        {
            var end = Math.Min(count, (count * (row + OuterProductTile<TSimd, TVector>.Rows) / _rank) + 1);
            for (; prefetched < end; prefetched++)
                Prefetch.RowOfPlay(y, entries, first + prefetched + _panelRows, _stride);
            OuterProductTile<TSimd, TVector>.AddUpperStrip(
                _panel.Pointer, _weightedPanel.Pointer, count, left, _stride, _rank, row);
        }
    }

    /// <summary>Gathers rows of y, plain and weighted, and their right-side weights.</summary>
    private void Stage(RowEntries entries, int first, int count, in SharedTerms terms)
    {
        var y = terms.FixedFactors;
        for (var k = 0; k < count; k++)
        {
            var value = entries.Values[first + k];
            var source = y.Row(entries.Indices[first + k]);
            var plain = _panel.Pointer + (k * _stride);
            var weighted = _weightedPanel.Pointer + (k * _stride);
            var gram = TSimd.Broadcast(terms.Weights.Gram(value));
            _rightWeights.Pointer[k] = terms.Weights.Rhs(value);
            for (var i = 0; i < _stride; i += TSimd.Width)
            {
                var part = TSimd.Load(source + i);
                TSimd.Store(part, plain + i);
                TSimd.Store(TSimd.Multiply(gram, part), weighted + i);
            }
        }
    }
}
