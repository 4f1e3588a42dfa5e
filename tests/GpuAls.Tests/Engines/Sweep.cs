using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines;

/// <summary>A seeded sweep of iALS++: given to an engine, compared with the sweep in fp64.</summary>
internal sealed class Sweep
{
    private readonly int _rank;
    private readonly int _blockSize;
    private readonly CsrMatrix _plays;
    private readonly float[] _y = [];
    private readonly float[] _lambda;
    private double[]? _gramian;

    public Sweep(int rank, int blockSize, int[] rowLengths, int columns, int seed)
        : this(
            rank, blockSize, TestMatrices.Plays(columns, rowLengths, seed),
            TestMatrices.Factors(columns, rank, seed + 1),
            [.. rowLengths.Select((_, row) => 3 + (rank / 8f) + (0.1f * row))]) =>
        X = TestMatrices.Factors(rowLengths.Length, rank, seed + 2);

    private Sweep(int rank, int blockSize, CsrMatrix plays, float[] y, float[] lambda)
    {
        (_rank, _blockSize, _plays, _y, _lambda) = (rank, blockSize, plays, y, lambda);
        X = [];
    }

    /// <summary>Where it begins, [rows, rank].</summary>
    public float[] X { get; set; }

    /// <summary>Multiplies y.</summary>
    public float FactorScale
    {
        init => _y = Array.ConvertAll(_y, factor => factor * value);
    }

    /// <summary>Stops it.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>The shape of a training with these rows.</summary>
    public TrainingShape Shape =>
        new(_plays.RowCount, _plays.ColumnCount, _rank, _plays.LongestRow(), _plays.EntryCount)
        {
            BlockSize = _blockSize,
        };

    /// <summary>The same with one of the rows.</summary>
    public Sweep Only(int row)
    {
        var indices = _plays.RowIndices(row).ToArray();
        var alone = new CsrMatrix(
            _plays.ColumnCount, [0, indices.Length], indices, _plays.RowValues(row).ToArray());
        return new Sweep(_rank, _blockSize, alone, _y, [_lambda[row]])
        {
            X = X[(row * _rank)..((row + 1) * _rank)],
        };
    }

    /// <summary>One sweep.</summary>
    /// <param name="engine">Where.</param>
    /// <param name="weights">How a value becomes its two weights.</param>
    /// <param name="expected">What the engine is to report; by default that fp32 has solved all rows.</param>
    public float[] Solve(IAlsEngine engine, ConfidenceWeights weights, RowSolveReport? expected = null)
    {
        using var plays = engine.LoadPlays(_plays);
        using var fixedFactors = engine.LoadFactors(_y, _rank);
        using var target = engine.LoadFactors(X, _rank);
        var report = engine.SolveRows(new RowSolveProblem
        {
            Rows = RowRange.All(target),
            Plays = plays,
            Weights = weights,
            FixedFactors = fixedFactors,
            Gramian = _gramian ??= [.. ReferenceAls.Gramian(TestMatrices.ToDouble(_y, _rank)).Cast<double>()],
            Regularization = _lambda,
            Target = target,
            BlockSize = _blockSize,
            Cancellation = Cancellation,
        });
        Assert.That(report, Is.EqualTo(expected ?? new RowSolveReport(0, 0, -1)));
        return target.ToArray();
    }

    public void AssertEqualsReference(float[] solved, ConfidenceWeights weights) =>
        AssertEquals(solved, Reference(weights));

    /// <summary>The sweep in fp64.</summary>
    public double[,] Reference(ConfidenceWeights weights) => ReferenceSweep.Rows(
        _plays, weights, TestMatrices.ToDouble(_y, _rank), _lambda, TestMatrices.ToDouble(X, _rank), _blockSize);

    /// <summary>The exact solution in fp64.</summary>
    public double[,] Exact(ConfidenceWeights weights) =>
        ReferenceAls.SolveRows(_plays, weights, TestMatrices.ToDouble(_y, _rank), _lambda);

    /// <summary>
    /// Compares each row relative to the largest factor that it has or began with; NaN fails.
    /// </summary>
    public void AssertEquals(float[] solved, double[,] expected)
    {
        for (var row = 0; row < _plays.RowCount; row++)
        {
            var size = Enumerable.Range(0, _rank).Max(
                i => Math.Max(Math.Abs(expected[row, i]), Math.Abs(X[(row * _rank) + i])));
            var wrong = Enumerable.Range(0, _rank)
                .Where(i => !(Math.Abs(solved[(row * _rank) + i] - expected[row, i]) <= 1e-4 * size));
            Assert.That(wrong, Is.Empty, $"factors of row {row}, of {_plays.RowLength(row)} plays");
        }
    }
}
