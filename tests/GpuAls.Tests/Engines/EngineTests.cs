using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines;

/// <summary>The same tests for every engine, each against the formula in fp64.</summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.Available))]
internal sealed class EngineTests<TEngine>
    where TEngine : ITestEngine
{
    private static readonly ConfidenceWeights Weights = new(0.7f, 0, 0.7f);

    /// <summary>
    /// Empty rows first, in the middle and last; one play; lengths around tiles and stages; more than one stage.
    /// </summary>
    private static readonly int[] RowLengths = [0, 1, 3, 4, 5, 0, 17, 33, 64, 65, 2, 100, 0];

    private IAlsEngine _engine = null!;

    private static int[] Ranks => TEngine.Ranks;

    private static int LargestRank => TEngine.Ranks[^1];

    [OneTimeSetUp]
    public void OpenEngine() => _engine = TEngine.Create();

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    [TestCaseSource(nameof(Ranks))]
    public void CopyFrom_ThenCopyTo_GivesTheSameFactors(int rank)
    {
        var values = TestMatrices.Factors(37, rank, seed: 1);
        using var factors = Load(values, rank);

        Assert.That(Read(factors), Is.EqualTo(values));
    }

    [TestCaseSource(nameof(Ranks))]
    public void CreateFactors_HoldsZeros(int rank)
    {
        using var factors = _engine.CreateFactors(5, rank);

        Assert.That(Read(factors), Is.All.Zero);
    }

    [TestCaseSource(nameof(Ranks))]
    public void Gramian_RangeOfRows_MatchesReference(int rank)
    {
        var rows = TEngine.TakesManyRows ? 1_501 : 67;
        var values = TestMatrices.Factors(rows, rank, seed: 2);
        using var factors = Load(values, rank);
        var gramian = new double[rank * rank];

        _engine.Gramian(factors, new RowRange(3, rows - 8), gramian);

        var expected = ReferenceAls.Gramian(TestMatrices.ToDouble(values[(3 * rank)..((rows - 5) * rank)], rank));
        Close.All(gramian, expected.Cast<double>(), relative: 1e-6);
    }

    [Test]
    public void Gramian_NoRows_IsZero()
    {
        using var factors = Load(TestMatrices.Factors(4, 3, seed: 2), 3);
        var gramian = Enumerable.Repeat(7.0, 9).ToArray();

        _engine.Gramian(factors, new RowRange(2, 0), gramian);

        Assert.That(gramian, Is.All.Zero);
    }

    [Test]
    public void Gramian_ManyEqualRows_KeepsSixDigits()
    {
        if (!TEngine.TakesManyRows) Assert.Ignore("a matrix of this size takes minutes on this engine.");
        const int Rows = 300_000;
        using var factors = Load(Enumerable.Repeat(0.1f, 2 * Rows).ToArray(), 2);
        var gramian = new double[4];

        _engine.Gramian(factors, RowRange.All(factors), gramian);

        Close.All(gramian, Enumerable.Repeat(Rows * (double)0.1f * 0.1f, 4), relative: 1e-6);
    }

    [TestCaseSource(nameof(Ranks))]
    public void SolveRows_AllRowShapes_MatchesReference(int rank)
    {
        var problem = new Problem(rank, RowLengths, columns: 137, seed: 3);

        var solved = problem.Solve(_engine);

        problem.AssertSolves(solved, Weights);
    }

    [Test]
    public void SolveRows_OffsetsOfTheImplicitPreset_MatchReference()
    {
        var problem = new Problem(7, RowLengths, columns: 91, seed: 4);
        var weights = new ConfidenceWeights(1, -1, 0);

        problem.AssertSolves(problem.Solve(_engine, weights), weights);
    }

    [TestCaseSource(nameof(Ranks))]
    public void SolveRows_Ratings_MatchReference(int rank)
    {
        var problem = new Problem(rank, RowLengths, columns: 137, seed: 24);

        problem.AssertSolves(problem.Solve(_engine, ConfidenceWeights.Explicit), ConfidenceWeights.Explicit);
    }

    [TestCaseSource(nameof(Ranks))]
    public void SolveRows_RatingsByConjugateGradients_MatchTheExactSolution(int rank)
    {
        var problem =
            new Problem(rank, RowLengths, columns: 137, seed: 25) { ConjugateGradientSteps = (2 * rank) + 10 };
        var start = TestMatrices.Factors(RowLengths.Length, rank, seed: 26);

        problem.AssertSolves(
            problem.Solve(_engine, ConfidenceWeights.Explicit, start), ConfidenceWeights.Explicit, tolerance: 1e-3);
    }

    [Test]
    public void SolveRows_LongRowOfRatings_MatchesReference()
    {
        var length = TEngine.TakesManyRows ? 20_000 : 700;
        var problem = new Problem(Math.Min(40, LargestRank), [length, 1, length - 1], columns: length, seed: 27);

        problem.AssertSolves(problem.Solve(_engine, ConfidenceWeights.Explicit), ConfidenceWeights.Explicit);
    }

    [Test]
    public void SolveRows_FewRatingsAndHardlyAnyRegularization_AreSolvedInFp64()
    {
        var rank = Math.Min(16, LargestRank);
        var problem = new Problem(rank, [1, 2, 0, 3], columns: 41, seed: 28) { Lambda = 1e-9f };

        var solved = problem.Solve(_engine, ConfidenceWeights.Explicit);

        Assert.That(problem.Report, Is.EqualTo(new RowSolveReport(3, 0, -1)));
        Assert.That(problem.LargestError(solved, ConfidenceWeights.Explicit), Is.LessThan(1e-4));
    }

    [Test]
    public void SolveRows_IllConditionedRows_AreRefined()
    {
        // Plays by the ten thousand. Measured at rank 64: error 2e-2 without refinement, 1e-3 with it.
        var problem = new Problem(Math.Min(64, LargestRank), RowLengths, columns: 137, seed: 4) { ValueScale = 1e4f };

        problem.AssertSolves(problem.Solve(_engine), Weights, tolerance: 5e-3);
    }

    [Test]
    public void SolveRows_LongRow_MatchesReference()
    {
        var length = TEngine.TakesManyRows ? 20_000 : 700;
        var problem = new Problem(Math.Min(40, LargestRank), [length, 1, length - 1], columns: length, seed: 5);

        problem.AssertSolves(problem.Solve(_engine), Weights);
    }

    [Test]
    public void SolveRows_LongRowsAtAHighRank_MatchReference()
    {
        if (!TEngine.TakesManyRows) Assert.Ignore("rows of this length take minutes on this engine.");
        var problem = new Problem(Math.Min(200, LargestRank), [4_100, 0, 2_049, 2_048, 40], columns: 4_100, seed: 20);

        problem.AssertSolves(problem.Solve(_engine), Weights);
    }

    [TestCase(16)]
    [TestCase(200)]
    public void SolveRows_LongRowsThatAreIllConditioned_KeepFiveDigits(int rank)
    {
        if (!TEngine.TakesManyRows) Assert.Ignore("rows of this length take minutes on this engine.");
        var problem = new Problem(
            Math.Min(rank, LargestRank), [2_500, 7_000, 12], columns: 7_000, seed: 21)
        { FirstFactorScale = 120 };

        problem.AssertSolves(problem.Solve(_engine), Weights, tolerance: 1e-5);
    }

    [Test]
    public void SolveRows_PartOfTheTarget_LeavesTheOtherRows()
    {
        var problem = new Problem(6, [2, 0, 9], columns: 31, seed: 6);
        var before = TestMatrices.Factors(8, 6, seed: 7);

        var solved = problem.Solve(_engine, Weights, before, firstTargetRow: 4);

        Assert.That(solved[..(4 * 6)], Is.EqualTo(before[..(4 * 6)]));
        Assert.That(solved[(7 * 6)..], Is.EqualTo(before[(7 * 6)..]));
        problem.AssertSolves(solved[(4 * 6)..(7 * 6)], Weights);
    }

    [TestCaseSource(nameof(Ranks))]
    public void SolveRows_Again_GivesTheSameBytes(int rank)
    {
        var problem = new Problem(rank, RowLengths, columns: 137, seed: 8);
        var first = problem.Solve(_engine);

        var second = problem.Solve(_engine);

        Assert.That(second, Is.EqualTo(first));
    }

    [TestCaseSource(nameof(Ranks))]
    public void SolveRows_EnoughConjugateGradients_MatchTheExactSolution(int rank)
    {
        var problem = new Problem(rank, RowLengths, columns: 137, seed: 9) { ConjugateGradientSteps = (2 * rank) + 10 };
        var start = TestMatrices.Factors(RowLengths.Length, rank, seed: 10);

        // An approximate solver: its last residual, times the condition number, remains.
        problem.AssertSolves(problem.Solve(_engine, Weights, start), Weights, tolerance: 1e-3);
    }

    [Test]
    public void SolveRows_MoreConjugateGradients_ComeCloser()
    {
        var rank = Math.Min(30, LargestRank);
        var errors = new[] { 1, 3, 8 }.Select(steps =>
        {
            var problem = new Problem(rank, RowLengths, columns: 137, seed: 11) { ConjugateGradientSteps = steps };
            return problem.LargestError(problem.Solve(_engine), Weights);
        }).ToArray();

        Assert.That(errors, Is.Ordered.Descending);
    }

    [TestCase(0)]
    [TestCase(3)]
    public void SolveRows_FactorsThatAreNoNumbers_AreReported(int conjugateGradientSteps)
    {
        var problem = new Problem(
            2,
            [1, 1, 0],
            columns: 3,
            seed: 12)
        { ConjugateGradientSteps = conjugateGradientSteps, FactorScale = float.NaN };

        var solved = problem.Solve(_engine);

        Assert.That(problem.Report, Is.EqualTo(new RowSolveReport(2, 0, 0)));
        Assert.That(solved, Is.All.Zero);
    }

    [Test]
    public void SolveRows_SemidefiniteSystem_IsSolvedWithJitterAndCounted()
    {
        // Neither λ nor α₀, and one play: A = w·y yᵀ has rank one.
        var rank = Math.Min(8, LargestRank);
        var problem = new Problem(rank, [1, 1, 0, 1], columns: 5, seed: 13) { Lambda = 0 };

        var solved = problem.Solve(_engine, new ConfidenceWeights(0, 0, 0));

        Assert.That(problem.Report, Is.EqualTo(new RowSolveReport(3, 3, -1)));
        Assert.That(solved, Is.All.Matches<float>(float.IsFinite));
    }

    [TestCase(0)]
    [TestCase(4)]
    public void SolveRows_SquaresThatOverflowFp32_AreSolvedInFp64(int conjugateGradientSteps)
    {
        var problem = new Problem(
            3,
            [1, 5, 0, 2],
            columns: 11,
            seed: 19)
        { ConjugateGradientSteps = conjugateGradientSteps, FactorScale = 1e25f };

        var solved = problem.Solve(_engine);

        Assert.That(problem.Report, Is.EqualTo(new RowSolveReport(3, 0, -1)));
        Assert.That(problem.LargestError(solved, Weights), Is.LessThan(1e-6));
    }

    [TestCase(0)]
    [TestCase(2)]
    public void SolveRows_NoPlaysAtAll_GivesZeros(int conjugateGradientSteps)
    {
        var rank = LargestRank;
        var problem =
            new Problem(rank, [0, 0, 0], columns: 1, seed: 22) { ConjugateGradientSteps = conjugateGradientSteps };

        var solved = problem.Solve(_engine, Weights, TestMatrices.Factors(3, rank, seed: 23));

        Assert.That(problem.Report, Is.EqualTo(new RowSolveReport(0, 0, -1)));
        Assert.That(solved, Is.All.Zero);
    }

    [Test]
    public void SolveRows_RightSideBeyondFp32_IsSolvedInFp64()
    {
        // A is as usual, Σ rhs·y overflows to infinities of both signs: x is no number, which no pivot shows.
        var rank = Math.Min(16, LargestRank);
        var problem = new Problem(rank, [30, 5, 0, 2], columns: 41, seed: 20) { FactorScale = 1_000, Lambda = 1e5f };
        var weights = new ConfidenceWeights(0.7f, 0, 3e38f);

        var solved = problem.Solve(_engine, weights);

        Assert.That(problem.Report, Is.EqualTo(new RowSolveReport(3, 0, -1)));
        Assert.That(problem.LargestError(solved, weights), Is.LessThan(1e-6));
    }

    [Test]
    public void SolveRows_WeightsBeyondFp32_AreSolvedInFp64()
    {
        // One play of weight 10⁷ and more hides YᵀY behind its rounding, and so do fewer plays than the rank.
        var rank = Math.Min(64, LargestRank);
        var problem = new Problem(rank, [150, 1, 63, 50, 2], columns: 217, seed: 5) { ValueScale = 1e7f };

        var solved = problem.Solve(_engine);

        Assert.That(problem.Report.Fp64Rows, Is.GreaterThanOrEqualTo(1));
        Assert.That(problem.Report with { Fp64Rows = 0 }, Is.EqualTo(new RowSolveReport(0, 0, -1)));
        Assert.That(problem.LargestError(solved, Weights), Is.LessThan(0.05));
    }

    [TestCaseSource(nameof(Ranks))]
    public void PlaysLoss_MatchesReference(int rank) => AssertLoss(rank, Weights);

    [TestCaseSource(nameof(Ranks))]
    public void PlaysLoss_Ratings_MatchesReference(int rank) => AssertLoss(rank, ConfidenceWeights.Explicit);

    [TestCaseSource(nameof(Ranks))]
    public void WeightedSquaredNorm_MatchesReference(int rank)
    {
        var rows = TEngine.TakesManyRows ? 3_001 : 203;
        var values = TestMatrices.Factors(rows, rank, seed: 17);
        var weights = TestMatrices.Factors(rows, 1, seed: 18);
        using var factors = Load(values, rank);

        var norm = _engine.WeightedSquaredNorm(factors, RowRange.All(factors), weights);

        var expected = Enumerable.Range(0, rows)
            .Sum(row => weights[row] * values[(row * rank)..((row + 1) * rank)].Sum(value => (double)value * value));
        Assert.That(norm, Is.EqualTo(expected).Within(1e-6 * values.Length));
    }

    private void AssertLoss(int rank, ConfidenceWeights weights)
    {
        var plays = TestMatrices.Plays(137, RowLengths, seed: 14);
        var x = TestMatrices.Factors(RowLengths.Length, rank, seed: 15);
        var y = TestMatrices.Factors(137, rank, seed: 16);
        using var loaded = _engine.LoadPlays(plays);
        using var rows = Load(x, rank);
        using var columns = Load(y, rank);

        var loss = _engine.PlaysLoss(loaded, rows, RowRange.All(rows), columns, weights);

        Close.All(
            [loss],
            [ReferenceAls.PlaysLoss(plays, weights, TestMatrices.ToDouble(x, rank), TestMatrices.ToDouble(y, rank))],
            relative: 1e-6);
    }

    private IEngineFactors Load(float[] values, int rank)
    {
        var factors = _engine.CreateFactors(values.Length / rank, rank);
        factors.CopyFrom(values);
        return factors;
    }

    private static float[] Read(IEngineFactors factors)
    {
        var values = new float[factors.RowCount * factors.Rank];
        factors.CopyTo(values);
        return values;
    }
}
