using System.Text.Json.Nodes;
using GpuAls.Bench.OnGpu;
using GpuAls.Bench.OnGpu.Workloads;
using GpuAls.Bench.Shapes;
using GpuAls.Kernels;
using GpuAls.Tests.Engines;

namespace GpuAls.Tests.Bench;

/// <summary>bench on-gpu where there is no GPU.</summary>
[NonParallelizable]
public sealed class OnGpuTests
{
    private TempFolder _folder = null!;

    private string Output => _folder.At("results.json");

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    [Category("Cuda")]
    public void Quick_OnCuda_PassesAndTimesEveryKernel()
    {
        if (TestEngines.WhyAbsent<Cuda>() is { } reason) Assert.Ignore(reason);

        var (exitCode, printed, progress) = Run(OnGpuPlan.Quick, "cuda");

        Assert.That(exitCode, Is.Zero, printed + progress);
        var report = Report();
        Assert.That((string?)report["device"]!["id"], Is.EqualTo("cuda:0"));
        Assert.That((bool)report["quick"]!, Is.True);
        Assert.That(report["kernels_not_timed"]!.AsArray(), Is.Empty);
        Assert.That(
            Times(report).Select(time => (string?)time["name"]).Distinct(),
            Is.EquivalentTo(KernelCatalog.All.Select(kernel => kernel.Name)));
        Assert.That(Times(report).Select(time => (double)time["milliseconds"]!["minimum"]!), Is.All.Positive);
        Assert.That(report["trainings"]!.AsArray(), Has.Count.EqualTo(2));
        Assert.That(printed, Does.EndWith("All passed.\n"));
    }

    [Test]
    public void Run_SomethingFails_TheRestGoesOnAndTheExitCodeIs1()
    {
        var (exitCode, printed, _) = Run(
            Plan(new Wrong(), new Thrower(), new SquaredNormWorkload(Rank: 3, Rows: 20)), "emulated");

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "results.json" }));
        var checks = Report()["checks"]!.AsArray();
        Assert.That(checks.Select(check => (bool)check!["passed"]!), Is.EqualTo(new[] { false, false, true }));
        Assert.That((double)checks[0]!["largest_error"]!, Is.EqualTo(1));
        Assert.That((string?)checks[1]!["failure"], Is.EqualTo("no luck"));
        Assert.That(Times(Report()).Single()["name"]!.ToString(), Is.EqualTo(KernelCatalog.SquaredNorm.Name));
        Assert.That(printed, Does.EndWith("NOT all passed.\n"));
    }

    [Test]
    public void Run_NoSuchDevice_WritesNothing()
    {
        var (exitCode, _, progress) = Run(Plan(), "cuda:99");

        Assert.That(exitCode, Is.EqualTo(4));
        Assert.That(progress, Does.StartWith("error: --device cuda"));
        Assert.That(_folder.Entries(), Is.Empty);
    }

    [Test]
    public void Run_OutputExists_IsRefusedBeforeAnythingIsComputed()
    {
        File.WriteAllText(Output, "mine");

        var (exitCode, _, progress) = Run(Plan(new Thrower()), "emulated");

        Assert.That(exitCode, Is.EqualTo(5));
        Assert.That(progress, Does.Contain("--overwrite").And.Not.Contain("no luck"));
        Assert.That(File.ReadAllText(Output), Is.EqualTo("mine"));
    }

    [TestCase("")]
    [TestCase("missing/results.json")]
    public void Run_OutputCannotBeWritten_IsRefusedBeforeAnythingIsComputed(string name)
    {
        using var progress = new StringWriter();

        var exitCode = OnGpuCommand.Run(
            Plan(new Thrower()), "emulated", Path.Combine(_folder.Root, name), overwrite: true, TextWriter.Null,
            progress);

        Assert.That(exitCode, Is.EqualTo(5));
        Assert.That(progress.ToString(), Does.StartWith("error: ").And.Not.Contain("no luck"));
    }

    [Test]
    public void Run_Processor_IsWrongUsage() => Assert.That(Run(Plan(), "cpu").ExitCode, Is.EqualTo(2));

    [Test]
    public void SampleMatrix_HasTheShapeAndFallingCounts()
    {
        var plays = SampleMatrix.Create(new Shape("test", 50, 30, 400, new Dictionary<int, double>()));

        Assert.That(
            (plays.ByUser.RowCount, plays.ByItem.RowCount, plays.ByUser.EntryCount), Is.EqualTo((50, 30, 400L)));
        Assert.That(Enumerable.Range(0, 50).Select(plays.ByUser.RowLength), Is.Ordered.Descending);
        Assert.That(Enumerable.Range(0, 30).Select(plays.ByItem.RowLength), Is.Ordered.Descending);
    }

    [Test]
    public void FullPlan_HasTheRanksAndShapesThatWereAskedFor()
    {
        int[] ranks = [1, 16, 32, 64, 100, 127, 128, 129, 176, 200, 256, 512];

        Assert.That(OnGpuPlan.Full.Checks.OfType<RowSolveWorkload>().Select(check => check.Rank), Is.SupersetOf(ranks));
        Assert.That(
            OnGpuPlan.Full.Timings.OfType<RowSolveWorkload>().Select(timing => timing.Rank), Is.SupersetOf(ranks[1..]));
        Assert.That(
            OnGpuPlan.Full.Trainings.Select(training => training.Shape).Distinct().Select(
                shape => (shape.Users, shape.Items, shape.Plays)),
            Is.EqualTo(new[] { (358_868, 292_385, 17_500_000L), (138_493, 26_744, 20_000_000L) }));
    }

    [Test]
    public void Only_KeepsWhatHasOneOfTheTextsInItsName()
    {
        var plan = OnGpuPlan.Full.Only(["timing: row solve, Cholesky, rank 64, one row", "TRAINING: ml-20m, rank 256"]);

        Assert.That(plan.Checks, Is.Empty);
        Assert.That(
            plan.Timings.Select(timing => timing.Name),
            Is.EqualTo(new[] { "row solve, Cholesky, rank 64, one row of 500,000 plays; 500,000 columns" }));
        Assert.That(plan.Trainings.Select(training => training.Name), Is.EqualTo(new[] { "ML-20M, rank 256" }));
    }

    [Test]
    public void RowSolve_ExpectedResult_IsThatOfFp64()
    {
        using var host = EngineFactory.Create(new DeviceRequest(DeviceKind.Cpu), out _);
        var workload = new RowSolveWorkload(Rank: 5, "rows", [40, 0, 7], Columns: 60);

        using var loaded = workload.Load(host);
        var (inFp32, expected) = (loaded.Compute(), workload.Expected(host));

        Assert.That(workload.Error(inFp32, expected), Is.LessThan(1e-5));
        Assert.That(inFp32, Is.Not.EqualTo(expected));
        Assert.That(expected[5..10], Is.All.Zero);
    }

    [Test]
    public void Relative_NoNumber_IsInfinite() =>
        Assert.That(Errors.Relative([1, double.NaN, 1], [1, 2, 1]), Is.EqualTo(double.PositiveInfinity));

    [Test]
    public void Script_RefusesAFolderAboveTheLimit()
    {
        var script = File.ReadAllText(Path.Combine(SharedData.ProjectRoot, "bench", "on-gpu.sh"));

        Assert.That(script, Does.Contain("limit_bytes=60000000").And.Contains("\"$bytes\" -ge \"$limit_bytes\""));
    }

    private (int ExitCode, string Printed, string Progress) Run(OnGpuPlan plan, string device)
    {
        using var printed = new StringWriter();
        using var progress = new StringWriter();
        var exitCode = OnGpuCommand.Run(plan, device, Output, overwrite: false, printed, progress);
        return (exitCode, printed.ToString(), progress.ToString());
    }

    private JsonNode Report() => JsonNode.Parse(File.ReadAllText(Output))!;

    private static IEnumerable<JsonNode> Times(JsonNode report) =>
        report["timings"]!.AsArray().SelectMany(timing => timing!["kernels"]!.AsArray()).Select(kernel => kernel!);

    private static OnGpuPlan Plan(params Workload[] checks) => new()
    {
        Checks = checks,
        Timings = [.. checks.OfType<TimedWorkload>()],
        Repetitions = 2,
        Trainings = [],
        Iterations = 1,
    };

    private sealed record Thrower() : Workload("thrower", 1)
    {
        public override string Shape => "none";

        public override double Tolerance => 0;

        public override LoadedWorkload Load(IAlsEngine engine) => throw new InvalidOperationException("no luck");
    }

    /// <summary>Gives 1 on the host and 2 elsewhere.</summary>
    private sealed record Wrong() : Workload("wrong", 1)
    {
        public override string Shape => "none";

        public override double Tolerance => 0.5;

        public override LoadedWorkload Load(IAlsEngine engine)
        {
            var result = engine.Description.Id == "cpu" ? 1.0 : 2.0;
            return new LoadedWorkload(() => { }, () => [result]);
        }
    }
}
