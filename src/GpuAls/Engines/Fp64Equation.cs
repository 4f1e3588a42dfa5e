namespace GpuAls;

/// <summary>A row of factors in host memory, [rank].</summary>
internal delegate ReadOnlySpan<float> FactorRow(int row);

/// <summary>
/// The normal equation of one row in fp64, (α₀·YᵀY + λI + Σ gram·y yᵀ) x = λp + Σ rhs·y, by Cholesky: plain code for
/// the few rows that fp32 cannot solve. The lower triangle of A is used.
/// </summary>
/// <param name="rank">Number of factors.</param>
/// <param name="gramian">YᵀY, [rank, rank].</param>
/// <param name="weights">How a value becomes its two weights.</param>
/// <param name="isNonnegative">Whether x ≥ 0 is asked for.</param>
internal sealed class Fp64Equation(int rank, double[] gramian, ConfidenceWeights weights, bool isNonnegative = false)
    : IFp64Row
{
    private readonly double[] _left = new double[rank * rank];
    private readonly double[] _right = new double[rank];
    private readonly double[] _y = new double[rank];
    private readonly NonnegativeEquation? _nonnegative = isNonnegative ? new NonnegativeEquation(rank) : null;

    /// <inheritdoc/>
    public PivotOutcome Solve(
        RowEntries entries, float lambda, ReadOnlySpan<float> pull, FactorRow fixedFactors, Span<float> x)
    {
        var outcome = PivotOutcome.Positive;
        Assemble(entries, lambda, pull, fixedFactors);
        if (!Solve(x))
        {
            Assemble(entries, lambda, pull, fixedFactors);
            Fp64Cholesky.AddJitter(_left, rank);
            outcome = Solve(x) ? PivotOutcome.Jittered : PivotOutcome.Failed;
        }

        foreach (var value in x)
            if (!float.IsFinite(value)) outcome = PivotOutcome.Failed;
        if (outcome == PivotOutcome.Failed) x.Clear();
        return outcome;
    }

    /// <returns>Whether A is positive definite.</returns>
    private bool Solve(Span<float> x)
    {
        if (_nonnegative is not null) return _nonnegative.Solve(_left, _right, x);
        if (!Fp64Cholesky.Factor(_left, rank)) return false;
        Fp64Cholesky.Solve(_left, _right);
        for (var i = 0; i < rank; i++) x[i] = (float)_right[i];
        return true;
    }

    private void Assemble(RowEntries entries, float lambda, ReadOnlySpan<float> pull, FactorRow fixedFactors)
    {
        AssembleLeft(_left, gramian, weights, entries, lambda, fixedFactors, _y);
        Array.Clear(_right);
        for (var i = 0; i < pull.Length; i++) _right[i] = pull[i];
        for (var k = 0; k < entries.Length; k++)
        {
            Widen(fixedFactors(entries.Indices[k]), _y);
            Fp64Cholesky.AddScaled(weights.Rhs(entries.Values[k]), _y, _right);
        }
    }

    /// <summary>The lower triangle of A.</summary>
    /// <param name="left">A, [rank, rank].</param>
    /// <param name="gramian">YᵀY, [rank, rank].</param>
    /// <param name="weights">How a value becomes its two weights.</param>
    /// <param name="entries">The plays of the row.</param>
    /// <param name="lambda">Its λ.</param>
    /// <param name="fixedFactors">y.</param>
    /// <param name="y">[rank], overwritten.</param>
    public static void AssembleLeft(
        double[] left, double[] gramian, ConfidenceWeights weights, RowEntries entries, float lambda,
        FactorRow fixedFactors, double[] y)
    {
        var rank = y.Length;
        for (var i = 0; i < left.Length; i++) left[i] = weights.UnobservedWeight * gramian[i];
        for (var i = 0; i < rank; i++) left[(i * rank) + i] += lambda;
        for (var k = 0; k < entries.Length; k++)
        {
            Widen(fixedFactors(entries.Indices[k]), y);
            double gram = weights.Gram(entries.Values[k]);
            for (var i = 0; i < rank; i++)
                Fp64Cholesky.AddScaled(gram * y[i], y.AsSpan(0, i + 1), left.AsSpan(i * rank, i + 1));
        }
    }

    private static void Widen(ReadOnlySpan<float> from, double[] to)
    {
        for (var i = 0; i < to.Length; i++) to[i] = from[i];
    }
}

/// <summary>Solves one row in fp64.</summary>
internal interface IFp64Row
{
    /// <summary>Solves one row.</summary>
    /// <param name="entries">Its plays.</param>
    /// <param name="lambda">Its λ.</param>
    /// <param name="pull">Its λp, [rank]; empty where p is zero.</param>
    /// <param name="fixedFactors">y.</param>
    /// <param name="x">
    /// [rank], where a sweep begins, then the solution: finite, and zero if the outcome is
    /// <see cref="PivotOutcome.Failed"/>.
    /// </param>
    PivotOutcome Solve(
        RowEntries entries, float lambda, ReadOnlySpan<float> pull, FactorRow fixedFactors, Span<float> x);
}

/// <summary>How the fp64 factorisation of one row went.</summary>
internal enum PivotOutcome
{
    /// <summary>Every pivot was positive and finite.</summary>
    Positive,

    /// <summary>So it was with jitter on the diagonal.</summary>
    Jittered,

    /// <summary>Not with jitter either.</summary>
    Failed,
}
