namespace GpuAls.Tests.Engines;

/// <summary>The work of a row, by which processes share them out, is in proportion to the time that it takes.</summary>
public sealed class TrainingPlanTests
{
    private const double WorkOfANanosecond = 90;

    /// <summary>Nanoseconds of rows of one length, as measured on one core of an AMD EPYC (Zen 5).</summary>
    [TestCase(64, 8, 397)]
    [TestCase(64, 32, 1_822)]
    [TestCase(64, 48, 3_110)]
    [TestCase(64, 113, 5_542)]
    [TestCase(64, 400, 12_346)]
    [TestCase(64, 2_560, 72_401)]
    [TestCase(128, 1, 653)]
    [TestCase(128, 32, 2_792)]
    [TestCase(128, 64, 6_479)]
    [TestCase(128, 112, 22_987)]
    [TestCase(128, 113, 20_796)]
    [TestCase(128, 2_560, 276_747)]
    [TestCase(256, 16, 3_835)]
    [TestCase(256, 128, 76_706)]
    [TestCase(256, 200, 119_614)]
    [TestCase(256, 2_560, 978_336)]
    public void WorkOf_ExactOnTheCpu_IsInProportionToTheTime(int rank, int plays, double nanoseconds)
    {
        using var engine = new HostEngine(1);

        var plan = Exact(rank).On(engine.Capabilities, SingleProcess.Instance);

        Assert.That(plan.WorkOf(plays) / nanoseconds, Is.EqualTo(WorkOfANanosecond).Within(35).Percent);
    }

    /// <summary>The line measured on an H200 at each rank; its speed differs by rank.</summary>
    [TestCase(64, 16.1, 0.271)]
    [TestCase(128, 160.6, 1.091)]
    [TestCase(256, 511, 3.47)]
    public void WorkOf_ExactOnAGpu_IsInProportionToTheTime(int rank, double ofRow, double ofPlay)
    {
        var plan = Exact(rank).On(new EngineCapabilities { Device = DeviceKind.Cuda }, SingleProcess.Instance);

        double[] speeds =
            [.. new[] { 1, 10, 40, 100, 400, 3_000 }.Select(plays => plan.WorkOf(plays) / (ofRow + (ofPlay * plays)))];

        Assert.That(speeds.Max() / speeds.Min(), Is.LessThan(1.5));
    }

    /// <summary>As measured on the CPU; the factors of 2,560 plays do not fit its L2 cache at rank 128.</summary>
    [TestCase(64, 640, 12_061)]
    [TestCase(64, 2_560, 50_450)]
    [TestCase(128, 640, 22_901)]
    [TestCase(128, 2_560, 170_465)]
    [TestCase(256, 640, 61_577)]
    [TestCase(256, 2_560, 386_490)]
    public void WorkOf_ConjugateGradients_IsInProportionToTheTime(int rank, int plays, double nanoseconds) =>
        Assert.That(
            new TrainingPlan(rank, 3, SumPrecision.Fp32).WorkOf(plays) / nanoseconds,
            Is.EqualTo(28).Within(15).Percent);

    /// <summary>Rows of 8 and of 640 plays, as measured on the CPU at rank 128.</summary>
    [TestCase(16, 2_321, 62_618)]
    [TestCase(32, 2_637, 48_876)]
    [TestCase(64, 3_931, 49_582)]
    [TestCase(128, 9_503, 76_653)]
    public void WorkOf_Sweep_IsInProportionToTheTime(int blockSize, double shortRow, double longRow)
    {
        var plan = new TrainingPlan(128, 0, SumPrecision.Fp32) { BlockSize = blockSize };

        Assert.That(plan.WorkOf(640) / plan.WorkOf(8), Is.EqualTo(longRow / shortRow).Within(20).Percent);
    }

    [Test]
    public void On_AnEngineOfOneProcessHasNoDualForm_SharesOutAsIfNoneHad()
    {
        var plans = new Processes.ThreadGroup(3).Run(group =>
        {
            using var host = new HostEngine(1);
            var can = group.Rank == 1 ? new EngineCapabilities { Device = DeviceKind.Cuda } : host.Capabilities;
            return Exact(64).On(can, group);
        });

        Assert.That(plans.Select(plan => plan.LongestDualRow), Is.All.Zero);
        using var engine = new HostEngine(1);
        Assert.That(Exact(64).On(engine.Capabilities, SingleProcess.Instance).LongestDualRow, Is.EqualTo(42));
    }

    private static TrainingPlan Exact(int rank) => new(rank, 0, SumPrecision.Fp32);
}
