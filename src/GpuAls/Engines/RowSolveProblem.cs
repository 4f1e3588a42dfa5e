namespace GpuAls;

/// <summary>
/// One half of an ALS iteration: for row r of the plays, (α₀·YᵀY + Σ gram·y yᵀ + λᵣI) x = Σ rhs·y.
/// A row without plays becomes the zero vector.
/// </summary>
public readonly ref struct RowSolveProblem
{
    /// <summary>[rows, columns]; row r is solved into row <see cref="FirstTargetRow"/> + r of the target.</summary>
    public required IEnginePlays Plays { get; init; }

    /// <summary>How a value becomes its two weights.</summary>
    public required ConfidenceWeights Weights { get; init; }

    /// <summary>y, [columns, rank].</summary>
    public required IEngineFactors FixedFactors { get; init; }

    /// <summary>YᵀY over all columns, [rank, rank].</summary>
    public required ReadOnlySpan<double> Gramian { get; init; }

    /// <summary>λ of each row of the plays, [rows].</summary>
    public required ReadOnlySpan<float> Regularization { get; init; }

    /// <summary>x, [at least FirstTargetRow + rows, rank]; also the start of conjugate gradients, and of x ≥ 0.</summary>
    public required IEngineFactors Target { get; init; }

    /// <summary>Where row 0 of the plays stands in the target.</summary>
    public int FirstTargetRow { get; init; }

    /// <summary>Steps of conjugate gradients; 0 solves exactly by Cholesky.</summary>
    public int ConjugateGradientSteps { get; init; }

    /// <summary>Whether x ≥ 0 is asked for, with Cholesky, of an engine that can.</summary>
    public bool IsNonnegative { get; init; }

    /// <summary>How the plays are summed.</summary>
    public SumPrecision Precision { get; init; }
}
