namespace GpuAls.Engines.Host;

/// <summary>
/// A few steps of conjugate gradients on the normal equation of one row, A never formed:
/// A p = (α₀·YᵀY) p + λ p + Σ gram·(y·p) y (Takács, Pilászy and Tikk, RecSys 2011).
/// </summary>
internal sealed unsafe class ConjugateGradient<TSimd, TVector> : IRowEquation
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>The residual, relative to the right side, below which more steps change nothing in fp32.</summary>
    private const float RelativeResidual = 1e-7f;

    private readonly int _stride;
    private readonly int _steps;
    private readonly NativeFloats _residual;
    private readonly NativeFloats _direction;
    private readonly NativeFloats _product;

    /// <param name="rank">Number of factors.</param>
    /// <param name="steps">Steps at most.</param>
    public ConjugateGradient(int rank, int steps)
    {
        (_stride, _steps) = (HostFactors.StrideOf(rank), steps);
        _residual = new NativeFloats(_stride);
        _direction = new NativeFloats(_stride);
        _product = new NativeFloats(_stride);
    }

    /// <summary>Improves one row.</summary>
    /// <param name="entries">The plays of the row, at least one.</param>
    /// <param name="terms">What all rows share.</param>
    /// <param name="lambda">λ of the row.</param>
    /// <param name="x">[stride], the start and the result.</param>
    /// <returns>False where a direction has no positive curvature or x is not finite.</returns>
    public bool Solve(RowEntries entries, in SharedTerms terms, float lambda, float* x)
    {
        var limit = StartResidual(entries, terms, lambda, x) * RelativeResidual * RelativeResidual;
        Buffer.MemoryCopy(_residual.Pointer, _direction.Pointer, _stride * sizeof(float), _stride * sizeof(float));
        var squared = Dot(_residual.Pointer, _residual.Pointer);
        for (var step = 0; step < _steps && squared > limit; step++)
        {
            Multiply(entries, terms, lambda, _direction.Pointer, _product.Pointer);
            var curvature = Dot(_direction.Pointer, _product.Pointer);
            if (!(curvature > 0) || !float.IsFinite(curvature)) return false;
            var length = squared / curvature;
            VectorMath<TSimd, TVector>.AddScaled(length, _direction.Pointer, x, _stride);
            VectorMath<TSimd, TVector>.AddScaled(-length, _product.Pointer, _residual.Pointer, _stride);
            var next = Dot(_residual.Pointer, _residual.Pointer);
            VectorMath<TSimd, TVector>.Scale(next / squared, _direction.Pointer, _direction.Pointer, _stride);
            VectorMath<TSimd, TVector>.AddScaled(1, _residual.Pointer, _direction.Pointer, _stride);
            squared = next;
        }

        return float.IsFinite(squared);
    }

    public void Dispose()
    {
        _residual.Dispose();
        _direction.Dispose();
        _product.Dispose();
    }

    /// <summary>residual = b - A x.</summary>
    /// <returns>|b|².</returns>
    private float StartResidual(RowEntries entries, in SharedTerms terms, float lambda, float* x)
    {
        _residual.Clear();
        for (var k = 0; k < entries.Length; k++)
            VectorMath<TSimd, TVector>.AddScaled(terms.Weights.Rhs(entries.Values[k]), terms.FixedFactors.Row(entries.Indices[k]), _residual.Pointer, _stride);
        var rightSide = Dot(_residual.Pointer, _residual.Pointer);
        Multiply(entries, terms, lambda, x, _product.Pointer);
        VectorMath<TSimd, TVector>.AddScaled(-1, _product.Pointer, _residual.Pointer, _stride);
        return rightSide;
    }

    /// <summary>product = A p.</summary>
    private void Multiply(RowEntries entries, in SharedTerms terms, float lambda, float* p, float* product)
    {
        VectorMath<TSimd, TVector>.Scale(lambda, p, product, _stride);

        // The matrix is symmetric: its rows serve as columns.
        for (var i = 0; i < _stride; i++) VectorMath<TSimd, TVector>.AddScaled(p[i], terms.BaseMatrix + ((long)i * _stride), product, _stride);
        for (var k = 0; k < entries.Length; k++)
        {
            var y = terms.FixedFactors.Row(entries.Indices[k]);
            VectorMath<TSimd, TVector>.AddScaled(terms.Weights.Gram(entries.Values[k]) * Dot(y, p), y, product, _stride);
        }
    }

    private float Dot(float* x, float* y) => VectorMath<TSimd, TVector>.Dot(x, y, _stride);
}
