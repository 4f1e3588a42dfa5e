namespace GpuAls;

/// <summary>
/// A few conjugate-gradient steps on the normal equation of one row, without forming A:
/// A p = (α₀·YᵀY) p + λ p + Σ gram·(y·p) y (Takács, Pilászy and Tikk, RecSys 2011).
/// </summary>
internal sealed unsafe class ConjugateGradient<TSimd, TVector> : IRowEquation
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>Residual, relative to the first one, below which further steps change nothing in fp32.</summary>
    private const float RelativeResidual = 1e-7f;

    private readonly int _stride;
    private readonly int _length;
    private readonly int _steps;
    private readonly PlayProducts<TSimd, TVector> _plays;
    private readonly NativeFloats _residual;
    private readonly NativeFloats _direction;
    private readonly NativeFloats _product;

    /// <param name="rank">Number of factors.</param>
    /// <param name="steps">Maximum number of steps.</param>
    public ConjugateGradient(int rank, int steps)
    {
        (_stride, _steps) = (HostFactors.StrideOf(rank), steps);
        _length = OuterProductTile<TSimd, TVector>.WholeVectors(rank);
        _plays = new PlayProducts<TSimd, TVector>(_length);
        _residual = new NativeFloats(_length);
        _direction = new NativeFloats(_length);
        _product = new NativeFloats(_length);
    }

    /// <summary>Improves one row.</summary>
    /// <param name="entries">The plays of the row, at least one.</param>
    /// <param name="terms">The terms shared by all rows.</param>
    /// <param name="pull">λ of the row, and what it is pulled toward.</param>
    /// <param name="x">[stride], the initial value, replaced by the result.</param>
    /// <returns>False if a direction has no positive curvature or x is not finite.</returns>
    public bool Solve(RowEntries entries, in SharedTerms terms, RowPull pull, float* x)
    {
        float* residual = _residual.Pointer, direction = _direction.Pointer, product = _product.Pointer;
        MultiplyShared(terms, pull.Lambda, x, product);
        VectorMath<TSimd, TVector>.Scale(-1, product, residual, _length);
        if (pull.Right is not null) VectorMath<TSimd, TVector>.AddScaled(1, pull.Right, residual, _length);
        _plays.AddResidual(entries, terms, x, residual);
        Buffer.MemoryCopy(residual, direction, _length * sizeof(float), _length * sizeof(float));
        var squared = VectorMath<TSimd, TVector>.Dot(residual, residual, _length);
        var limit = squared * RelativeResidual * RelativeResidual;
        for (var step = 0; step < _steps && squared > limit; step++)
        {
            MultiplyShared(terms, pull.Lambda, direction, product);
            _plays.AddProduct(entries, terms, direction, product);
            var curvature = VectorMath<TSimd, TVector>.Dot(direction, product, _length);
            if (!(curvature > 0) || !float.IsFinite(curvature)) return false;
            var next = Move(squared / curvature, x);
            Turn(next / squared);
            squared = next;
        }

        return float.IsFinite(squared);
    }

    public void Dispose()
    {
        _plays.Dispose();
        _residual.Dispose();
        _direction.Dispose();
        _product.Dispose();
    }

    /// <summary>x += length·direction, residual -= length·product.</summary>
    /// <returns>|residual|².</returns>
    private float Move(float length, float* x)
    {
        var factor = TSimd.Broadcast(length);
        var squared = TSimd.Zero;
        for (var i = 0; i < _length; i += TSimd.Width)
        {
            TSimd.Store(TSimd.MultiplyAdd(factor, TSimd.Load(_direction.Pointer + i), TSimd.Load(x + i)), x + i);
            var residual = TSimd.MultiplySubtract(
                factor, TSimd.Load(_product.Pointer + i), TSimd.Load(_residual.Pointer + i));
            TSimd.Store(residual, _residual.Pointer + i);
            squared = TSimd.MultiplyAdd(residual, residual, squared);
        }

        return TSimd.Sum(squared);
    }

    /// <summary>direction = residual + conjugate·direction.</summary>
    private void Turn(float conjugate)
    {
        var factor = TSimd.Broadcast(conjugate);
        for (var i = 0; i < _length; i += TSimd.Width)
            TSimd.Store(
                TSimd.MultiplyAdd(factor, TSimd.Load(_direction.Pointer + i), TSimd.Load(_residual.Pointer + i)),
                _direction.Pointer + i);
    }

    /// <summary>product = (α₀·YᵀY) p + λ p.</summary>
    private void MultiplyShared(in SharedTerms terms, float lambda, float* p, float* product)
    {
        VectorMath<TSimd, TVector>.Scale(lambda, p, product, _length);

        // The matrix is symmetric, so its rows are its columns.
        RowProducts<TSimd, TVector>.AddScaled(terms.BaseMatrix, _stride, _length, p, product, _length);
    }
}

/// <summary>
/// The plays' contribution to products with a row's matrix. Their rows of y are gathered once, or for each product if
/// they do not fit in a thread's scratch memory. For each block of plays, computes the dot products, then the weights,
/// then the weighted sum, while the block is in the L1 cache.
/// </summary>
internal sealed unsafe class PlayProducts<TSimd, TVector> : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>
    /// Floats per panel. Gathering pays off even for rows that do not fit in the L2 cache, because they are then read
    /// sequentially.
    /// </summary>
    private const int PanelFloats = 1 << 18;

    /// <summary>Floats per block: half of an L1 cache.</summary>
    private const int BlockFloats = 4096;
    private const int SmallestBlock = 16;
    private const int LargestBlock = 64;

    /// <summary>
    /// How many plays ahead rows of y are prefetched, across row boundaries: they may be anywhere in memory.
    /// </summary>
    private const int PlaysAhead = 16;

    private readonly int _length;
    private readonly int _block;
    private readonly int _panelRows;
    private readonly NativeFloats _panel;
    private readonly NativeFloats _values = new(LargestBlock);
    private readonly NativeFloats _weights = new(LargestBlock);

    /// <param name="length">Factors per row, padded to whole vectors.</param>
    public PlayProducts(int length)
    {
        _length = length;
        _block = Math.Clamp(BlockFloats / length / SmallestBlock * SmallestBlock, SmallestBlock, LargestBlock);
        _panelRows = PanelFloats / length / _block * _block;
        _panel = new NativeFloats((long)_panelRows * length);
    }

    /// <summary>residual += Σ (rhs - gram·(y·x)) y. Must be the first product with a row.</summary>
    public void AddResidual(RowEntries entries, in SharedTerms terms, float* x, float* residual) =>
        Add<Residual>(entries, terms, x, residual);

    /// <summary>product += Σ gram·(y·p) y. Must follow the residual of the same row.</summary>
    public void AddProduct(RowEntries entries, in SharedTerms terms, float* p, float* product) =>
        Add<Product>(entries, terms, p, product);

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

    /// <summary>Gathers rows of y.</summary>
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

    /// <summary>Turns dot products into weights.</summary>
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

    /// <summary>A compile-time constant, so that the branch disappears.</summary>
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
