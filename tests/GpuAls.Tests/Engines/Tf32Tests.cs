namespace GpuAls.Tests.Engines;

/// <summary>Row solves whose plays are summed in tf32, on a CUDA device of compute capability 8.0 or newer.</summary>
[Category("Cuda")]
public sealed class Tf32Tests
{
    /// <summary>
    /// tf32 rounds a factor by up to 5e-4 of itself; the errors of many average out, but at rank 1 or 2 the right side
    /// may cancel.
    /// </summary>
    private const double Tolerance = 1e-3;

    private static readonly int[] Lengths = [0, 1, 2, 7, 8, 9, 31, 32, 33, 0, 100, 250];
    private static readonly ConfidenceWeights Weights = new(0.7f, 0, 0.7f);

    private IAlsEngine _engine = null!;

    private static int[] Ranks => [8, 30, 40, 64, 72, 100, 128, 152, 153, 176, 200];

    [OneTimeSetUp]
    public void OpenEngine()
    {
        if (TestEngines.WhyAbsent<Cuda>() is { } reason) Assert.Ignore(reason);
        _engine = Cuda.Create();
        if (!_engine.Capabilities.Precisions.Contains(SumPrecision.Tf32))
            Assert.Ignore($"{_engine.Description} has no tf32.");
    }

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    [TestCaseSource(nameof(Ranks))]
    public void SolveRows_EachRank_IsNearTheReference(int rank)
    {
        var problem = Tf32(rank, Lengths, columns: 300);

        problem.AssertSolves(problem.Solve(_engine), Weights, Tolerance);
    }

    [TestCase(64)]
    [TestCase(200)]
    public void SolveRows_SegmentedRow_IsNearTheReference(int rank)
    {
        var problem = Tf32(rank, [9_000, 0, 5], columns: 9_100);

        problem.AssertSolves(problem.Solve(_engine), Weights, Tolerance);
    }

    [Test]
    public void SolveRows_ManyRows_AreNearTheReference()
    {
        var problem = Tf32(16, [.. Enumerable.Range(0, 20_000).Select(row => row % 13)], columns: 61);

        problem.AssertSolves(problem.Solve(_engine), Weights, Tolerance);
    }

    [TestCase(20)]
    [TestCase(100)]
    [TestCase(200)]
    public void SolveRows_NegativeGram_IsNearTheReference(int rank)
    {
        var weights = new ConfidenceWeights(1, -1, 0);
        var problem = Tf32(rank, Lengths, columns: 300);

        problem.AssertSolves(problem.Solve(_engine, weights), weights, Tolerance);
    }

    /// <summary>Refinement sums the residual in fp32: what it leaves is far below what tf32 rounds.</summary>
    [TestCase(64)]
    [TestCase(200)]
    public void SolveRows_IllConditioned_IsRefinedInFp32(int rank)
    {
        var problem = new Problem(
            rank, [300, 200, 260], columns: 400, seed: 9)
        { Precision = SumPrecision.Tf32, FirstFactorScale = 100 };

        problem.AssertSolves(problem.Solve(_engine), Weights);
    }

    /// <summary>Plays by the ten thousand, which ask for refinement. Measured at rank 100: error 6e-3.</summary>
    [TestCase(64)]
    [TestCase(100)]
    public void SolveRows_HugePlays_AreNearTheReference(int rank)
    {
        var problem =
            new Problem(rank, Lengths, columns: 137, seed: 4) { Precision = SumPrecision.Tf32, ValueScale = 1e4f };

        problem.AssertSolves(problem.Solve(_engine), Weights, tolerance: 2e-2);
    }

    [Test]
    public void SolveRows_FactorsThatAreNotFinite_AreLeftToFp64()
    {
        var problem =
            new Problem(64, [40], columns: 300, seed: 5) { Precision = SumPrecision.Tf32, FactorScale = float.NaN };

        problem.Solve(_engine);

        Assert.That(problem.Report.Fp64Rows, Is.EqualTo(1));
    }

    [TestCase(20)]
    [TestCase(200)]
    public void SolveRows_Ratings_AreNearTheReference(int rank)
    {
        var problem = Tf32(rank, Lengths, columns: 300);

        problem.AssertSolves(problem.Solve(_engine, ConfidenceWeights.Explicit), ConfidenceWeights.Explicit, Tolerance);
    }

    [TestCase(64)]
    [TestCase(100)]
    [TestCase(200)]
    public void SolveRows_Twice_GivesTheSameBytesAndNotThoseOfFp32(int rank)
    {
        var problem = Tf32(rank, Lengths, columns: 300);

        var first = problem.Solve(_engine);

        Assert.That(problem.Solve(_engine), Is.EqualTo(first));
        Assert.That(new Problem(rank, Lengths, columns: 300, seed: 5).Solve(_engine), Is.Not.EqualTo(first));
    }

    private static Problem Tf32(int rank, int[] lengths, int columns) =>
        new(rank, lengths, columns, seed: 5) { Precision = SumPrecision.Tf32 };
}
