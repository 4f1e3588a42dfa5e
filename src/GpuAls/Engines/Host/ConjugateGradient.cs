namespace GpuAls;

/// <summary>
/// A few steps of conjugate gradients on the normal equation of one row, A never formed:
/// A p = (α₀·YᵀY) p + λ p + Σ gram·(y·p) y (Takács, Pilászy and Tikk, RecSys 2011).
/// </summary>
internal sealed unsafe class ConjugateGradient<TSimd, TVector> : IRowEquation
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>The residual, relative to the first one, below which more steps change nothing in fp32.</summary>
    private const float RelativeResidual = 1e-7f;

    private readonly int _stride;
    private readonly int _length;
    private readonly int _steps;
    private readonly PlayProducts<TSimd, TVector> _plays;
    private readonly NativeFloats _residual;
    private readonly NativeFloats _direction;
    private readonly NativeFloats _product;

    /// <param name="rank">Number of factors.</param>
    /// <param name="steps">Steps at most.</param>
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
    /// <param name="terms">What all rows share.</param>
    /// <param name="lambda">λ of the row.</param>
    /// <param name="x">[stride], the start and the result.</param>
    /// <returns>False where a direction has no positive curvature or x is not finite.</returns>
    public bool Solve(RowEntries entries, in SharedTerms terms, float lambda, float* x)
    {
        float* residual = _residual.Pointer, direction = _direction.Pointer, product = _product.Pointer;
        MultiplyShared(terms, lambda, x, product);
        VectorMath<TSimd, TVector>.Scale(-1, product, residual, _length);
        _plays.AddResidual(entries, terms, x, residual);
        Buffer.MemoryCopy(residual, direction, _length * sizeof(float), _length * sizeof(float));
        var squared = VectorMath<TSimd, TVector>.Dot(residual, residual, _length);
        var limit = squared * RelativeResidual * RelativeResidual;
        for (var step = 0; step < _steps && squared > limit; step++)
        {
            MultiplyShared(terms, lambda, direction, product);
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
            var residual = TSimd.MultiplySubtract(factor, TSimd.Load(_product.Pointer + i), TSimd.Load(_residual.Pointer + i));
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
            TSimd.Store(TSimd.MultiplyAdd(factor, TSimd.Load(_direction.Pointer + i), TSimd.Load(_residual.Pointer + i)), _direction.Pointer + i);
    }

    /// <summary>product = (α₀·YᵀY) p + λ p.</summary>
    private void MultiplyShared(in SharedTerms terms, float lambda, float* p, float* product)
    {
        VectorMath<TSimd, TVector>.Scale(lambda, p, product, _length);

        // The matrix is symmetric: its rows serve as columns.
        RowProducts<TSimd, TVector>.AddScaled(terms.BaseMatrix, _stride, _length, p, product, _length);
    }
}
