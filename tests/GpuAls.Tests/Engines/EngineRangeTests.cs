using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines;

/// <summary>Operations on a range of rows: the other rows do not matter, and are not touched.</summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.Available))]
internal sealed class EngineRangeTests<TEngine>
    where TEngine : ITestEngine
{
    private const int Rank = 5;
    private const int Columns = 31;
    private static readonly ConfidenceWeights Weights = new(0.7f, 0, 0.7f);
    private static readonly int[] Lengths = [3, 0, 7, 1, 12, 2, 30, 5, 4, 9, 0, 6];

    private IAlsEngine _engine = null!;

    [OneTimeSetUp]
    public void OpenEngine() => _engine = TEngine.Create();

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    [TestCase(0, 12)]
    [TestCase(2, 7)]
    [TestCase(11, 1)]
    [TestCase(4, 0)]
    public void Copy_RangeOfRows_LeavesTheOthers(int start, int count)
    {
        var (values, other) = (X(seed: 1), X(seed: 2));
        using var factors = _engine.LoadFactors(values, Rank);
        var (range, part) = (new RowRange(start, count), (start * Rank)..((start + count) * Rank));

        factors.CopyFrom(range, other[part]);

        other[part].CopyTo(values, start * Rank);
        Assert.That(factors.ToArray(), Is.EqualTo(values));
        var read = new float[count * Rank];
        factors.CopyTo(range, read);
        Assert.That(read, Is.EqualTo(other[part]));
    }

    [TestCase(9, 4, 5 * 20)]
    [TestCase(-1, 4, 5 * 4)]
    [TestCase(0, 4, 5 * 3)]
    public void Copy_OutsideTheRowsOrOfAnotherLength_IsRefused(int start, int count, int length)
    {
        using var factors = _engine.LoadFactors(X(seed: 1), Rank);

        var (range, values) = (new RowRange(start, count), new float[length]);

        Assert.That(() => factors.CopyFrom(range, values), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => factors.CopyTo(range, values), Throws.InstanceOf<ArgumentException>());
    }

    /// <summary>The bits of a block depend on its rows alone, so that processes may share the blocks out.</summary>
    [Test]
    public void Gramian_BlocksOneByOne_GiveTheBitsOfAllAtOnce()
    {
        var rowCount = TEngine.TakesManyRows ? 40_000 : 700;
        using var factors = _engine.LoadFactors(TestMatrices.Factors(rowCount, Rank, seed: 3), Rank);
        var blockRows = TEngine.TakesManyRows ? 1_300 : 300;
        var all = new double[EngineRows.BlockCount(RowRange.All(factors), blockRows) * Rank * Rank];
        _engine.Gramian(factors, RowRange.All(factors), blockRows, all);

        var alone = new double[all.Length];
        for (var (block, first) = (0, 0); first < rowCount; block++, first += blockRows)
        {
            var rows = new RowRange(first, Math.Min(blockRows, rowCount - first));
            _engine.Gramian(factors, rows, blockRows, alone.AsSpan(block * Rank * Rank, Rank * Rank));
        }

        Assert.That(alone, Is.EqualTo(all));
    }

    [Test]
    public void Gramian_AllRows_IsTheSumOfItsBlocksInTheirOrder()
    {
        var rowCount = TEngine.TakesManyRows ? 40_000 : 700;
        using var factors = _engine.LoadFactors(TestMatrices.Factors(rowCount, Rank, seed: 3), Rank);
        var blockRows = _engine.Capabilities.GramianBlocks.RowsOf(rowCount, Rank);
        var blocks = new double[EngineRows.BlockCount(RowRange.All(factors), blockRows) * Rank * Rank];
        _engine.Gramian(factors, RowRange.All(factors), blockRows, blocks);
        var gramian = new double[Rank * Rank];

        _engine.Gramian(factors, RowRange.All(factors), gramian);

        var sum = new double[Rank * Rank];
        for (var i = 0; i < blocks.Length; i++) sum[i % sum.Length] += blocks[i];
        Assert.That(gramian, Is.EqualTo(sum));
    }

    [TestCase(0)]
    [TestCase(2)]
    public void SolveRows_RangesOneByOne_GiveTheBytesOfAllAtOnce(int conjugateGradientSteps)
    {
        var expected = Solve([0, Lengths.Length], conjugateGradientSteps);

        Assert.That(Solve([0, 1, 2, 7, 7, Lengths.Length], conjugateGradientSteps), Is.EqualTo(expected));
    }

    [Test]
    public void Loss_RangesOneByOne_AddUpToTheWhole()
    {
        var plays = TestMatrices.Plays(Columns, Lengths, seed: 4);
        var (x, lambda) = (X(seed: 1), Lengths.Select(length => 1f + length).ToArray());
        using var rows = _engine.LoadFactors(x, Rank);
        using var columns = _engine.LoadFactors(Y(), Rank);
        var (loss, norm) = (0.0, 0.0);
        foreach (var range in new[] { new RowRange(0, 4), new RowRange(4, 1), new RowRange(5, Lengths.Length - 5) })
        {
            using var part = _engine.LoadPlays(plays.Slice(range.Start, range.Count));
            loss += _engine.PlaysLoss(part, rows, range, columns, Weights);
            norm += _engine.WeightedSquaredNorm(rows, range, lambda.AsSpan(range.Start, range.Count));
        }

        var (wideX, wideY) = (TestMatrices.ToDouble(x, Rank), TestMatrices.ToDouble(Y(), Rank));
        var expected = ReferenceAls.PlaysLoss(plays, Weights, wideX, wideY);
        Assert.That(loss, Is.EqualTo(expected).Within(1e-6 * expected));
        var expectedNorm = x.Select((value, i) => (double)lambda[i / Rank] * value * value).Sum();
        Assert.That(norm, Is.EqualTo(expectedNorm).Within(1e-6 * expectedNorm));
    }

    [Test]
    public void Capabilities_PrecisionsAndBoundsThatAreNotThere_AreRefused()
    {
        var can = _engine.Capabilities;
        var refused = Plans(can, above: 1);
        if (!can.SolvesNonnegative) refused.Add(new TrainingPlan(4, 0, SumPrecision.Fp32, IsNonnegative: true));
        if (!can.Precisions.Contains(SumPrecision.Tf32)) refused.Add(new TrainingPlan(4, 0, SumPrecision.Tf32));

        foreach (var plan in refused)
            Assert.That(() => EngineChecks.Plan(_engine, plan), Throws.InstanceOf<GpuAlsException>());
        foreach (var plan in Plans(can, above: 0))
            Assert.That(() => EngineChecks.Plan(_engine, plan), Throws.Nothing);
    }

    /// <summary>A plan for each solver, above its largest rank.</summary>
    private static List<TrainingPlan> Plans(EngineCapabilities can, int above) =>
    [
        new(can.MaximumRanks[Solver.Cholesky] + above, 0, SumPrecision.Fp32),
        new(can.MaximumRanks[Solver.ConjugateGradient] + above, 2, SumPrecision.Fp32),
        new(can.MaximumRanks[Solver.BlockCoordinates] + above, 0, SumPrecision.Fp32) { BlockSize = 16 },
    ];

    private static float[] X(int seed) => TestMatrices.Factors(Lengths.Length, Rank, seed);

    private static float[] Y() => TestMatrices.Factors(Columns, Rank, seed: 6);

    private float[] Solve(int[] boundaries, int conjugateGradientSteps)
    {
        var plays = TestMatrices.Plays(Columns, Lengths, seed: 4);
        using var target = _engine.LoadFactors(X(seed: 5), Rank);
        using var columns = _engine.LoadFactors(Y(), Rank);
        var gramian = new double[Rank * Rank];
        _engine.Gramian(columns, RowRange.All(columns), gramian);
        foreach (var (first, end) in boundaries.Zip(boundaries.Skip(1)))
        {
            using var part = _engine.LoadPlays(plays.Slice(first, end - first));
            var report = _engine.SolveRows(new RowSolveProblem
            {
                Rows = new RowRange(first, end - first),
                Plays = part,
                Weights = Weights,
                FixedFactors = columns,
                Gramian = gramian,
                Regularization = [.. Enumerable.Range(first, end - first).Select(row => 2 + (0.1f * row))],
                Target = target,
                ConjugateGradientSteps = conjugateGradientSteps,
            });
            Assert.That(report, Is.EqualTo(new RowSolveReport(0, 0, -1)));
        }

        return target.ToArray();
    }
}
