namespace GpuAls.Engines.Host;

/// <summary>
/// What the plays of a row add to products with its equation: the dots of some plays, their weights, the weighted sum of
/// their y, while those are in the first-level cache.
/// </summary>
internal sealed unsafe class PlayProducts<TSimd, TVector> : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private const int BlockFloats = 4096;
    private const int LargestBlock = 64;
    private const int SmallestBlock = 16;

    private readonly int _stride;
    private readonly int _block;
    private readonly NativeFloats _values = new(LargestBlock);
    private readonly NativeFloats _weights = new(LargestBlock);

    public PlayProducts(int stride)
    {
        _stride = stride;
        _block = Math.Clamp(BlockFloats / stride / SmallestBlock * SmallestBlock, SmallestBlock, LargestBlock);
    }

    /// <summary>residual += Σ (rhs - gram·(y·x)) y.</summary>
    public void AddResidual(RowEntries entries, in SharedTerms terms, float* x, float* residual) => Add<Residual>(entries, terms, x, residual);

    /// <summary>product += Σ gram·(y·p) y.</summary>
    public void AddProduct(RowEntries entries, in SharedTerms terms, float* p, float* product) => Add<Product>(entries, terms, p, product);

    public void Dispose()
    {
        _values.Dispose();
        _weights.Dispose();
    }

    private void Add<TWeight>(RowEntries entries, in SharedTerms terms, float* p, float* sum)
        where TWeight : struct, IWeight
    {
        var y = terms.FixedFactors.Row(0);
        fixed (int* indices = entries.Indices)
        {
            for (var first = 0; first < entries.Length; first += _block)
            {
                var count = Math.Min(_block, entries.Length - first);
                var rows = new PickedRows(y, _stride, indices + first);
                RowProducts<TSimd, TVector>.Dots(rows, count, p, _stride, _weights.Pointer);
                entries.Values.Slice(first, count).CopyTo(new Span<float>(_values.Pointer, count));
                Weigh<TWeight>(terms.Weights, count);
                RowProducts<TSimd, TVector>.AddScaled(rows, count, _weights.Pointer, sum, _stride);
            }
        }
    }

    /// <summary>From dots to weights.</summary>
    private void Weigh<TWeight>(ConfidenceWeights weights, int count)
        where TWeight : struct, IWeight
    {
        TVector gramOffset = TSimd.Broadcast(weights.GramOffset), rhsOffset = TSimd.Broadcast(weights.RhsOffset);
        for (var k = 0; k < count; k += TSimd.Width)
        {
            TVector value = TSimd.Load(_values.Pointer + k), dot = TSimd.Load(_weights.Pointer + k);
            var gram = TSimd.Add(TSimd.Abs(value), gramOffset);
            var weight = TWeight.IsResidual
                ? TSimd.MultiplySubtract(gram, dot, TSimd.WherePositive(value, TSimd.Add(value, rhsOffset)))
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
