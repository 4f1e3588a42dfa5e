using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines;

/// <summary>A seeded row solve: set up, given to an engine, compared with the fp64 solution.</summary>
internal sealed class Problem(int rank, int[] rowLengths, int columns, int seed)
{
    private static readonly ConfidenceWeights DefaultWeights = new(0.7f, 0, 0.7f);

    private CsrMatrix _plays = TestMatrices.Plays(columns, rowLengths, seed);

    public int ConjugateGradientSteps { get; init; }

    public SumPrecision Precision { get; init; }

    public float FactorScale { get; init; } = 1;

    /// <summary>Multiplies the first factor of each column: its square is about the condition number.</summary>
    public float FirstFactorScale { get; init; } = 1;

    /// <summary>Multiplies the plays.</summary>
    public float ValueScale
    {
        init => _plays = _plays.MapValues(play => play * value);
    }

    /// <summary>Stops the solve.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Grows with the rank, as the largest eigenvalue does, so that the condition number does not.</summary>
    public float Lambda { get; init; } = 3 + (rank / 8f);

    /// <summary>What the engine said of the last solve.</summary>
    public RowSolveReport Report { get; private set; }

    private float[] FixedFactors =>
    [
        .. TestMatrices.Factors(columns, rank, seed + 100)
            .Select((value, i) => value * FactorScale * (i % rank == 0 ? FirstFactorScale : 1))
    ];

    /// <summary>λ differs from row to row.</summary>
    private float[] Regularization =>
        [.. Enumerable.Range(0, _plays.RowCount).Select(row => Lambda * (1 + (0.1f * row)))];

    /// <summary>Solves on an engine.</summary>
    /// <returns>All rows of the target, [rows, rank].</returns>
    public float[] Solve(
        IAlsEngine engine, ConfidenceWeights? weights = null, float[]? start = null, int firstTargetRow = 0)
    {
        var x = start ?? new float[_plays.RowCount * rank];
        using var plays = engine.LoadPlays(_plays);
        using var fixedFactors = engine.CreateFactors(columns, rank);
        using var target = engine.CreateFactors(x.Length / rank, rank);
        fixedFactors.CopyFrom(FixedFactors);
        target.CopyFrom(x);
        Report = engine.SolveRows(new RowSolveProblem
        {
            Rows = new RowRange(firstTargetRow, _plays.RowCount),
            Plays = plays,
            Weights = weights ?? DefaultWeights,
            FixedFactors = fixedFactors,
            Gramian = ReferenceAls.Gramian(TestMatrices.ToDouble(FixedFactors, rank)).Cast<double>().ToArray(),
            Regularization = Regularization,
            Target = target,
            ConjugateGradientSteps = ConjugateGradientSteps,
            Precision = Precision,
            Cancellation = Cancellation,
        });
        var solved = new float[x.Length];
        target.CopyTo(solved);
        return solved;
    }

    public void AssertSolves(float[] solved, ConfidenceWeights weights, double tolerance = 1e-4)
    {
        Assert.That(Report, Is.EqualTo(new RowSolveReport(0, 0, -1)));
        Assert.That(LargestError(solved, weights), Is.LessThan(tolerance));
    }

    /// <summary>
    /// The largest difference from the fp64 solution, relative to the largest factor of its row; NaN counts as
    /// infinite.
    /// </summary>
    public double LargestError(float[] solved, ConfidenceWeights weights)
    {
        var expected =
            ReferenceAls.SolveRows(_plays, weights, TestMatrices.ToDouble(FixedFactors, rank), Regularization);
        var largest = 0.0;
        for (var row = 0; row < _plays.RowCount; row++)
        {
            var size = Enumerable.Range(0, rank).Max(i => Math.Abs(expected[row, i]));
            for (var i = 0; i < rank; i++)
            {
                var error = Math.Abs(solved[(row * rank) + i] - expected[row, i]) / Math.Max(size, 1e-30);
                largest = Math.Max(largest, double.IsNaN(error) ? double.PositiveInfinity : error);
            }
        }

        return largest;
    }
}
