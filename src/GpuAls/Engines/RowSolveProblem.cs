namespace GpuAls;

/// <summary>
/// One half of an ALS iteration, or a part of it: for each row r of a range, (α₀·YᵀY + Σ gram·y yᵀ + λᵣI) x = Σ rhs·y.
/// A row without plays becomes the zero vector. With <see cref="Pull"/>, pullᵣ is added to the right side.
/// <para>
/// With a block size, one sweep of block coordinate descent (iALS++; Rendle, Krichene, Zhang and Koren, 2021): for the
/// factors B of each block in order, x_B ← x_B - H⁻¹g with H = α₀·Y_BᵀY_B + Σ gram·y_B y_Bᵀ + λᵣI and
/// g = α₀·(Y_BᵀY) x + Σ (gram·(y·x) - rhs) y_B + λᵣ x_B, minus the pull of the block.
/// </para>
/// </summary>
internal readonly ref struct RowSolveProblem
{
    /// <summary>The rows to solve, of the target; the others stay as they are.</summary>
    public required RowRange Rows { get; init; }

    /// <summary>[Rows.Count, columns], the plays of these rows.</summary>
    public required IEnginePlays Plays { get; init; }

    /// <summary>How a value becomes its two weights.</summary>
    public required ConfidenceWeights Weights { get; init; }

    /// <summary>y, [columns, rank].</summary>
    public required IEngineFactors FixedFactors { get; init; }

    /// <summary>YᵀY over all columns, [rank, rank].</summary>
    public required ReadOnlySpan<double> Gramian { get; init; }

    /// <summary>λ of each of these rows, [Rows.Count].</summary>
    public required ReadOnlySpan<float> Regularization { get; init; }

    /// <summary>
    /// λp of each row, [all rows, rank], where λ|x - p|² replaces λ|x|²; null where p is zero.
    /// </summary>
    public IEngineFactors? Pull { get; init; }

    /// <summary>
    /// x, [all rows, rank]; also the start of conjugate gradients, of a sweep over blocks, and of x ≥ 0.
    /// </summary>
    public required IEngineFactors Target { get; init; }

    /// <summary>
    /// Whether more rows follow with the same fixed factors, so that what was made of them is kept.
    /// </summary>
    public bool HasMore { get; init; }

    /// <summary>Steps of conjugate gradients; 0 solves exactly by Cholesky, or block by block.</summary>
    public int ConjugateGradientSteps { get; init; }

    /// <summary>
    /// Factors solved at a time in a sweep of iALS++, a multiple of <see cref="EngineLimits.BlockSizeStep"/>; 0 for
    /// other solvers.
    /// </summary>
    public int BlockSize { get; init; }

    /// <summary>Whether x ≥ 0 is asked for, with Cholesky, of an engine that can.</summary>
    public bool IsNonnegative { get; init; }

    /// <summary>How the plays are summed.</summary>
    public SumPrecision Precision { get; init; }

    /// <summary>Looked at between blocks of rows; what is solved by then is neither complete nor undone.</summary>
    public CancellationToken Cancellation { get; init; }
}
