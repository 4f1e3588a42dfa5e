using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines.Device;

/// <summary>Sweeps of iALS++ on devices, against the sweep in fp64.</summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.OnDevices))]
internal sealed class DeviceSweepTests<TEngine>
    where TEngine : ITestEngine
{
    private static readonly ConfidenceWeights Weights = new(0.7f, 0.1f, 0.3f);

    /// <summary>None; around rounds of eight and sixteen plays; more rows than a tile of the gradient has.</summary>
    private static readonly int[] RowLengths = [0, 1, 3, 7, 8, 9, 15, 16, 17, 33, 0, 65, 2, 100, 0];

    private DeviceEngine _engine = null!;

    [OneTimeSetUp]
    public void OpenEngine() => _engine = (DeviceEngine)TEngine.Create();

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    // One block of less than a tile; whole blocks; a last block of one factor, and of a few.
    [TestCase(3, 16)]
    [TestCase(17, 16)]
    [TestCase(64, 64)]
    [TestCase(100, 48)]
    [TestCase(200, 128)]
    [TestCase(300, 160)]
    public void SolveRows_EqualsTheSweepInFp64(int rank, int blockSize)
    {
        if (!TEngine.TakesManyRows && rank > 20) Assert.Ignore("a rank of this size takes minutes on this engine.");
        var lengths = TEngine.TakesManyRows ? [.. RowLengths, .. RowLengths, .. RowLengths] : RowLengths;
        var sweep = new Sweep(rank, blockSize, lengths, columns: 137, seed: 40);
        foreach (var weights in (ConfidenceWeights[])
            [Weights, ConfidenceWeights.Explicit, new(0, 0, 0), new(1, -0.5f, 0.5f)])
            sweep.AssertEqualsReference(sweep.Solve(_engine, weights), weights);
    }

    [Test]
    public void SolveRows_LongRows_EqualTheSweepInFp64()
    {
        if (!TEngine.TakesManyRows) Assert.Ignore("rows of this length take minutes on this engine.");
        var sweep = new Sweep(40, 16, [2_500, 40, 7_000, 0, 2_049, 1, 2_048], columns: 7_000, seed: 41);

        sweep.AssertEqualsReference(sweep.Solve(_engine, Weights), Weights);
    }

    [Test]
    public void SolveRows_Again_GivesTheSameBytes()
    {
        var sweep = new Sweep(TEngine.TakesManyRows ? 100 : 17, 16, RowLengths, columns: 137, seed: 42);
        var first = sweep.Solve(_engine, Weights);

        Assert.That(sweep.Solve(_engine, Weights), Is.EqualTo(first));
    }

    [Test]
    public void SolveRows_RowByItself_GivesTheSameBytesAsAmongOthers()
    {
        var rank = TEngine.TakesManyRows ? 60 : 17;
        var sweep = new Sweep(rank, 16, RowLengths, columns: 137, seed: 43);
        var together = sweep.Solve(_engine, Weights);

        foreach (var row in (int[])[0, 1, 6, 13])
            Assert.That(
                sweep.Only(row).Solve(_engine, Weights), Is.EqualTo(together[(row * rank)..((row + 1) * rank)]),
                $"row {row}");
    }

    [Test]
    public void SolveRows_Streamed_GivesTheSameBytes()
    {
        var rank = TEngine.TakesManyRows ? 60 : 17;
        var sweep = new Sweep(rank, 16, RowLengths, columns: 137, seed: 44);
        using var engine = (DeviceEngine)TEngine.Create(); // one that expects no more than these rows
        var memory = engine.Store.Memory;
        var usual = memory.Bound;
        _engine.Release();
        memory.Bound = memory.Used + TrainingMemory.Of(engine.Accelerator, sweep.Shape).Bytes;
        var steps = 0;
        engine.Pass.StepTaken = _ => steps++;
        try
        {
            var streamed = sweep.Solve(engine, Weights);
            Assert.That(steps, Is.Positive, "blocks of plays");
            memory.Bound = usual;
            Assert.That(streamed, Is.EqualTo(sweep.Solve(_engine, Weights)));
        }
        finally
        {
            memory.Bound = usual;
        }
    }

    [Test]
    public void SolveRows_SquaresThatOverflowFp32_AreSweptInFp64()
    {
        var sweep = new Sweep(17, 16, [1, 5, 0, 2], columns: 41, seed: 45) { FactorScale = 1e25f };

        var solved = sweep.Solve(_engine, Weights, new RowSolveReport(3, 0, -1));

        sweep.AssertEqualsReference(solved, Weights);
    }

    [Test]
    public void SolveRows_Stopped_ThrowsAndLeavesTheEngineUsable()
    {
        using var stop = new CancellationTokenSource();
        var sweep = new Sweep(17, 16, RowLengths, columns: 137, seed: 46);
        var expected = sweep.Solve(_engine, Weights);
        stop.Cancel();

        Assert.Throws<OperationCanceledException>(
            () => new Sweep(17, 16, RowLengths, columns: 137, seed: 46) { Cancellation = stop.Token }
                .Solve(_engine, Weights));
        Assert.That(sweep.Solve(_engine, Weights), Is.EqualTo(expected));
    }
}
