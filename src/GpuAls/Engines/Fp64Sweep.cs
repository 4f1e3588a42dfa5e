namespace GpuAls;

/// <summary>
/// One sweep over the blocks of one row in fp64, as <see cref="RowSolveProblem"/> has it: plain code for the few rows
/// whose blocks fp32 cannot solve.
/// </summary>
/// <param name="rank">Number of factors.</param>
/// <param name="blockSize">Factors solved at a time.</param>
/// <param name="gramian">YᵀY, [rank, rank].</param>
/// <param name="weights">How a value becomes its two weights.</param>
internal sealed class Fp64Sweep(int rank, int blockSize, double[] gramian, ConfidenceWeights weights) : IFp64Row
{
    private readonly double[] _x = new double[rank];
    private readonly double[] _y = new double[blockSize];
    private double[] _scores = [];

    /// <inheritdoc/>
    public PivotOutcome Solve(
        RowEntries entries, float lambda, ReadOnlySpan<float> pull, FactorRow fixedFactors, Span<float> x)
    {
        for (var i = 0; i < rank; i++) _x[i] = x[i];
        _scores = new double[entries.Length];
        AddScores(entries, fixedFactors, first: 0, _x);
        var outcome = PivotOutcome.Positive;
        for (var first = 0; first < rank; first += blockSize)
        {
            var size = Math.Min(blockSize, rank - first);
            var step = new double[size];
            var solved = SolveBlock(entries, lambda, pull, fixedFactors, first, step);
            if (solved > outcome) outcome = solved;
            if (solved == PivotOutcome.Failed) break;
            for (var i = 0; i < size; i++) _x[first + i] += step[i];
            AddScores(entries, fixedFactors, first, step);
        }

        for (var i = 0; i < rank; i++)
        {
            x[i] = (float)_x[i];
            if (!float.IsFinite(x[i])) outcome = PivotOutcome.Failed;
        }

        if (outcome == PivotOutcome.Failed) x.Clear();
        return outcome;
    }

    /// <summary>step = -H⁻¹g.</summary>
    private PivotOutcome SolveBlock(
        RowEntries entries, float lambda, ReadOnlySpan<float> pull, FactorRow fixedFactors, int first, double[] step)
    {
        var left = new double[step.Length * step.Length];
        Assemble(entries, lambda, pull, fixedFactors, first, left, step);
        if (Fp64Cholesky.Factor(left, step.Length))
        {
            Fp64Cholesky.Solve(left, step);
            return PivotOutcome.Positive;
        }

        Assemble(entries, lambda, pull, fixedFactors, first, left, step);
        Fp64Cholesky.AddJitter(left, step.Length);
        if (!Fp64Cholesky.Factor(left, step.Length)) return PivotOutcome.Failed;
        Fp64Cholesky.Solve(left, step);
        return PivotOutcome.Jittered;
    }

    /// <summary>left = H in the lower triangle, right = -g.</summary>
    private void Assemble(
        RowEntries entries, float lambda, ReadOnlySpan<float> pull, FactorRow fixedFactors, int first, double[] left,
        double[] right)
    {
        var size = right.Length;
        for (var i = 0; i < size; i++)
        {
            var shared = gramian.AsSpan((first + i) * rank, rank);
            double sum = 0;
            for (var j = 0; j < rank; j++) sum += shared[j] * _x[j];
            right[i] = -(weights.UnobservedWeight * sum) - (lambda * _x[first + i])
                + (pull.IsEmpty ? 0 : pull[first + i]);
            for (var j = 0; j <= i; j++) left[(i * size) + j] = weights.UnobservedWeight * shared[first + j];
            left[(i * size) + i] += lambda;
        }

        for (var k = 0; k < entries.Length; k++)
        {
            var y = fixedFactors(entries.Indices[k]).Slice(first, size);
            for (var i = 0; i < size; i++) _y[i] = y[i];
            double gram = weights.Gram(entries.Values[k]);
            var block = _y.AsSpan(0, size);
            Fp64Cholesky.AddScaled(weights.Rhs(entries.Values[k]) - (gram * _scores[k]), block, right);
            for (var i = 0; i < size; i++)
                Fp64Cholesky.AddScaled(gram * _y[i], block[..(i + 1)], left.AsSpan(i * size, i + 1));
        }
    }

    /// <summary>Adds to the score of each play what a change of x adds to it.</summary>
    private void AddScores(RowEntries entries, FactorRow fixedFactors, int first, double[] change)
    {
        for (var k = 0; k < entries.Length; k++)
        {
            var y = fixedFactors(entries.Indices[k]).Slice(first, change.Length);
            for (var i = 0; i < y.Length; i++) _scores[k] += y[i] * change[i];
        }
    }
}
