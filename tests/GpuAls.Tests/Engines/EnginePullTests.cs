using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines;

/// <summary>
/// Rows that are pulled toward other points than zero, λ|x - p|² in place of λ|x|²: every engine and solver against the
/// equation in fp64.
/// </summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.Available))]
internal sealed class EnginePullTests<TEngine>
    where TEngine : ITestEngine
{
    private static readonly ConfidenceWeights Weights = new(0.7f, 0, 0.7f);

    /// <summary>None, one, around tiles and stages, more than one stage.</summary>
    private static readonly int[] RowLengths = [0, 1, 3, 4, 5, 0, 17, 33, 64, 65, 2, 100, 0];

    private IAlsEngine _engine = null!;

    private static int[] Ranks => TEngine.Ranks;

    private static int LargestRank => TEngine.Ranks[^1];

    [OneTimeSetUp]
    public void OpenEngine() => _engine = TEngine.Create();

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    [TestCaseSource(nameof(Ranks))]
    public void SolveRows_Exactly_MatchesReference(int rank)
    {
        var rows = new PulledRows(rank, RowLengths, columns: 137, seed: 3);

        rows.AssertClose(rows.Solve(_engine, Weights), rows.Expected(Weights));
        rows.AssertClose(
            rows.Solve(_engine, ConfidenceWeights.Explicit), rows.Expected(ConfidenceWeights.Explicit));
    }

    [Test]
    public void SolveRows_ManyShortRows_MatchReference()
    {
        // More rows than twice the rank, with fewer plays than half of it: the host solves their dual equations.
        var rank = Math.Min(33, LargestRank);
        var rows = new PulledRows(
            rank, [.. Enumerable.Range(0, TEngine.TakesManyRows ? 200 : 24).Select(row => row % 18)], 137, seed: 4);

        rows.AssertClose(rows.Solve(_engine, Weights), rows.Expected(Weights));
    }

    [TestCaseSource(nameof(Ranks))]
    public void SolveRows_EnoughConjugateGradients_MatchTheExactSolution(int rank)
    {
        var rows = new PulledRows(rank, RowLengths, columns: 137, seed: 5) { Steps = (2 * rank) + 10 };

        rows.AssertClose(rows.Solve(_engine, Weights), rows.Expected(Weights), tolerance: 1e-3);
    }

    [Test]
    public void SolveRows_SweepOverBlocks_MatchesTheSweepInFp64()
    {
        foreach (var rank in Ranks.Where(rank => rank is 3 or 9 or 64 or 129 or 130))
        {
            var rows = new PulledRows(rank, RowLengths, columns: 137, seed: 6) { BlockSize = 16 };
            rows.AssertClose(rows.Solve(_engine, Weights), rows.Expected(Weights));
        }
    }

    [Test]
    public void SolveRows_LongRows_MatchReference()
    {
        var length = TEngine.TakesManyRows ? 9_000 : 700;
        foreach (var (steps, block) in new[] { (0, 0), (0, 16), (40, 0) })
        {
            var rows = new PulledRows(Math.Min(20, LargestRank), [length, 1, length - 1], length, seed: 7)
            {
                Steps = steps,
                BlockSize = block,
            };
            rows.AssertClose(rows.Solve(_engine, Weights), rows.Expected(Weights), steps > 0 ? 1e-3 : 1e-4);
        }
    }

    [Test]
    public void SolveRows_IllConditionedRows_AreRefinedTowardThePull()
    {
        // Without the pull in the residual, refinement would take it out again.
        var length = TEngine.TakesManyRows ? 7_000 : 137;
        var rows = new PulledRows(Math.Min(16, LargestRank), [12, 40, length], length, seed: 8)
        {
            FirstFactorScale = 120,
            PullScale = 1_000,
        };

        rows.AssertClose(rows.Solve(_engine, Weights), rows.Expected(Weights), tolerance: 1e-4);
    }

    [Test]
    public void SolveRows_RowsForFp64_MatchReference([Values(0, 16)] int blockSize)
    {
        var rows = new PulledRows(Math.Min(16, LargestRank), [1, 2, 0, 3], columns: 41, seed: 9)
        {
            Lambda = 1e-9f,
            PullScale = 1e9f,
            BlockSize = blockSize,
        };

        rows.AssertClose(
            rows.Solve(_engine, ConfidenceWeights.Explicit, new RowSolveReport(3, 0, -1)),
            rows.Expected(ConfidenceWeights.Explicit));
    }

    [Test]
    public void SolveRows_PartOfTheTarget_UsesThePullOfItsRows()
    {
        var rows = new PulledRows(5, [2, 0, 9], columns: 31, seed: 10) { FirstTargetRow = 4 };

        rows.AssertClose(rows.Solve(_engine, Weights), rows.Expected(Weights));
    }

    [Test]
    public void SolveRows_PullOfZeros_IsAsWithoutOne([Values(0, 16)] int blockSize)
    {
        var rank = Math.Min(31, LargestRank);
        var rows = new PulledRows(rank, RowLengths, columns: 137, seed: 11) { PullScale = 0, BlockSize = blockSize };

        rows.AssertClose(rows.Solve(_engine, Weights), rows.Expected(Weights));
    }
}

/// <summary>A seeded row solve with a pull.</summary>
internal sealed class PulledRows(int rank, int[] rowLengths, int columns, int seed)
{
    private readonly CsrMatrix _plays = TestMatrices.Plays(columns, rowLengths, seed);

    public int Steps { get; init; }

    public int BlockSize { get; init; }

    public bool IsNonnegative { get; init; }

    public float Lambda { get; init; } = 3 + (rank / 8f);

    public float PullScale { get; init; } = 30;

    public float FirstFactorScale { get; init; } = 1;

    public int FirstTargetRow { get; init; }

    private float[] Y =>
        [.. TestMatrices.Factors(columns, rank, seed + 1).Select((y, i) => i % rank == 0 ? y * FirstFactorScale : y)];

    private float[] Start => TestMatrices.Factors(rowLengths.Length, rank, seed + 2);

    private float[] Pull =>
        Array.ConvertAll(TestMatrices.Factors(rowLengths.Length, rank, seed + 3), value => PullScale * Lambda * value);

    private float[] Regularization => [.. rowLengths.Select((_, row) => Lambda * (1 + (0.1f * row)))];

    public float[] Solve(IAlsEngine engine, ConfidenceWeights weights, RowSolveReport? expected = null)
    {
        var before = new float[FirstTargetRow * rank];
        using var plays = engine.LoadPlays(_plays);
        using var fixedFactors = engine.LoadFactors(Y, rank);
        using var target = engine.LoadFactors([.. before, .. Start], rank);
        using var pull = engine.LoadFactors([.. before, .. Pull], rank);
        var report = engine.SolveRows(new RowSolveProblem
        {
            Rows = new RowRange(FirstTargetRow, rowLengths.Length),
            Plays = plays,
            Weights = weights,
            FixedFactors = fixedFactors,
            Gramian = [.. ReferenceAls.Gramian(TestMatrices.ToDouble(Y, rank)).Cast<double>()],
            Regularization = Regularization,
            Pull = pull,
            Target = target,
            ConjugateGradientSteps = Steps,
            BlockSize = BlockSize,
            IsNonnegative = IsNonnegative,
        });
        Assert.That(report, Is.EqualTo(expected ?? new RowSolveReport(0, 0, -1)));
        return target.ToArray()[before.Length..];
    }

    public double[,] Expected(ConfidenceWeights weights)
    {
        var (y, pull) = (TestMatrices.ToDouble(Y, rank), TestMatrices.ToDouble(Pull, rank));
        return BlockSize == 0
            ? ReferenceAls.SolveRows(_plays, weights, y, Regularization, pull)
            : ReferenceSweep.Rows(
                _plays, weights, y, Regularization, TestMatrices.ToDouble(Start, rank), BlockSize, pull);
    }

    /// <summary>Each factor with A x - b, and the size of the terms of this.</summary>
    public IEnumerable<(double X, double Slope, double Terms)> Slopes(float[] solved, ConfidenceWeights weights)
    {
        var y = TestMatrices.ToDouble(Y, rank);
        for (var row = 0; row < _plays.RowCount; row++)
        {
            if (_plays.RowLength(row) == 0) continue;
            var (left, right) = ReferenceAls.NormalEquation(
                _plays, row, weights, y, ReferenceAls.Gramian(y), Regularization[row]);
            for (var i = 0; i < rank; i++)
            {
                var b = right[i] + Pull[(row * rank) + i];
                var terms = Enumerable.Range(0, rank).Select(j => left[i, j] * solved[(row * rank) + j]).ToArray();
                yield return (solved[(row * rank) + i], terms.Sum() - b, terms.Sum(Math.Abs) + Math.Abs(b));
            }
        }
    }

    /// <summary>Compares each row relative to its largest factor; NaN fails.</summary>
    public void AssertClose(float[] solved, double[,] expected, double tolerance = 1e-4)
    {
        for (var row = 0; row < rowLengths.Length; row++)
        {
            var size = Enumerable.Range(0, rank).Max(i => Math.Max(Math.Abs(expected[row, i]), 1e-30));
            var wrong = Enumerable.Range(0, rank)
                .Where(i => !(Math.Abs(solved[(row * rank) + i] - expected[row, i]) <= tolerance * size));
            Assert.That(wrong, Is.Empty, $"factors of row {row}, of {rowLengths[row]} plays");
        }
    }
}
