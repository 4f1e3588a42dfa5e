using GpuAls.Kernels;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines.Device;

/// <summary>
/// Rows with fewer plays than factors, which a device solves by their dual equations: the same solutions as by fp64,
/// and a row's bits depend on that row alone.
/// </summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.OnDevices))]
internal sealed class DeviceShortRowsTests<TEngine>
    where TEngine : ITestEngine
{
    private const int Columns = 300;
    private static readonly ConfidenceWeights Hkv = new(0.7f, 0, 0.7f);

    private DeviceEngine _engine = null!;

    private static int[] Ranks => TEngine.TakesManyRows ? [16, 33, 64, 100, 128, 200] : [16];

    private static int Rank => TEngine.TakesManyRows ? 64 : 16;

    [OneTimeSetUp]
    public void OpenEngine()
    {
        _engine = (DeviceEngine)TEngine.Create();
        _engine.Dual.LeastRows = 0;
    }

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    [TestCaseSource(nameof(Ranks))]
    public void SolveRows_ShortRows_EqualThoseInFp64(int rank)
    {
        var rows = new Rows(rank, LengthsAround(rank));

        rows.AssertSolves(_engine, Hkv);
    }

    [Test]
    public void SolveRows_OtherWeights_EqualThoseInFp64(
        [Values(0f, 0.01f, 1f)] float unobserved, [Values(-0.4f, 0f)] float gramOffset, [Values] bool isIals)
    {
        if (!TEngine.TakesManyRows && unobserved == 0.01f) Assert.Ignore("other weights will do on this engine.");
        var weights = new ConfidenceWeights(unobserved, gramOffset, gramOffset + (isIals ? 0 : unobserved));

        new Rows(Rank, LengthsAround(Rank)).AssertSolves(_engine, weights);
    }

    [Test]
    public void SolveRows_ShortRowsOfRatings_EqualThoseInFp64() =>
        new Rows(Rank, LengthsAround(Rank)).AssertSolves(_engine, ConfidenceWeights.Explicit);

    [TestCase(1e-3f)]
    [TestCase(1e2f)]
    [TestCase(1e3f)]
    [TestCase(1e5f)]
    public void SolveRows_LightAndHeavyPlays_EqualThoseInFp64(float scale)
    {
        var longest = DualLauncher.LongestRow(_engine.Accelerator, Rank);

        new Rows(Rank, [.. LengthsAround(Rank).Select(length => length % longest)], scale).AssertSolves(_engine, Hkv);
    }

    /// <summary>A gram of zero or below has no root: such rows are solved through normal equations.</summary>
    [Test]
    public void SolveRows_PlaysOfNoWeightOrLess_EqualThoseInFp64([Values(-1f, -3f)] float gramOffset)
    {
        var rows = new Rows(Rank, LengthsAround(Rank)) { Lambda = 100 };

        rows.AssertSolves(_engine, new ConfidenceWeights(1, gramOffset, gramOffset + 1));
    }

    [Test]
    public void SolveRows_InAnyRanges_GivesTheSameBytes()
    {
        var rows = new Rows(Rank, LengthsAround(Rank), valueScale: 30);
        var count = rows.Count;

        Assert.That(
            rows.Solve(_engine, Hkv, [0, 1, count / 2, count - 1, count], out _),
            Is.EqualTo(rows.Solve(_engine, Hkv, [0, count], out _)));
    }

    /// <summary>Blocks of rows are solved as all at once.</summary>
    [Test]
    public void SolveRows_InLittleMemory_GivesTheSameBytes()
    {
        if (!TEngine.TakesManyRows) Assert.Ignore("so many launches take long on this engine.");
        const int Rank = 16;
        using var engine = (DeviceEngine)TEngine.Create(); // of which no other test has asked for more memory
        engine.Dual.LeastRows = 0;
        var (rows, memory) = (new Rows(Rank, LengthsAround(Rank)), engine.Store.Memory);
        var whole = rows.Solve(_engine, Hkv, [0, rows.Count], out _);
        const int Longest = Rank + 9;
        var scratch = new LaunchScratch(Float4.CountFor(Rank), rows.Count, Longest, rows.Count * Longest)
        {
            RotatedRows = Columns,
        };
        memory.Bound = memory.Used + scratch.BytesOn(engine.Accelerator)
            + DeviceFactors.BytesOf(Columns + rows.Count, Rank)
            + (3 * PlaysCut.LargestRow(Longest, isScheduled: true, rowBytes: 0));
        engine.Store.SparedByFactors = 0;
        var launches = 0;
        engine.Pass.StepTaken = step => launches += step.Action == PipelineAction.Launch ? 1 : 0;

        Assert.That(rows.Solve(engine, Hkv, [0, rows.Count], out var dualRows), Is.EqualTo(whole));
        Assert.That(dualRows, Is.Positive);
        Assert.That(launches, Is.GreaterThan(1));
    }

    /// <summary>Every length up to some above the rank, and enough rows that a basis pays.</summary>
    private static int[] LengthsAround(int rank) =>
        [.. Enumerable.Range(0, (2 * rank) + 5).Select(row => row * 7 % (rank + 9))];

    private sealed class Rows(int rank, int[] lengths, float valueScale = 1)
    {
        private readonly CsrMatrix _plays =
            TestMatrices.Plays(Columns, lengths, seed: 1).MapValues(value => value * valueScale);
        private readonly float[] _y = TestMatrices.Factors(Columns, rank, seed: 2);

        public int Count => lengths.Length;

        public float Lambda { get; init; } = 3 + (rank / 8f);

        private float[] Regularization => [.. Enumerable.Range(0, Count).Select(row => Lambda * (1 + (0.01f * row)))];

        /// <summary>Solves range by range, as processes do that send rows in chunks.</summary>
        public float[] Solve(DeviceEngine engine, ConfidenceWeights weights, int[] boundaries, out int dualRows)
        {
            using var fixedFactors = engine.LoadFactors(FactorMatrix.Of(_y, rank));
            using var target = engine.CreateFactors(Count, rank);
            var gramian = ReferenceAls.Gramian(TestMatrices.ToDouble(_y, rank)).Cast<double>().ToArray();
            dualRows = engine.RowSolve.Dual.SolvedRows;
            foreach (var (first, end) in boundaries.Zip(boundaries.Skip(1)))
            {
                using var plays = engine.LoadPlays(_plays.Slice(first, end - first));
                var report = engine.SolveRows(new RowSolveProblem
                {
                    Rows = new RowRange(first, end - first),
                    Plays = plays,
                    Weights = weights,
                    FixedFactors = fixedFactors,
                    Gramian = gramian,
                    Regularization = Regularization.AsSpan(first, end - first),
                    Target = target,
                    HasMore = end < Count,
                });
                Assert.That(report with { Fp64Rows = 0 }, Is.EqualTo(RowSolveReport.Nothing));
            }

            dualRows = engine.RowSolve.Dual.SolvedRows - dualRows;
            return target.ToMatrix().ToArray();
        }

        /// <summary>Asserts that rows are those in fp64, relative to their largest factor.</summary>
        public void AssertSolves(DeviceEngine engine, ConfidenceWeights weights)
        {
            var solved = Solve(engine, weights, [0, Count], out var dualRows);
            var expected =
                ReferenceAls.SolveRows(_plays, weights, TestMatrices.ToDouble(_y, rank), Regularization);
            for (var row = 0; row < Count; row++)
            {
                Close.All(
                    solved[(row * rank)..((row + 1) * rank)].Select(value => (double)value),
                    Enumerable.Range(0, rank).Select(factor => expected[row, factor]),
                    relative: 1e-4, $"row {row} of {lengths[row]} plays");
            }

            var longest = DualLauncher.LongestRow(engine.Accelerator, rank);
            Assert.That(dualRows, Is.EqualTo(lengths.Count(length => length <= longest)).And.Positive);
        }
    }
}
