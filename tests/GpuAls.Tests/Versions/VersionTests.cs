using System.Text.Json.Nodes;
using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Versions;

/// <summary><c>gpuals train --output models/{date}</c>, and <c>latest</c> wherever a model is read.</summary>
public sealed class VersionTests : SamplePlaysFixture
{
    private string _models = null!;

    private static string Today => DateTime.UtcNow.ToString("yyyy-MM-dd", null);

    [SetUp]
    public void NameModels() => _models = Folder.At(TestContext.CurrentContext.Test.ID);

    [Test]
    public async Task Train_Dated_WritesTheVersionAndNamesItInLatest()
    {
        var before = Today;
        var run = await TrainAsync("{date}", "--recommendations", Path.Combine(_models, "lists-{date}.csv"));

        var version = before == Today ? before : File.ReadAllText(At("latest")).Trim();
        Assert.That(
            Directory.GetFileSystemEntries(_models).Select(Path.GetFileName),
            Is.EquivalentTo((string[])[version, $"lists-{version}.csv", "latest"]));
        Assert.That(File.ReadAllText(At("latest")), Is.EqualTo($"{version}\n"));
        Assert.That(run.Error, Does.Contain($"{At("latest")} now names {version}"));
        Assert.That(
            JsonNode.Parse(File.ReadAllText(At(version, "manifest.json")))!["lists"]!["file"]!.GetValue<string>(),
            Is.EqualTo(At($"lists-{version}.csv")));
        var lists = await Tool.SucceedAsync("recommend", At("latest"), "--device", "cpu");
        var direct = await Tool.SucceedAsync("recommend", At(version), "--device", "cpu");
        Assert.That(lists.Out, Is.EqualTo(direct.Out));
        Assert.That(lists.Error, Does.Contain($"{At("latest")} names the model {At(version)}\n"));
        Assert.That(direct.Error, Does.Not.Contain("names the model"));
        Assert.That(lists.Lines, Has.Length.GreaterThan(100));
        await Tool.SucceedAsync("evaluate", "--model", At("latest"), "--test", TestFile, "--device", "cpu");
        Assert.That((await FactorModel.LoadAsync(At("latest"))).Rank, Is.EqualTo(3));
    }

    [Test]
    public async Task Train_DatedTwiceADay_IsRefusedUnlessOverwriting()
    {
        await TrainAsync("{date}");

        var refused = await RunAsync("{date}");
        await TrainAsync("{date}", "--overwrite");

        Assert.That(refused.ExitCode, Is.EqualTo(5));
        Assert.That(
            refused.Error,
            Does.Match(
                @"\d' already exists\. Pass --overwrite to replace it, or name versions by the time too, as in "
                + @"--output models/\{date\}-\{time\}\."));
    }

    [Test]
    public async Task Train_DatedWithTime_IsAnotherVersionEachTime()
    {
        await TrainAsync("{date}-{time}");
        var first = File.ReadAllText(At("latest"));
        await Task.Delay(1100);
        var run = await TrainAsync("{date}-{time}");

        var second = File.ReadAllText(At("latest"));
        Assert.That(second, Is.GreaterThan(first).Using((IComparer<string>)StringComparer.Ordinal));
        Assert.That(run.Error, Does.Contain($"now names {second.Trim()} (before: {first.Trim()})"));
        Assert.That(Directory.GetDirectories(_models), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task DryRunAndPrintConfig_Dated_ShowTheRunAndTheTemplate()
    {
        string[] train = ["train", PlaysFile, "--output", At("{date}"), "--rank", "3", "--device", "cpu"];
        var before = Today;
        var dry = await Tool.SucceedAsync([.. train, "--dry-run"]);
        var config = await Tool.SucceedAsync([.. train, "--print-config"]);

        Assert.That(
            dry.Out,
            Does.Contain($"model: {At(before)}\n").Or.Contain($"model: {At(Today)}\n"));
        Assert.That(dry.Out, Does.Not.Contain("{date}"));
        Assert.That(JsonNode.Parse(config.Out)!["output"]!.GetValue<string>(), Is.EqualTo(At("{date}")));
        Assert.That(Directory.Exists(_models), Is.False);
    }

    [Test]
    public async Task OtherOutputs_Dated_AreFilledToo()
    {
        await TrainAsync("{date}");
        await Tool.SucceedAsync("recommend", At("latest"), "--output", At("{date}.jsonl"), "--device", "cpu");
        await Tool.SucceedAsync(
            "evaluate", "--model", At("latest"), "--test", TestFile, "--output", At("{date}-{time}.json"), "--report",
            At("{{{date}}}.html"), "--device", "cpu");

        Assert.That(
            Directory.GetFiles(_models).Select(Path.GetFileName).Order(),
            Has.Some.Match(@"^\d{4}-\d\d-\d\d\.jsonl$").And.Some.Match(@"^\d{4}-\d\d-\d\d-\d{6}\.json$")
                .And.Some.Match(@"^\{\d{4}-\d\d-\d\d\}\.html$"));
    }

    [TestCase("{dat}", 2, "Did you mean {date}?")]
    [TestCase("{date}/model", 2, "has a placeholder before its last part; versions are folders side by side")]
    public async Task Train_BadTemplate_IsRefused(string output, int exitCode, string message)
    {
        var run = await RunAsync(output);

        Assert.That(run.ExitCode, Is.EqualTo(exitCode));
        Assert.That(run.Error, Does.Contain(message));
        Assert.That(Directory.Exists(_models), Is.False);
    }

    [Test]
    public async Task Train_CheckpointWithPlaceholder_IsRefused()
    {
        var run = await RunAsync("{date}", "--checkpoint", At("ck-{date}"));

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(
            run.Error, Does.Contain("has the placeholder {date}, but a later run has to find the same location"));
    }

    [TestCase("other-2026-01-01\n", "names 'other-2026-01-01', which is not one of")]
    [TestCase("../elsewhere\n", "does not name a version")]
    [TestCase("", "does not name a version")]
    [TestCase(null, "is a directory, where gpuals writes the name of the newest version")]
    public async Task Train_LatestIsOfSomethingElse_IsRefusedBeforeTheWork(string? latest, string message)
    {
        Directory.CreateDirectory(_models);
        if (latest is null) Directory.CreateDirectory(At("latest"));
        else File.WriteAllText(At("latest"), latest);

        var run = await RunAsync("{date}");
        var dry = await RunAsync("{date}", "--dry-run");

        Assert.That((run.ExitCode, dry.ExitCode), Is.EqualTo((5, 5)));
        Assert.That(run.Error, Does.Contain($"'{At("latest")}' {message}").And.Not.Contain("read "));
        Assert.That(dry.Error, Does.Contain(message));
        Assert.That(Directory.GetFileSystemEntries(_models), Has.Length.EqualTo(1));
        if (latest is not null) Assert.That(File.ReadAllText(At("latest")), Is.EqualTo(latest));
    }

    [TestCase("gone\n", "there is no model in '")]
    [TestCase("..\n", "does not name a version; expected one line with the name of a folder beside it")]
    public async Task Recommend_BadLatest_SaysWhatIsWrong(string latest, string message)
    {
        Directory.CreateDirectory(_models);
        File.WriteAllText(At("latest"), latest);

        var run = await Tool.RunAsync("recommend", At("latest"), "--device", "cpu");

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain(message));
    }

    private string At(params string[] parts) => Path.Combine([_models, .. parts]);

    private async Task<ToolRun> TrainAsync(string output, params string[] options)
    {
        var run = await RunAsync(output, options);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        return run;
    }

    private Task<ToolRun> RunAsync(string output, params string[] options) => Tool.RunAsync(
        [
            "train", TrainFile, "--output", At(output), "--device", "cpu", "--rank", "3",
            .. options.Contains("--iterations") ? [] : (string[])["--iterations", "2"], .. options,
        ]);
}
