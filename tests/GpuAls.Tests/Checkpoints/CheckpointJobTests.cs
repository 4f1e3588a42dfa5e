using System.Text.Json.Nodes;
using GpuAls.App;
using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Checkpoints;

/// <summary><c>gpuals train --checkpoint</c>, stopped and resumed.</summary>
public sealed class CheckpointJobTests
{
    private TempFolder _folder = null!;
    private string _plays = null!;

    [OneTimeSetUp]
    public async Task MakePlays()
    {
        _folder = new TempFolder();
        _plays = _folder.At("plays.csv");
        await Tool.SucceedAsync("sample", "--output", _plays, "--users", "60", "--items", "50", "--plays", "900");
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("default", 3)]
    [TestCase("spark", 2, "--preset", "spark")]
    [TestCase("ials", 4, "--preset", "ials", "--loss")]
    [TestCase("cg", 3, "--solver", "cg", "--cg-steps", "2")]
    [TestCase("explicit", 3, "--feedback", "explicit")]
    [TestCase("nonnegative", 3, "--nonnegative")]
    [TestCase("validation", 5, "--validation-fraction", "0.2", "--metric", "ndcg@5", "--patience", "2")]
    [TestCase("loss", 2, "--metric", "loss", "--patience", "0")]
    [TestCase("tolerance", 3, "--tolerance", "0.01")]
    public async Task Train_StoppedAndResumed_WritesTheBytesOfARunThatWasNotStopped(
        string name, int stopAfter, params string[] options)
    {
        var (whole, resumed, checkpoints) = (_folder.At(name), _folder.At($"{name}-resumed"), _folder.At($"{name}-ck"));
        string[] training = [.. options, "--iterations", "8", "--rank", "6"];
        await SucceedAsync(whole, training);

        var stopped = await StopAsync(stopAfter, resumed, [.. training, "--checkpoint", checkpoints]);
        Assert.That(Directory.Exists(resumed), Is.False);
        var run = await SucceedAsync(resumed, [.. training, "--checkpoint", checkpoints, "--resume"]);

        Assert.That(stopped, Is.EqualTo(new CheckpointKept(stopAfter, 8, checkpoints)));
        Assert.That(run.Error, Does.Contain($"continuing after iteration {stopAfter} of 8, from '{checkpoints}'"));
        Assert.That(run.Error, Does.Not.Contain("iteration 1/8").And.Contain($"iteration {stopAfter + 1}/8"));
        Assert.That(run.Error, Does.Not.Contain("warning"));
        AssertSameFolders(resumed, whole);
        Assert.That(Directory.EnumerateFileSystemEntries(checkpoints), Is.Empty);
    }

    /// <summary>The model is trained, but not published: it is not trained again.</summary>
    [Test]
    public async Task Train_FailsAfterTheLastIteration_TrainsNothingWhenResumed()
    {
        var (output, checkpoints) = (_folder.At("late"), _folder.At("late-ck"));
        var kept = await StopAsync(4, output, ["--checkpoint", checkpoints, "--iterations", "4", "--rank", "3"]);

        var run = await SucceedAsync(
            output, "--checkpoint", checkpoints, "--iterations", "4", "--rank", "3", "--resume");

        Assert.That(kept!.Iteration, Is.EqualTo(4));
        Assert.That(run.Error, Does.Contain("continuing after iteration 4 of 4").And.Not.Contain("iteration 4/4"));
        await SucceedAsync(_folder.At("late-whole"), "--iterations", "4", "--rank", "3");
        AssertSameFolders(output, _folder.At("late-whole"));
    }

    [Test]
    public async Task Train_Completed_LeavesNoFolderThatItMade()
    {
        await SucceedAsync(
            _folder.At("completed"), "--checkpoint", _folder.At("deep", "ck"), "--checkpoint-every", "1", "--rank", "2",
            "--iterations", "3");

        Assert.That(Directory.Exists(_folder.At("deep")), Is.False);
    }

    [Test]
    public async Task Resume_NothingThere_StartsAndSaysSo()
    {
        var run = await SucceedAsync(
            _folder.At("fresh"), "--checkpoint", _folder.At("fresh-ck"), "--rank", "2", "--iterations", "1",
            "--resume");

        Assert.That(
            run.Error,
            Does.Contain($"there is no checkpoint in '{_folder.At("fresh-ck")}'; the training starts from"));
    }

    [Test]
    public async Task Resume_OtherOptions_SaysWhichAndLeavesTheCheckpoint()
    {
        var checkpoints = await KeptAsync("options", "--rank", "4", "--iterations", "5");

        var run = await RunAsync(
            _folder.At("options"), "--checkpoint", checkpoints, "--resume", "--rank", "5", "--iterations", "4",
            "--alpha", "3", "--metric", "loss");

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(
            run.Error,
            Does.Contain($"'{checkpoints}' holds a checkpoint of other options: ")
                .And.Contain("--rank was 4 and is now 5").And.Contain("--iterations was 5 and is now 4")
                .And.Contain("--alpha was 1 and is now 3").And.Contain("--metric was not given and is now loss")
                .And.Not.Contain("--seed").And.Not.Contain("--patience was 3"));
        Assert.That(Directory.GetFiles(checkpoints), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Resume_MoreIterations_IsAllowed()
    {
        var checkpoints = await KeptAsync("more", "--rank", "4", "--iterations", "5");

        await SucceedAsync(
            _folder.At("more"), "--checkpoint", checkpoints, "--resume", "--rank", "4", "--iterations", "6");
        await SucceedAsync(_folder.At("more-whole"), "--rank", "4", "--iterations", "6");

        AssertSameFolders(_folder.At("more"), _folder.At("more-whole"));
    }

    /// <summary>A training that began before midnight is a version of that day, also when it goes on later.</summary>
    [Test]
    public async Task Resume_AnotherDay_KeepsTheNameOfTheVersion()
    {
        var checkpoints = await KeptAsync("days", "--rank", "4", "--iterations", "5");
        var folder = await CheckpointFolder.OpenAsync(StoreFolder.Open(checkpoints), default);
        var (job, state) = (await folder.ReadNewestAsync((_, _) => { }, default))!.Value;
        var before = new DateTime(2026, 1, 2, 23, 59, 58, DateTimeKind.Utc);
        Assert.That(DateTime.UtcNow - job.StartedAt!.Value, Is.LessThan(TimeSpan.FromMinutes(10)));
        await folder.WriteAsync(job with { StartedAt = before }, state, default);

        await SucceedAsync(
            _folder.At("versions", "{date}-{time}"), "--recommendations", _folder.At("versions", "{date}.csv"),
            "--checkpoint", checkpoints, "--resume", "--rank", "4", "--iterations", "5");

        Assert.That(File.ReadAllText(_folder.At("versions", "latest")), Is.EqualTo("2026-01-02-235958\n"));
        Assert.That(_folder.At("versions", "2026-01-02.csv"), Does.Exist);
    }

    [TestCase("weight", "as many plays, but other ones")]
    [TestCase("user", "the users are others")]
    [TestCase("row", "plays: 900 then, 901 now")]
    public async Task Resume_OtherPlays_SaysWhatDiffers(string change, string expected)
    {
        var checkpoints = await KeptAsync($"plays-{change}", "--rank", "4");
        var lines = File.ReadAllLines(_plays);
        var fields = lines[1].Split(',');
        var pairs = lines.Skip(1).Select(line => line[..line.LastIndexOf(',')]).ToHashSet();
        var users = lines.Skip(1).Select(line => line.Split(',')[0]).Distinct().ToArray();
        var items = lines.Skip(1).Select(line => line.Split(',')[1]).Distinct().ToArray();
        lines = change switch
        {
            "weight" => [lines[0], $"{fields[0]},{fields[1]},77", .. lines[2..]],
            "user" => [.. lines.Select(line => line.StartsWith($"{fields[0]},", StringComparison.Ordinal)
                ? line.Insert(0, "\u0001") : line)],
            _ => [.. lines, (from user in users from item in items where !pairs.Contains($"{user},{item}")
                select $"{user},{item},1").First()],
        };
        var other = _folder.At($"other-{change}.csv");
        File.WriteAllLines(other, lines);

        var run = await Tool.RunAsync(
            "train", other, "--weight-column", "plays", "--device", "cpu", "--output", _folder.At("other"),
            "--checkpoint", checkpoints, "--resume", "--rank", "4");

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(
            run.Error, Does.Contain($"'{checkpoints}' holds a checkpoint of other plays: ").And.Contain(expected));
        Assert.That(Directory.GetFiles(checkpoints), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Resume_DamagedCheckpoint_UsesTheOneBefore()
    {
        var checkpoints = await KeptAsync("damaged", "--rank", "4", "--checkpoint-every", "1");
        var files = Directory.GetFiles(checkpoints).Order().ToArray();
        using (var file = File.OpenWrite(files[^1])) file.SetLength(file.Length / 2);

        var run = await SucceedAsync(_folder.At("damaged"), "--checkpoint", checkpoints, "--resume", "--rank", "4");

        Assert.That(files, Has.Length.EqualTo(2));
        Assert.That(
            run.Error,
            Does.Contain($"warning: '{files[^1]}' ").And.Contain("The checkpoint before it is used")
                .And.Contain("continuing after iteration "));
        await SucceedAsync(_folder.At("damaged-whole"), "--rank", "4");
        AssertSameFolders(_folder.At("damaged"), _folder.At("damaged-whole"));
    }

    [Test]
    public async Task Train_CheckpointOfAnEarlierRun_IsNotLostWithoutBeingToldTo()
    {
        var checkpoints = await KeptAsync("earlier", "--rank", "4");
        string[] options = ["--checkpoint", checkpoints, "--rank", "3", "--iterations", "1"];

        var refused = await RunAsync(_folder.At("earlier"), options);
        Assert.That(refused.ExitCode, Is.EqualTo(5), refused.Error);
        Assert.That(
            refused.Error,
            Does.Contain("holds a checkpoint of iteration 2 of an earlier run. Continue it with --resume, discard it "
                + "with --overwrite"));
        await SucceedAsync(_folder.At("earlier"), [.. options, "--overwrite"]);
        Assert.That(Directory.GetFiles(checkpoints), Is.Empty);
    }

    [Test]
    public async Task Train_CheckpointFolderWithOtherFiles_IsRefused()
    {
        Directory.CreateDirectory(_folder.At("foreign"));
        File.WriteAllText(_folder.At("foreign", "notes.txt"), "mine");

        var run = await RunAsync(_folder.At("refused"), "--checkpoint", _folder.At("foreign"));

        Assert.That(run.ExitCode, Is.EqualTo(5), run.Error);
        Assert.That(run.Error, Does.Contain("holds 'notes.txt', which is not a checkpoint of gpuals"));
    }

    [TestCase("out/ck", "--checkpoint")]
    [TestCase("out", "--checkpoint")]
    [TestCase(".", "--checkpoint")]
    public async Task Train_CheckpointsInOrAroundTheOutput_AreRefused(string checkpoints, string expected)
    {
        var run = await RunAsync(_folder.At("out"), "--checkpoint", Path.Combine(_folder.Root, checkpoints));

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.Contain(expected).And.Contain("inside").And.Contain("Choose another location"));
    }

    [TestCase("--resume")]
    [TestCase("--checkpoint-every", "5")]
    public async Task Train_OptionOfCheckpointsWithoutAFolder_IsRefused(params string[] options)
    {
        var run = await RunAsync(_folder.At("none"), options);

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.Contain($"{options[0]} requires --checkpoint DIR"));
    }

    /// <summary>Trains until an iteration is done, and stops it as a signal does.</summary>
    /// <returns>What was reported of the checkpoint.</returns>
    private async Task<CheckpointKept?> StopAsync(int iteration, string output, string[] options)
    {
        using var stop = new CancellationTokenSource();
        CheckpointKept? kept = null;
        using var engine = new HostEngine(2);
        var job = new TrainJob(Options(output, options), engine, new Relay<JobEvent>(value =>
        {
            if (value is IterationDone done && done.Report.Iteration == iteration) stop.Cancel();
            if (value is CheckpointKept told) kept = told;
        }));
        try
        {
            await job.RunAsync(stop.Token);
            Assert.Fail("the job was not stopped.");
        }
        catch (OperationCanceledException)
        {
        }

        return kept;
    }

    /// <summary>The options of a command line.</summary>
    private TrainJobOptions Options(string output, string[] options) => JobParameters.Train.Read(parameter =>
        parameter.Name switch
        {
            "plays" => [_plays],
            "output" => [output],
            "weight-column" => ["plays"],
            _ when Array.IndexOf(options, parameter.Option) is var at and >= 0 =>
                [parameter.Kind == ParameterKind.Flag ? "true" : options[at + 1]],
            _ => [],
        });

    /// <summary>A folder with the checkpoint of iteration 2.</summary>
    private async Task<string> KeptAsync(string name, params string[] options)
    {
        var checkpoints = _folder.At($"{name}-ck");
        await StopAsync(2, _folder.At(name), [.. options, "--checkpoint", checkpoints]);
        return checkpoints;
    }

    private Task<ToolRun> RunAsync(string output, params string[] options) => Tool.RunAsync(
        ["train", _plays, "--weight-column", "plays", "--device", "cpu", "--output", output, .. options]);

    private async Task<ToolRun> SucceedAsync(string output, params string[] options)
    {
        var run = await RunAsync(output, options);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        return run;
    }

    /// <summary>All files have the same bytes, manifests but for times.</summary>
    internal static void AssertSameFolders(string actual, string expected)
    {
        string[] Names(string folder) => [.. Directory.GetFiles(folder).Select(file => Path.GetFileName(file)).Order()];
        Assert.That(Names(actual), Is.EqualTo(Names(expected)));
        foreach (var name in Names(expected))
        {
            var (mine, theirs) = (Path.Combine(actual, name), Path.Combine(expected, name));
            if (name == "manifest.json") Assert.That(WithoutTimes(mine), Is.EqualTo(WithoutTimes(theirs)));
            else Assert.That(File.ReadAllBytes(mine), Is.EqualTo(File.ReadAllBytes(theirs)), name);
        }
    }

    private static string WithoutTimes(string manifest)
    {
        var json = JsonNode.Parse(File.ReadAllText(manifest))!;
        foreach (var name in new[] { "started_at", "seconds", "timings_seconds" }) json.AsObject().Remove(name);
        foreach (var iteration in json["iterations"]!.AsArray()) iteration!.AsObject().Remove("seconds");
        return json.ToJsonString();
    }
}
