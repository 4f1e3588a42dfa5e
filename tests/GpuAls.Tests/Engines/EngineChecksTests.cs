using GpuAls.Tests.Training;

namespace GpuAls.Tests.Engines;

/// <summary>What is asked of an engine against its capabilities: a refusal says what, why and what to do.</summary>
internal sealed class EngineChecksTests
{
    private static readonly EngineCapabilities OpenCl = new() { Device = DeviceKind.OpenCl };
    private static readonly TrainingPlan Tf32 = new(8, 0, SumPrecision.Tf32);

    public static IEnumerable<TestCaseData> Refused()
    {
        yield return Refusal(
            "tf32 on a CPU", OpenCl with { Device = DeviceKind.Cpu }, Tf32,
            "--precision tf32: dev:0 (name) is a CPU; it needs");
        yield return Refusal(
            "tf32 on OpenCL", OpenCl, Tf32,
            "is not a CUDA device; it needs an NVIDIA GPU of compute capability 8.0 or newer. Use --precision fp32.");
        yield return Refusal(
            "tf32 on Turing", OpenCl with { Device = DeviceKind.Cuda, ComputeCapability = new Version(7, 5) }, Tf32,
            "has compute capability 7.5;");
        yield return Refusal(
            "nonnegative", OpenCl, Tf32 with { Precision = SumPrecision.Fp32, IsNonnegative = true },
            "--nonnegative: dev:0 (name) solves rows without bounds only. Use --device cpu.");
        yield return Refusal(
            "solver", OpenCl with { MaximumRanks = Ranks(exact: 8) }, new TrainingPlan(8, 3, SumPrecision.Fp32),
            "--solver cg: dev:0 (name) does not have this solver. Use --device cpu.");
        yield return Refusal(
            "rank", OpenCl with { MaximumRanks = Ranks(exact: 128) }, new TrainingPlan(129, 0, SumPrecision.Fp32),
            "--rank 129: dev:0 (name) takes ranks up to 128 with --solver cholesky. Lower --rank to 128, or use "
            + "--device cpu.");
        yield return Refusal(
            "rank of one solver", OpenCl with { MaximumRanks = Ranks(exact: 128, sweeps: 256) },
            new TrainingPlan(129, 0, SumPrecision.Fp32),
            "takes ranks up to 128 with --solver cholesky. Use --solver ials++, lower --rank to 128, or use "
            + "--device cpu.");
        yield return Refusal(
            "rank of all solvers", OpenCl with { MaximumRanks = Ranks(exact: 128, sweeps: 256) },
            new TrainingPlan(257, 0, SumPrecision.Fp32) { BlockSize = 64 },
            "takes ranks up to 256 with --solver ials++. Lower --rank to 256, or use --device cpu.");
    }

    [TestCaseSource(nameof(Refused))]
    public void Plan_BeyondTheCapabilities_IsRefused(EngineCapabilities can, TrainingPlan plan, string message)
    {
        var failure = Assert.Throws<GpuAlsException>(() => EngineChecks.Plan(new FailingEngine(can), plan));

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Device));
        Assert.That(failure.Message, Does.Contain(message));
    }

    [Test]
    public void Plan_WithinTheCapabilities_IsTaken()
    {
        var engine = new FailingEngine(OpenCl with { Precisions = [SumPrecision.Fp32, SumPrecision.Tf32] });

        Assert.That(() => EngineChecks.Plan(engine, Tf32), Throws.Nothing);
    }

    [TestCase(100, 64, 256)]
    [TestCase(64 * 256, 64, 256)]
    [TestCase((64 * 256) + 1, 64, 257)]
    [TestCase(1_000_000, 64, 15_625)]
    [TestCase(1_000_000, 512, 15_625)]
    [TestCase(1_000_000, 1_024, 62_500)]
    [TestCase(1_000_000, 2_048, 250_000)]
    public void GramianBlocks_OnHost_LeaveSumsOf128MiB(int rows, int rank, int blockRows) =>
        Assert.That(GramianBlocks.OnHost.RowsOf(rows, rank), Is.EqualTo(blockRows));

    [TestCase(100, 64, 1 << 18)]
    [TestCase(1_000_000, 64, 1 << 18)]
    [TestCase(1_000_000, 256, 1 << 16)]
    [TestCase(1_000_000_000, 64, 1_953_125)]
    [TestCase(1_000_000_000, 256, 3_906_250)]
    [TestCase(int.MaxValue, 2_048, 1 << 29)]
    public void GramianBlocks_OnDevice_AreOf64MiBAtLeast(int rows, int rank, int blockRows) =>
        Assert.That(GramianBlocks.OnDevice.RowsOf(rows, rank), Is.EqualTo(blockRows));

    private static Dictionary<Solver, int> Ranks(int exact, int sweeps = 0) => sweeps == 0
        ? new() { [Solver.Cholesky] = exact }
        : new() { [Solver.Cholesky] = exact, [Solver.BlockCoordinates] = sweeps };

    private static TestCaseData Refusal(string name, EngineCapabilities can, TrainingPlan plan, string message) =>
        new TestCaseData(can, plan, message).SetArgDisplayNames(name);
}
