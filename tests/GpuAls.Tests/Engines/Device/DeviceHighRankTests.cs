using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines.Device;

/// <summary>Ranks whose rows need more shared memory or threads than a group has.</summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.OnDevices))]
internal sealed class DeviceHighRankTests<TEngine>
    where TEngine : ITestEngine
{
    private static readonly ConfidenceWeights Weights = new(0.7f, 0, 0.7f);
    private static readonly int[] Lengths = [0, 3, 70];

    private IAlsEngine _engine = null!;

    [OneTimeSetUp]
    public void OpenEngine()
    {
        if (!TEngine.TakesManyRows) Assert.Ignore("a rank of this size takes minutes on this engine.");
        _engine = TEngine.Create();
    }

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    // The first rank whose rows are staged in blocks; a last block of eight factors; the largest rank.
    [TestCase(672, 83)]
    [TestCase(776, 83)]
    [TestCase(EngineLimits.MaximumRank, 19)]
    public void Gramian_MatchesReference(int rank, int rowCount)
    {
        var values = TestMatrices.Factors(rowCount, rank, seed: 50);
        using var factors = _engine.LoadFactors(values, rank);
        var gramian = new double[rank * rank];

        _engine.Gramian(factors, new RowRange(1, rowCount - 2), gramian);

        var expected = ReferenceAls.Gramian(TestMatrices.ToDouble(values[rank..((rowCount - 1) * rank)], rank));
        Close.All(gramian, expected.Cast<double>(), relative: 1e-6);
    }

    [Test]
    public void Gramian_ManyRows_MatchesReference()
    {
        const int Rank = 672;
        var values = TestMatrices.Factors(700, Rank, seed: 51);
        using var factors = _engine.LoadFactors(values, Rank);
        var gramian = new double[Rank * Rank];

        _engine.Gramian(factors, RowRange.All(factors), gramian);

        Close.All(
            gramian, ReferenceAls.Gramian(TestMatrices.ToDouble(values, Rank)).Cast<double>(), relative: 1e-6);
    }

    [Test]
    public void SolveRows_LargestExactRank_MatchesReference()
    {
        var rank = _engine.Capabilities.MaximumRanks[Solver.Cholesky];
        Assert.That(rank, Is.AtLeast(512));
        var problem = new Problem(rank, Lengths, columns: 101, seed: 52);

        problem.AssertSolves(problem.Solve(_engine), Weights);
    }

    [TestCase(520)]
    [TestCase(1_100)]
    public void SolveRows_ByConjugateGradients_MatchesTheExactSolution(int rank)
    {
        var problem = new Problem(rank, Lengths, columns: 101, seed: 53) { ConjugateGradientSteps = 60 };

        problem.AssertSolves(problem.Solve(_engine), Weights, tolerance: 1e-3);
    }

    [Test]
    public void SolveRows_ByConjugateGradientsAtTheLargestRank_EqualTheHost()
    {
        var rank = _engine.Capabilities.MaximumRanks[Solver.ConjugateGradient];
        Assert.That(rank, Is.EqualTo(EngineLimits.MaximumRank));
        var problem = new Problem(rank, Lengths, columns: 101, seed: 54) { ConjugateGradientSteps = 5 };
        using var host = new HostEngine(2);

        var solved = problem.Solve(_engine);

        Close.All(solved.Select(x => (double)x), problem.Solve(host).Select(x => (double)x), relative: 1e-4);
    }

    [Test]
    public void SolveRows_BySweeps_EqualsTheSweepInFp64()
    {
        var sweep = new Sweep(1_100, 128, Lengths, columns: 101, seed: 55);

        sweep.AssertEqualsReference(sweep.Solve(_engine, Weights), Weights);
    }
}
