using System.Diagnostics;
using System.Text.RegularExpressions;
using GpuAls.Tests.Cli;
using GpuAls.Tests.Connectors.S3;

namespace GpuAls.Tests.Checkpoints;

/// <summary>Trainings in a process of their own that signals, notices and kills end.</summary>
[Platform("Linux,MacOsX")]
public sealed class StoppedProcessTests
{
    private const int Iterations = 40;

    private TempFolder _folder = null!;

    [OneTimeSetUp]
    public async Task MakePlays()
    {
        _folder = new TempFolder();
        await Tool.SucceedAsync(
            "sample", "--output", _folder.At("plays.csv"), "--users", "2000", "--items", "500", "--plays", "40000");
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("INT", 130)]
    [TestCase("TERM", 143)]
    [TestCase("HUP", 129)]
    public async Task Train_Signal_SavesTheLastIterationAndTheNextRunEndsTheSame(string signal, int exitCode)
    {
        var (whole, output, checkpoints) = (_folder.At("whole"), _folder.At(signal), _folder.At($"{signal}-ck"));
        if (!Directory.Exists(whole)) await SucceedAsync(Train(whole));

        var stopped = await ToolProcess.SignalAsync(
            $"{Train(output)} --checkpoint {checkpoints}", signal, afterText: "iteration 3/");
        var resumed = await SucceedAsync($"{Train(output)} --checkpoint {checkpoints} --resume");

        Assert.That(stopped.ExitCode, Is.EqualTo(exitCode), stopped.Error);
        Assert.That(
            stopped.Error,
            Does.Match(@"iteration \d+ of 40 is saved in '.*-ck'; run the same command with --resume to continue")
                .And.Contain("stopped by a signal"));
        Assert.That(resumed.Error, Does.Match(@"continuing after iteration \d+ of 40"));
        CheckpointJobTests.AssertSameFolders(output, whole);
    }

    /// <summary>An iteration that takes minutes is not waited for.</summary>
    [Test]
    public async Task Train_SignalInALongIteration_ExitsWithinTenSeconds()
    {
        await Tool.SucceedAsync(
            "sample", "--output", _folder.At("long.csv"), "--users", "40000", "--items", "2000", "--plays", "800000");
        var clock = new Stopwatch();

        var stopped = await ToolProcess.SignalAsync(
            $"{ToolProcess.Command} train {_folder.At("long.csv")} --weight-column plays --feedback explicit "
                + $"--device cpu --rank 512 --output {_folder.At("long")} --checkpoint {_folder.At("long-ck")}",
            "TERM", afterText: "read ", clock.Start);

        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(10)));
        Assert.That(stopped.ExitCode, Is.EqualTo(143), stopped.Error);
        Assert.That(stopped.Error, Does.Not.Contain("iteration 1/"));
        Assert.That(Directory.Exists(_folder.At("long")), Is.False);
        Assert.That(Directory.Exists(_folder.At("long-ck")), Is.False);
    }

    [Test]
    public async Task Train_KilledInAnyIteration_EndsTheSameWhenResumed()
    {
        const int Longer = 400; // however late a busy machine sends the kill, iterations are left
        var (whole, output, checkpoints) = (_folder.At("longer"), _folder.At("killed"), _folder.At("killed-ck"));
        await SucceedAsync(Train(whole, Longer));
        var command = $"{Train(output, Longer)} --checkpoint-every 1 --checkpoint {checkpoints} --resume";
        var (random, done) = (new Random(1), 0);
        for (var kill = 0; kill < 3; kill++)
        {
            var continues = HasCheckpoint(); // a busy machine may not have written one before the first kill
            var killed = await ToolProcess.SignalAsync(
                command, "KILL", afterText: $"iteration {done + random.Next(10, 40)}/");
            Assert.That(killed.ExitCode, Is.EqualTo(137), killed.Error);
            Assert.That(
                killed.Error.Contains("continuing after iteration", StringComparison.Ordinal), Is.EqualTo(continues));
            done = int.Parse(Regex.Matches(killed.Error, @"iteration (\d+)/")[^1].Groups[1].ValueSpan);
        }

        Assert.That(HasCheckpoint(), Is.True);
        var resumed = await SucceedAsync(command);
        Assert.That(resumed.Error, Does.Contain("continuing after iteration"));
        CheckpointJobTests.AssertSameFolders(output, whole);
        Assert.That(Directory.GetFileSystemEntries(checkpoints), Is.Empty);

        bool HasCheckpoint() =>
            Directory.Exists(checkpoints) && Directory.EnumerateFiles(checkpoints, "checkpoint-*.gpuals").Any();
    }

    [Test]
    [Explicit("takes minutes")]
    public Task Train_KilledAtFiftyMoments_EndsTheSameWhenResumed() => KillAsync(moments: 50, iterations: 120, seed: 2);

    [Test]
    [Explicit("takes minutes")]
    public async Task Train_KilledAtFiftyMomentsWithCheckpointsOnS3_EndsTheSameWhenResumed()
    {
        await using var s3 = await S3Double.StartAsync();
        await KillAsync(moments: 50, iterations: 120, seed: 3, s3);
    }

    private async Task KillAsync(int moments, int iterations, int seed, S3Double? s3 = null)
    {
        var (whole, output, folder) = (_folder.At("unkilled"), _folder.At("killed"), _folder.At("killed-ck"));
        var command = $"{s3?.Shell}{Train(output, iterations)} --overwrite --resume --checkpoint-every 1 "
            + $"--checkpoint {(s3 is null ? folder : "s3://music/killed")}";
        await SucceedAsync($"{Train(whole, iterations)} --overwrite");
        var clock = Stopwatch.StartNew();
        await SucceedAsync(command);
        var length = clock.Elapsed;
        var random = new Random(seed);
        var (killed, continued) = (0, 0);
        for (var moment = 0; moment < moments; moment++)
        {
            var after = length * ((moment + random.NextDouble()) / moments);
            if (await ToolProcess.KillAsync(command, after) == 137) killed++;
            var run = await SucceedAsync(command);
            if (run.Error.Contains("continuing after iteration", StringComparison.Ordinal)) continued++;
            CheckpointJobTests.AssertSameFolders(output, whole);
            if (s3 is not null) Assert.That(s3.Store.Keys("music"), Is.Empty);
            else Assert.That(Directory.Exists(folder) ? Directory.GetFileSystemEntries(folder) : [], Is.Empty);
        }

        TestContext.Out.WriteLine($"{moments} moments, {killed} killed, {continued} continued from a checkpoint");
        Assert.That(continued, Is.GreaterThan(0));
    }

    private string Train(string output, int iterations = Iterations) =>
        $"{ToolProcess.Command} train {_folder.At("plays.csv")} --weight-column plays --device cpu --rank 32 "
            + $"--iterations {iterations} --output {output}";

    private static async Task<ToolRun> SucceedAsync(string command)
    {
        var run = await ToolProcess.RunAsync(command);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        return run;
    }
}
