namespace GpuAls.Engines;

/// <summary>
/// How a stored value v enters the normal equations and the loss. The value is ±α·conf(|r|), negative for a dislike.
/// <code>
/// gram(v) = |v| + GramOffset                      weight of y yᵀ on the left side
/// rhs(v)  = v &gt; 0 ? |v| + RhsOffset : 0           weight of y on the right side
///
/// (α₀·YᵀY + Σ gram(v)·y yᵀ + λᵤI) xᵤ = Σ rhs(v)·y
/// L = Σ observed [ rhs·(1 - x·y)² + (gram - rhs)·(x·y)² ] + α₀·Σ all (x·y)² + Σ λ|x|² + Σ λ|y|²
/// </code>
/// </summary>
/// <param name="UnobservedWeight">α₀, the weight of a pair without a play.</param>
/// <param name="GramOffset">0, or -1 where the confidence of a play is c = α·r and not 1 + α·r.</param>
/// <param name="RhsOffset">GramOffset + α₀ for the objective of Hu, Koren and Volinsky; GramOffset for that of Rendle et al.</param>
public readonly record struct ConfidenceWeights(float UnobservedWeight, float GramOffset, float RhsOffset)
{
    /// <summary>The weight of y yᵀ on the left side.</summary>
    public float Gram(float value) => MathF.Abs(value) + GramOffset;

    /// <summary>The weight of y on the right side: 0 for a dislike.</summary>
    public float Rhs(float value) => value > 0 ? value + RhsOffset : 0;
}
