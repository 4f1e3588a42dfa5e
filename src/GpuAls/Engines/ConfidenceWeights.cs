namespace GpuAls;

/// <summary>
/// How a stored value v enters the normal equations and the loss. The value is ±conf(|r|), negative for a dislike.
/// <code>
/// gram(v) = |v| + GramOffset                      weight of y yᵀ on the left side
/// rhs(v)  = v &gt; 0 ? |v| + RhsOffset : 0           weight of y on the right side
///
/// (α₀·YᵀY + Σ gram(v)·y yᵀ + λᵤI) xᵤ = Σ rhs(v)·y
/// L = Σ observed [ rhs·(1 - x·y)² + (gram - rhs)·(x·y)² ] + α₀·Σ all (x·y)² + Σ λ|x|² + Σ λ|y|²
/// </code>
/// With <see cref="Explicit"/> the value is a rating: gram = 1, rhs = v, α₀ = 0 and L = Σ observed (v - x·y)² + Σ λ|x|²
/// + Σ λ|y|².
/// </summary>
/// <param name="UnobservedWeight">α₀, the weight of a pair without a play.</param>
/// <param name="GramOffset">0, or -1 where the confidence of a play is c = α·r and not 1 + α·r.</param>
/// <param name="RhsOffset">
/// GramOffset + α₀ for the objective of Hu, Koren and Volinsky; GramOffset for that of Rendle et al.
/// </param>
internal readonly record struct ConfidenceWeights(float UnobservedWeight, float GramOffset, float RhsOffset)
{
    /// <summary>Those of ratings.</summary>
    public static ConfidenceWeights Explicit { get; } = new(0, 1, 0) { IsExplicit = true };

    /// <summary>Whether values are ratings, of any sign.</summary>
    public bool IsExplicit { get; private init; }

    /// <summary>The weight of y yᵀ on the left side.</summary>
    public float Gram(float value) => (IsExplicit ? 0 : MathF.Abs(value)) + GramOffset;

    /// <summary>The weight of y on the right side: 0 for a dislike.</summary>
    public float Rhs(float value) => IsExplicit || value > 0 ? value + RhsOffset : 0;

    /// <summary>What an observed pair adds to L.</summary>
    /// <param name="value">Its value.</param>
    /// <param name="score">x·y.</param>
    public double Loss(float value, double score)
    {
        double gram = Gram(value), rhs = Rhs(value);
        return IsExplicit
            ? (rhs - score) * (rhs - score)
            : (rhs * (1 - score) * (1 - score)) + ((gram - rhs) * score * score);
    }
}
