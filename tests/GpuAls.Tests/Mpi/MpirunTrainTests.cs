using System.Diagnostics;
using System.Globalization;
using GpuAls.App;
using GpuAls.Tests.Connectors.S3;
using GpuAls.Tests.Engines;

namespace GpuAls.Tests.Mpi;

/// <summary>
/// <c>mpirun -n N gpuals train</c>: the model of one process, in files or on S3, also after a kill; and
/// <c>evaluate</c>: the metrics of one process.
/// </summary>
public sealed class MpirunTrainTests : MpirunFixture
{
    private static readonly string[] Train =
        ["train", "plays.csv", "--weight-column", "plays", "--rank", "8", "--iterations", "3", "--loss"];

    private static string[] Tool => MpirunFolder.Tool;

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
            Assert.That(Folder.Files($"{launcher}-{size}"), Is.EqualTo(Folder.Files(model)), $"{size} processes");
        }

        Task<MpiRun> Run(string launcher, int size, string output) =>
            Folder.RunAsync(launcher, ["-n", $"{size}", .. Tool, .. Train, "--output", output]);
    }

    [Test]
    public async Task Evaluate_ThreeProcesses_WritesTheMetricsOfOne([ValueSource(nameof(Launchers))] string launcher)
    {
        string[] evaluate =
            [.. Tool, "evaluate", .. Train[1..^1], "--bootstrap", "100", "--report", $"{launcher}.html", "--output"];
        var one = await Folder.RunAsync(launcher, ["-n", "1", .. evaluate, $"{launcher}-1.csv"]);

        var three = await Folder.RunAsync(launcher, ["-n", "3", .. evaluate, $"{launcher}-3.csv", "--overwrite"]);

        Assert.That((one.ExitCode, three.ExitCode), Is.EqualTo((0, 0)), one.Error + three.Error);
        Assert.That(
            await File.ReadAllTextAsync(Folder.At($"{launcher}-3.csv")),
            Is.EqualTo(await File.ReadAllTextAsync(Folder.At($"{launcher}-1.csv"))));
        Assert.That(three.Output.Split("items by Jaccard"), Has.Length.EqualTo(2), "one speaks");
    }

    /// <summary>The lists of all processes, one after the other, are those of one process.</summary>
    [Test]
    public async Task Train_ListsInAFolder_HaveTheRowsOfTheFile([ValueSource(nameof(Launchers))] string launcher)
    {
        string[] train = [.. Tool, .. Train, "--output"];
        var one = await Folder.RunAsync(
            launcher, ["-n", "1", .. train, $"{launcher}-file", "--recommendations", $"{launcher}.csv"]);

        var three = await Folder.RunAsync(
            launcher, ["-n", "3", .. train, $"{launcher}-folder", "--recommendations", $"{launcher}-{{date}}.csv/"]);

        Assert.That((one.ExitCode, three.ExitCode), Is.EqualTo((0, 0)), one.Error + three.Error);
        var folder = Path.GetDirectoryName(Directory.GetFiles(Folder.Root, "part-00002.csv", new EnumerationOptions
        {
            RecurseSubdirectories = true,
        }).Single(file => file.Contains(launcher)))!;
        Assert.That(File.Exists(Path.Combine(folder, "_SUCCESS")));
        Assert.That(
            Directory.GetFiles(folder, "part-*").Order().SelectMany(part => File.ReadLines(part).Skip(1)),
            Is.EqualTo(File.ReadLines(Folder.At($"{launcher}.csv")).Skip(1)));
    }

    /// <summary>From S3 to S3; with lists that each process uploads itself.</summary>
    [Test]
    public async Task Train_OnS3_WritesTheModelOfOneProcess()
    {
        await using var s3 = await S3Double.StartAsync();
        var rows = await File.ReadAllLinesAsync(Folder.At("plays.csv"));
        s3.Store.Put("music", "plays/a.csv", string.Join('\n', rows[..1_500]));
        s3.Store.Put("music", "plays/b.csv", string.Join('\n', [rows[0], .. rows[1_500..]]));
        (string, string?)[] variables = [.. s3.Environment.Select(pair => (pair.Name, (string?)pair.Value))];
        string[] train =
            [.. Tool, "train", "s3://music/plays/", .. Train[2..], "--recommendations", "s3://music/lists.csv/"];
        var one = await Folder.RunAsync(
            MpiRun.OpenMpi, ["-n", "1", .. Tool, .. Train, "--output", "local", "--recommendations", "local.csv"]);

        var three = await Folder.RunAsync(
            MpiRun.OpenMpi, ["-n", "3", .. train, "--output", "s3://music/model"], variables);

        Assert.That((one.ExitCode, three.ExitCode), Is.EqualTo((0, 0)), one.Error + three.Error);
        foreach (var (file, bytes) in Folder.Files("local"))
            Assert.That(Convert.ToHexString(s3.Store.Bytes("music", $"model/{file}")), Is.EqualTo(bytes), file);
        var parts = s3.Store.Keys("music", "lists.csv/part-");
        Assert.That(parts, Has.Count.EqualTo(3));
        Assert.That(
            parts.SelectMany(part => s3.Store.Text("music", part).TrimEnd('\n').Split('\n').Skip(1)),
            Is.EqualTo(File.ReadLines(Folder.At("local.csv")).Skip(1)));
        Assert.That(s3.Store.Keys("music"), Does.Contain("model/_SUCCESS").And.Contain("lists.csv/_SUCCESS"));
        Assert.That(s3.Store.OpenUploads, Is.Empty);
    }

    /// <summary>A process is killed in the middle; another number of processes goes on.</summary>
    [Test]
    public async Task Train_AProcessIsKilled_GoesOnWithOtherProcesses(
        [ValueSource(nameof(Launchers))] string launcher)
    {
        var (saved, process) = ($"{launcher}-saved", Folder.At($"{launcher}-process"));
        string[] train = [.. Tool, .. Train.Select(word => word == "3" ? "300" : word), "--output"];
        string[] resumable =
        [
            .. train, $"{launcher}-killed", "--recommendations", $"{launcher}-killed.csv", "--checkpoint", saved,
            "--checkpoint-every", "9", "--resume",
        ];
        var running = Folder.RunAsync(
            launcher,
            [
                "-n", "2", "-wdir", Folder.Root, .. resumable,
                ":", "-n", "1", "-wdir", Folder.Root, "sh", "-c", $"echo $$ > {process}; exec \"$@\"", "sh",
                .. resumable,
            ]);
        while (!running.IsCompleted && !HasCheckpoint()) await Task.Delay(5);
        Assert.That(HasCheckpoint(), running.IsCompleted ? (await running).Error : "");
        using (var kill = Process.Start("kill", ["-9", (await File.ReadAllTextAsync(process)).Trim()]))
            await kill.WaitForExitAsync();
        var killed = await running;

        Assert.That(killed.ExitCode, Is.Not.Zero, "it ended before it was killed");
        Assert.That(Folder.Entries(), Has.No.Member($"{launcher}-killed"));
        var resumed = await Folder.RunAsync(launcher, ["-n", "2", .. resumable]);
        Assert.That(resumed.ExitCode, Is.Zero, resumed.Error);
        Assert.That(resumed.Output + resumed.Error, Does.Match("continuing after iteration [1-9]"));
        var whole = await Folder.RunAsync(
            launcher,
            ["-n", "1", .. train, $"{launcher}-whole", "--recommendations", $"{launcher}-whole.csv"]);
        Assert.That(whole.ExitCode, Is.Zero, whole.Error);
        var loss = await Loss($"{launcher}-whole");
        Assert.That(await Loss($"{launcher}-killed"), Is.EqualTo(loss).Within(1e-5 * loss));
        Assert.That(Scores("killed"), Is.EqualTo(Scores("whole")).Within(1e-5).And.Not.Empty);

        bool HasCheckpoint() => Directory.Exists(Folder.At(saved))
            && Directory.EnumerateFiles(Folder.At(saved), "checkpoint-*.gpuals").Any();

        double[] Scores(string lists) =>
        [
            .. File.ReadLines(Folder.At($"{launcher}-{lists}.csv")).Skip(1)
                .Select(row => double.Parse(row.Split(',')[^1], CultureInfo.InvariantCulture)),
        ];

        async Task<double> Loss(string model) =>
            (await ModelReader.ReadManifestAsync(Folder.At(model), default)).Iterations[^1].Loss!.Value;
    }

    /// <summary>
    /// Each process of a machine takes a GPU of its own. The emulator's device memory is that of the host, so any MPI
    /// library can send from it.
    /// </summary>
    [Test]
    [Category("Cuda")]
    public async Task Train_OnCuda_TakesAGpuByLocalRank()
    {
        if (TestEngines.WhyAbsent<Cuda>() is { } reason) Assert.Ignore(reason);
        await File.WriteAllLinesAsync(
            Folder.At("few.csv"), ["user,item", .. Enumerable.Range(0, 90).Select(i => $"{i % 13},{i * i % 11}")]);
        string[] command =
            [.. Tool, "train", "few.csv", "--device", "cuda", "--rank", "3", "--iterations", "2", "--output"];
        (string, string?) devices = ("CUDASIM_DEVICES", "2");

        var one = await Folder.RunAsync(MpiRun.OpenMpi, ["-n", "1", .. command, "gpu-1"], devices);
        var two = await Folder.RunAsync(MpiRun.OpenMpi, ["-n", "2", .. command, "gpu-2"], devices);
        var direct = await Folder.RunAsync(
            MpiRun.OpenMpi, ["-n", "2", .. command, "gpu-direct"], devices, ("GPUALS_MPI_CUDA", "on"));

        Assert.That((one.ExitCode, two.ExitCode), Is.EqualTo((0, 0)), two.Error);
        Assert.That(two.Output + two.Error, Does.Contain(", computing on cuda:0, cuda:1"));
        Assert.That(Folder.Files("gpu-2"), Is.EqualTo(Folder.Files("gpu-1")));
        Assert.That(direct.ExitCode, Is.Zero, direct.Error);
        Assert.That(direct.Output + direct.Error, Does.Contain(" (CUDA-aware), computing on cuda:0, cuda:1"));
        Assert.That(Folder.Files("gpu-direct"), Is.EqualTo(Folder.Files("gpu-1")));
    }

    /// <summary>
    /// The factors, 300 + 150 rows of 16 padded values, take 28.8 kB; what is left beside 24.3 kB to work in is less.
    /// </summary>
    [Test]
    [Category("Cuda")]
    public async Task Train_FactorsThatNoGpuHolds_WritesTheFilesOfOneThatDoes()
    {
        if (TestEngines.WhyAbsent<Cuda>() is { } reason) Assert.Ignore(reason);
        await SampleJob.RunAsync(new SampleJobOptions
        {
            Sample = new SampleOptions { Users = 300, Items = 150, Plays = 1_500 },
            Output = Folder.At("sample.csv"),
        });
        string[] command =
        [
            .. Tool, "train", "sample.csv", "--device", "cuda", "--rank", "9", "--iterations", "2",
            "--acceleration", "none", "--output",
        ];
        (string, string?) devices = ("CUDASIM_DEVICES", "2");

        var held = await Folder.RunAsync(MpiRun.OpenMpi, ["-n", "1", .. command, "held"], devices);
        var spilled = await Folder.RunAsync(
            MpiRun.OpenMpi, ["-n", "2", .. command, "spilled", "--device-memory", "44kB"], devices);

        Assert.That((held.ExitCode, spilled.ExitCode), Is.EqualTo((0, 0)), spilled.Error);
        Assert.That(spilled.Output + spilled.Error, Does.Contain("at most 44 kB of its memory"));
        Assert.That(Folder.Files("spilled"), Is.EqualTo(Folder.Files("held")));
    }
}
