using GpuAls.App;
using GpuAls.Tests.Cli;
using GpuAls.Tests.Engines;

namespace GpuAls.Tests.Mpi;

/// <summary>
/// <c>mpirun -n N gpuals train</c>: the model of one process, and failures that say which process failed; and
/// <c>evaluate</c>: the metrics of one process.
/// </summary>
[NonParallelizable]
public sealed class MpirunTrainTests
{
    private static readonly string[] Train =
        ["train", "plays.csv", "--weight-column", "plays", "--rank", "8", "--iterations", "3", "--loss"];

    private readonly TempFolder _folder = new();

    private static string[] Launchers => [MpiRun.OpenMpi, MpiRun.Mpich];

    private static string[] Tool => ["dotnet", Path.Combine(ToolProcess.Folder, "GpuAls.Cli.dll")];

    [OneTimeSetUp]
    public async Task WritePlays() => await SampleJob.RunAsync(new SampleJobOptions
    {
        Sample = new SampleOptions { Users = 300, Items = 90, Plays = 4_000 },
        Output = _folder.At("plays.csv"),
    });

    [OneTimeTearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task Train_TwoToFourProcesses_WriteTheModelOfOne([ValueSource(nameof(Launchers))] string launcher)
    {
        var model = $"{launcher}-1";
        Assert.That((await Run(launcher, 1, model)).ExitCode, Is.Zero);

        foreach (var size in (int[])[2, 3, 4])
        {
            var run = await Run(launcher, size, $"{launcher}-{size}");

            Assert.That(run.ExitCode, Is.Zero, run.Output + run.Error);
            Assert.That(run.Error + run.Output, Does.Contain($"{size} processes on 1 machine, connected by "));
            Assert.That((run.Output + run.Error).Split("wrote the model to"), Has.Length.EqualTo(2), "one speaks");
            Assert.That(Files($"{launcher}-{size}"), Is.EqualTo(Files(model)), $"{size} processes");
        }

        Task<MpiRun> Run(string launcher, int size, string output) =>
            RunAsync(launcher, ["-n", $"{size}", .. Tool, .. Train, "--output", output]);
    }

    [Test]
    public async Task Evaluate_ThreeProcesses_WritesTheMetricsOfOne([ValueSource(nameof(Launchers))] string launcher)
    {
        string[] evaluate =
            [.. Tool, "evaluate", .. Train[1..^1], "--bootstrap", "100", "--report", $"{launcher}.html", "--output"];
        var one = await RunAsync(launcher, ["-n", "1", .. evaluate, $"{launcher}-1.csv"]);

        var three = await RunAsync(launcher, ["-n", "3", .. evaluate, $"{launcher}-3.csv", "--overwrite"]);

        Assert.That((one.ExitCode, three.ExitCode), Is.EqualTo((0, 0)), one.Error + three.Error);
        Assert.That(
            await File.ReadAllTextAsync(_folder.At($"{launcher}-3.csv")),
            Is.EqualTo(await File.ReadAllTextAsync(_folder.At($"{launcher}-1.csv"))));
        Assert.That(three.Output.Split("items by Jaccard"), Has.Length.EqualTo(2), "one speaks");
    }

    [Test]
    public async Task Train_OfOtherOptions_IsRefusedWithWhatDiffers([ValueSource(nameof(Launchers))] string launcher)
    {
        var run = await RunAsync(
            launcher,
            [
                "-n", "1", .. Tool, .. Train, "--output", "x",
                ":", "-n", "2", .. Tool, .. Train, "--alpha", "3", "--output", "x",
            ]);

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(
            run.Output + run.Error, Does.Match("error: process 1 on .+ has --alpha 3, and process 0 on .+ has "));
        Assert.That(_folder.Entries(), Has.No.Member("x"));
    }

    [TestCase("train missing.csv --output x", 3, "error: 'missing.csv' does not exist")]
    [TestCase("train plays.csv --ouput x", 2, "error: unknown option '--ouput'. Did you mean --output?")]
    [TestCase("serve x", 2, "error: gpuals serve runs in one process")]
    public async Task Run_FailsInAllProcesses_SaysItOnce(string arguments, int exitCode, string error)
    {
        foreach (var launcher in Launchers)
        {
            var run = await RunAsync(launcher, ["-n", "3", .. Tool, .. arguments.Split(' ')]);

            Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Error);
            Assert.That((run.Output + run.Error).Split("error: "), Has.Length.EqualTo(2), run.Error);
            Assert.That(run.Output + run.Error, Does.Contain(error));
        }
    }

    /// <summary>The plays are missing on the machine of one process only: it alone can tell.</summary>
    [Test]
    public async Task Train_FailsInOneProcess_NamesItAndEndsTheOthers([ValueSource(nameof(Launchers))] string launcher)
    {
        Directory.CreateDirectory(_folder.At("elsewhere"));
        string[] command = [.. Tool, .. Train, "--output", "alone"];

        var run = await RunAsync(
            launcher,
            [
                "-n", "1", "-wdir", _folder.Root, .. command,
                ":", "-n", "1", "-wdir", _folder.At("elsewhere"), .. command,
            ]);

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(
            run.Output + run.Error, Does.Match("error: process 1 of 2 on [^:]+: 'plays.csv' does not exist; expected"));
        Assert.That(run.Time, Is.LessThan(TimeSpan.FromSeconds(30)));
        Assert.That(_folder.Entries(), Has.No.Member("alone"));
    }

    /// <summary>Each process of a machine takes a GPU of its own.</summary>
    [Test]
    [Category("Cuda")]
    public async Task Train_OnCuda_TakesAGpuByLocalRank()
    {
        if (TestEngines.WhyAbsent<Cuda>() is { } reason) Assert.Ignore(reason);
        await File.WriteAllLinesAsync(
            _folder.At("few.csv"), ["user,item", .. Enumerable.Range(0, 90).Select(i => $"{i % 13},{i * i % 11}")]);
        string[] command =
            [.. Tool, "train", "few.csv", "--device", "cuda", "--rank", "3", "--iterations", "2", "--output"];
        (string, string?) devices = ("CUDASIM_DEVICES", "2");

        var one = await MpiRun.Run(MpiRun.OpenMpi, ["-wdir", _folder.Root, "-n", "1", .. command, "gpu-1"], devices);
        var two = await MpiRun.Run(MpiRun.OpenMpi, ["-wdir", _folder.Root, "-n", "2", .. command, "gpu-2"], devices);

        Assert.That((one.ExitCode, two.ExitCode), Is.EqualTo((0, 0)), two.Error);
        Assert.That(two.Output + two.Error, Does.Contain(", computing on cuda:0, cuda:1"));
        Assert.That(Files("gpu-2"), Is.EqualTo(Files("gpu-1")));
    }

    private Task<MpiRun> RunAsync(string launcher, string[] arguments) =>
        MpiRun.Run(launcher, arguments.Contains("-wdir") ? arguments : ["-wdir", _folder.Root, .. arguments]);

    /// <summary>The bytes of all files of a model but its manifest, which has times.</summary>
    private Dictionary<string, string> Files(string model) => Directory.EnumerateFiles(_folder.At(model))
        .Where(file => Path.GetFileName(file) != ModelFiles.Manifest)
        .ToDictionary(file => Path.GetFileName(file), file => Convert.ToHexString(File.ReadAllBytes(file)));
}
