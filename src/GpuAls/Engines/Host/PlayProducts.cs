namespace GpuAls;

/// <summary>
/// What the plays of a row add to products with its equation. Their y are gathered side by side once, or for each product where they
/// are more than the scratch memory of a thread holds. Of each block of plays the dots are formed, then the weights, then the weighted
/// sum, while its y are in the first-level cache.
/// </summary>
internal sealed unsafe class PlayProducts<TSimd, TVector> : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>Floats of a panel. Rows that outgrow the second-level cache gain too: side by side they are read in order.</summary>
    private const int PanelFloats = 1 << 18;

    /// <summary>Floats of a block: half of a first-level cache.</summary>
    private const int BlockFloats = 4096;
    private const int SmallestBlock = 16;
    private const int LargestBlock = 64;

    /// <summary>How far ahead rows of y are asked for: they lie anywhere in memory. The next rows' plays are among them.</summary>
    private const int PlaysAhead = 16;

    private readonly int _length;
    private readonly int _block;
    private readonly int _panelRows;
    private readonly NativeFloats _panel;
    private readonly NativeFloats _values = new(LargestBlock);
    private readonly NativeFloats _weights = new(LargestBlock);

    /// <param name="length">Factors of a row, padded to whole vectors.</param>
    public PlayProducts(int length)
    {
        _length = length;
        _block = Math.Clamp(BlockFloats / length / SmallestBlock * SmallestBlock, SmallestBlock, LargestBlock);
        _panelRows = PanelFloats / length / _block * _block;
        _panel = new NativeFloats((long)_panelRows * length);
    }

    /// <summary>residual += Σ (rhs - gram·(y·x)) y; the first product with a row.</summary>
    public void AddResidual(RowEntries entries, in SharedTerms terms, float* x, float* residual) => Add<Residual>(entries, terms, x, residual);

    /// <summary>product += Σ gram·(y·p) y; after the residual of the same row.</summary>
    public void AddProduct(RowEntries entries, in SharedTerms terms, float* p, float* product) => Add<Product>(entries, terms, p, product);

    public void Dispose()
    {
        _panel.Dispose();
        _values.Dispose();
        _weights.Dispose();
    }

    private void Add<TWeight>(RowEntries entries, in SharedTerms terms, float* p, float* sum)
        where TWeight : struct, IWeight
    {
        var isGathered = !TWeight.IsResidual && entries.Length <= _panelRows;
        for (var first = 0; first < entries.Length; first += _block)
        {
            var count = Math.Min(_block, entries.Length - first);
            var block = _panel.Pointer + ((nint)(first % _panelRows) * _length);
            if (!isGathered) Gather(entries, first, count, terms.FixedFactors, block);
            RowProducts<TSimd, TVector>.Dots(block, _length, count, p, _length, _weights.Pointer);
            entries.Values.Slice(first, count).CopyTo(new Span<float>(_values.Pointer, count));
            Weigh<TWeight>(terms.Weights, count);
            RowProducts<TSimd, TVector>.AddScaled(block, _length, count, _weights.Pointer, sum, _length);
        }
    }

    /// <summary>Puts rows of y side by side.</summary>
    private void Gather(RowEntries entries, int first, int count, HostFactors y, float* block)
    {
        for (var k = first; k < first + count; k++)
        {
            Prefetch.RowOfPlay(y, entries, k + PlaysAhead, _length);
            var source = y.Row(entries.Indices[k]);
            for (var i = 0; i < _length; i += TSimd.Width) TSimd.Store(TSimd.Load(source + i), block + i);
            block += _length;
        }
    }

    /// <summary>From dots to weights.</summary>
    private void Weigh<TWeight>(ConfidenceWeights weights, int count)
        where TWeight : struct, IWeight
    {
        TVector gramOffset = TSimd.Broadcast(weights.GramOffset), rhsOffset = TSimd.Broadcast(weights.RhsOffset);
        var isExplicit = weights.IsExplicit;
        for (var k = 0; k < count; k += TSimd.Width)
        {
            TVector value = TSimd.Load(_values.Pointer + k), dot = TSimd.Load(_weights.Pointer + k);
            var gram = isExplicit ? gramOffset : TSimd.Add(TSimd.Abs(value), gramOffset);
            var rhs = TSimd.Add(value, rhsOffset);
            var weight = TWeight.IsResidual
                ? TSimd.MultiplySubtract(gram, dot, isExplicit ? rhs : TSimd.WherePositive(value, rhs))
                : TSimd.Multiply(gram, dot);
            TSimd.Store(weight, _weights.Pointer + k);
        }
    }

    /// <summary>Known when compiled, so that the branch is gone.</summary>
    private interface IWeight
    {
        static abstract bool IsResidual { get; }
    }

    private readonly struct Residual : IWeight
    {
        public static bool IsResidual => true;
    }

    private readonly struct Product : IWeight
    {
        public static bool IsResidual => false;
    }
}
