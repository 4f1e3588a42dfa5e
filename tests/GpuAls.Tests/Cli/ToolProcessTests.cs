using GpuAls.Tests.Reading;

namespace GpuAls.Tests.Cli;

/// <summary>What only a process of its own shows: signals, and the encoding and the failures of stdout.</summary>
[Platform("Linux,MacOsX")]
public sealed class ToolProcessTests
{
    private TempFolder _folder = null!;

    [OneTimeSetUp]
    public async Task TrainModel()
    {
        _folder = new TempFolder();
        File.WriteAllText(_folder.At("plays.csv"), "user,item\n日本,x\nb,é\nb,x\n");
        await Tool.SucceedAsync(
            "train", _folder.At("plays.csv"), "--output", _folder.At("model"), "--rank", "1", "--device", "cpu");
        await Tool.SucceedAsync(
            "sample", "--output", _folder.At("sample.csv"), "--users", "2000", "--items", "500", "--plays", "40000");
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("INT", 130)]
    [TestCase("TERM", 143)]
    [TestCase("HUP", 129)]
    public async Task Train_StoppedBySignal_ExitsWithItsCodeAndLeavesNothing(string signal, int exitCode)
    {
        var before = _folder.Entries();
        var run = await ToolProcess.SignalAsync(
            $"{ToolProcess.Command} train {_folder.At("sample.csv")} --device cpu --rank 32 --iterations 10000 "
                + $"--output {_folder.At("new", "model")} --recommendations {_folder.At("lists.csv")}",
            signal, afterText: "iteration 1/");

        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Error);
        Assert.That(run.Error, Does.Contain("stopped by a signal"));
        Assert.That(_folder.Entries(), Is.EqualTo(before));
    }

    /// <summary>
    /// A kill leaves no output that looks complete, and nothing that the next run does not clear away.
    /// </summary>
    [Test]
    public async Task Train_Killed_LeavesHiddenFilesThatTheNextRunRemoves()
    {
        var before = _folder.Entries();
        string Command(int iterations) =>
            $"{ToolProcess.Command} train {_folder.At("sample.csv")} --device cpu --rank 8 --iterations {iterations} "
            + $"--output {_folder.At("killed")} --recommendations {_folder.At("killed.csv")}";

        var killed = await ToolProcess.SignalAsync(Command(10_000), "KILL", afterText: "iteration 1/");
        var left = _folder.Entries().Except(before).ToArray();
        var next = await ToolProcess.RunAsync(Command(1));

        Assert.That(killed.ExitCode, Is.EqualTo(137));
        Assert.That(left, Has.Length.EqualTo(2).And.All.StartsWith(".killed"));
        Assert.That(next.ExitCode, Is.Zero, next.Error);
        Assert.That(_folder.Entries().Except(before), Is.EquivalentTo(new[] { "killed", "killed.csv" }));
        Directory.Delete(_folder.At("killed"), recursive: true);
        File.Delete(_folder.At("killed.csv"));
    }

    [Test]
    public async Task Tune_StoppedBySignal_KeepsItsTrialsAndGoesOn()
    {
        string Command(string output) =>
            $"{ToolProcess.Command} tune {_folder.At("sample.csv")} --device cpu --bootstrap 0 --rank 8,12 "
                + $"--alpha 1,2,4,8 --iterations 40 --patience 0 --output {_folder.At(output)}";
        var whole = await ToolProcess.RunAsync(Command("whole"));

        var stopped = await ToolProcess.SignalAsync(Command("stopped"), "INT", afterText: "trial 2/8");
        var resumed = await ToolProcess.RunAsync(Command("stopped"));

        Assert.That(stopped.ExitCode, Is.EqualTo(130), stopped.Error);
        Assert.That(
            stopped.Error,
            Does.Match(@"\d+ of 8 trials kept in '.*stopped'; run the same command again to do the others"));
        Assert.That(resumed.Error, Does.Match(@"\d+ of 8 trials done already").And.Not.Contain("trial 2/8"));
        Assert.That(resumed.Out, Is.EqualTo(whole.Out));
        foreach (var name in new[] { "whole", "stopped" }) Directory.Delete(_folder.At(name), recursive: true);
    }

    [Test]
    public async Task Recommend_UnderALatin1Locale_PrintsUtf8WithoutAMark()
    {
        var run = await ToolProcess.RunAsync($"{Recommend} --include-played", ("LC_ALL", "en_US.ISO-8859-1"));

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Lines[0], Is.EqualTo("user,item,rank,score"));
        Assert.That(run.Out, Does.Contain("\n日本,").And.Contain(",é,"));
    }

    [TestCase("")]
    [TestCase("> /dev/null")]
    public async Task Train_FailureUnderALatin1Locale_IsToldInUtf8(string redirection)
    {
        var run = await ToolProcess.RunAsync(
            $"{ToolProcess.Command} train écoutes.csv --output {_folder.At("none")} {redirection}",
            ("LC_ALL", "en_US.ISO-8859-1"));

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(run.Error, Does.Contain("'écoutes.csv'"));
    }

    [Test]
    public async Task Recommend_ToAFullDevice_ExitsWithFive()
    {
        if (!File.Exists("/dev/full")) Assert.Ignore("this system has no /dev/full.");

        var run = await ToolProcess.RunAsync($"{Recommend} > /dev/full");

        Assert.That(run.ExitCode, Is.EqualTo(5), run.Error);
        Assert.That(run.Error, Does.Contain("cannot write 'stdout'"));
    }

    [TestCase("devices")]
    [TestCase("--help")]
    [TestCase("train --help")]
    [TestCase("--version")]
    [TestCase("demo --device cpu --quiet")]
    public async Task AnyCommand_ToAFullDevice_ExitsWithFive(string command)
    {
        if (!File.Exists("/dev/full")) Assert.Ignore("this system has no /dev/full.");

        var run = await ToolProcess.RunAsync($"{ToolProcess.Command} {command} > /dev/full");

        Assert.That(run.ExitCode, Is.EqualTo(5), run.Error);
    }

    [Test]
    public async Task Version_IsShort()
    {
        var run = await ToolProcess.RunAsync($"{ToolProcess.Command} --version");

        Assert.That(run.Out, Does.Match(@"^\d+\.\d+\.\d+(\+[0-9a-f]{9})?\n$"));
    }

    [Test]
    public async Task Train_ParquetThatDoesNotFitInMemory_ExitsWithFour()
    {
        RawParquet.Write(
            _folder.At("large.parquet"),
            200_000_000,
            new RawParquet.Column("user", RawParquet.Int32, new byte[8_000]),
            new RawParquet.Column("item", RawParquet.Int32, new byte[8_000]));

        var run = await ToolProcess.RunAsync(
            $"{ToolProcess.Command} train {_folder.At("large.parquet")} --output {_folder.At("large")}",
            ("DOTNET_GCHeapHardLimit", "8000000"));

        Assert.That(run.ExitCode, Is.EqualTo(4), run.Error);
        Assert.That(run.Error, Does.Contain("out of memory"));
    }

    [Test]
    public async Task Train_NamedPipe_IsRefusedAtOnce()
    {
        var pipe = _folder.At("pipe.csv");
        var run = await ToolProcess.RunAsync(
            $"mkfifo {pipe} && {ToolProcess.Command} train {pipe} --output {_folder.At("piped")}");

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(run.Error, Does.Contain("is a pipe").And.Contain("Write them to a file first"));
    }

    [Test]
    public async Task Recommend_ToAClosedPipe_EndsQuietly()
    {
        var run = await ToolProcess.RunAsync($"{{ {Recommend} --quiet; echo exit code $? >&2; }} | true");

        Assert.That(run.Error, Is.EqualTo("exit code 0\n"));
    }

    private string Recommend => $"{ToolProcess.Command} recommend {_folder.At("model")} --device cpu";
}
