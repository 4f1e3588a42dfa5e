using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Connectors.S3;

/// <summary>
/// The commands that write to <c>s3://</c>: objects have the bytes of the files that a local run writes.
/// </summary>
public sealed class S3WriteCommandTests
{
    private TempFolder _folder = null!;
    private S3Session _s3 = null!;

    [SetUp]
    public void Start()
    {
        _folder = new TempFolder();
        _s3 = S3Session.Start();
        Tool.SucceedAsync(Sample(_folder.At("plays.csv"))).GetAwaiter().GetResult();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _s3.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase("plays.csv")]
    [TestCase("plays.parquet")]
    public async Task Sample_ToS3_HasTheBytesOfTheLocalFile(string name)
    {
        await Tool.SucceedAsync(Sample(_folder.At("local", name)));

        await Tool.SucceedAsync(Sample($"s3://music/samples/{name}"));

        AssertSame($"samples/{name}", _folder.At("local", name));
    }

    /// <summary>Dots and empty parts mean nothing in keys.</summary>
    [TestCase("a/../b.csv")]
    [TestCase("./b.csv")]
    [TestCase("..b.csv")]
    [TestCase("a//b.csv")]
    [TestCase("a b/ü+&=%41.csv")]
    public async Task SampleAndTrain_KeyThatLooksLikeAPath_IsTakenAsItIs(string key)
    {
        await Tool.SucceedAsync(Sample($"s3://music/{key}"));

        Assert.That(_s3.Store.Keys("music"), Is.EqualTo(new[] { key }));
        await Tool.SucceedAsync(
            "train", $"s3://music/{key}", "--output", _folder.At("model"), "--rank", "2", "--iterations", "1",
            "--device", "cpu");
    }

    [Test]
    public async Task EvaluateAndRecommend_ToS3_HaveTheBytesOfTheLocalFiles()
    {
        await Tool.SucceedAsync(
            "train", _folder.At("plays.csv"), "--output", "s3://music/model", "--rank", "3", "--iterations", "2",
            "--device", "cpu");
        string[] evaluate =
            ["evaluate", _folder.At("plays.csv"), "--rank", "3", "--iterations", "2", "--device", "cpu"];
        await Tool.SucceedAsync([.. evaluate, "--output", _folder.At("metrics.csv")]);
        await Tool.SucceedAsync(
            [.. evaluate, "--output", "s3://music/metrics.csv", "--report", "s3://music/page.html"]);
        foreach (var lists in (string[])["lists.jsonl", "lists.parquet"])
        {
            foreach (var output in (string[])[_folder.At(lists), $"s3://music/{lists}"])
                await Tool.SucceedAsync("recommend", "s3://music/model", "--output", output, "--device", "cpu");
            AssertSame(lists, _folder.At(lists));
        }

        AssertSame("metrics.csv", _folder.At("metrics.csv"));
        Assert.That(_s3.Store.Text("music", "page.html"), Does.StartWith("<!DOCTYPE html>").IgnoreCase);
        var refused = await Tool.RunAsync("recommend", "s3://music/model", "--output", "s3://music/model/lists.csv");
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.Error);
    }

    [Test]
    public async Task Tune_OnS3_GoesOnWithTheTrialsThatAreThere()
    {
        string[] tune =
        [
            "tune", _folder.At("plays.csv"), "--rank", "2,3", "--iterations", "2", "--device", "cpu",
            "--output", "s3://music/search",
        ];
        // The second trial cannot be noted.
        _s3.Double.Faults.On(S3Operation.PutObject, S3Fault.AccessDenied, nth: 3);
        var stopped = await Tool.RunAsync(tune);
        Assert.That(stopped.ExitCode, Is.EqualTo(5), stopped.Error);
        Assert.That(stopped.Error, Does.Contain("cannot write 's3://music/search/journal.jsonl': access is denied"));
        Assert.That(_s3.Store.Keys("music"), Is.EqualTo((string[])["search/journal.jsonl"]));
        Assert.That(_s3.Store.Text("music", "search/journal.jsonl").Trim().Split('\n'), Has.Length.EqualTo(2));
        _s3.Double.Faults.Clear();

        var run = await Tool.SucceedAsync(tune);

        Assert.That(run.Error, Does.Contain("trial 2/2").And.Not.Contain("trial 1/2: "));
        Assert.That(
            _s3.Store.Keys("music"),
            Is.SupersetOf((string[])["search/journal.jsonl", "search/trials.csv", "search/tune.json"]));
        var again = await Tool.SucceedAsync([.. tune, "--overwrite"]);
        Assert.That(again.Out, Is.EqualTo(run.Out));
        Assert.That(_s3.Store.OpenUploads, Is.Empty);
    }

    [Test]
    public async Task Tune_InAFolderWithOtherObjects_IsRefused()
    {
        _s3.Store.Put("music", "search/notes.txt", "mine");

        var run = await Tool.RunAsync(
            "tune", _folder.At("plays.csv"), "--rank", "2,3", "--device", "cpu", "--output", "s3://music/search");

        Assert.That(run.ExitCode, Is.EqualTo(5), run.Error);
        Assert.That(_s3.Store.Keys("music"), Is.EqualTo((string[])["search/notes.txt"]));
    }

    [Test]
    [Platform("Linux,MacOsX")]
    public async Task Train_StoppedWithACheckpointOnS3_ResumesToTheSameBytes()
    {
        string[] train = ["train", _folder.At("plays.csv"), "--rank", "3", "--iterations", "3000", "--device", "cpu"];
        string[] resumable = ["--output", "s3://music/model", "--checkpoint", "s3://music/saved", "--resume"];
        var run = await ToolProcess.SignalAsync(
            $"{_s3.Double.Shell}{ToolProcess.Command} {string.Join(' ', train)} {string.Join(' ', resumable)}",
            "TERM", "iteration 2/");
        Assert.That(run.ExitCode, Is.EqualTo(143), run.Error);
        Assert.That(_s3.Store.Keys("music"), Is.Not.Empty.And.All.StartsWith("saved/"));

        await Tool.SucceedAsync([.. train, .. resumable]);
        await Tool.SucceedAsync([.. train, "--output", _folder.At("whole")]);

        AssertSame("model/user_factors.npy", _folder.At("whole", "user_factors.npy"));
        Assert.That(_s3.Store.Keys("music"), Has.None.StartsWith("saved/"));
    }

    private static string[] Sample(string output) =>
        ["sample", "--output", output, "--users", "60", "--items", "50", "--plays", "900"];

    private void AssertSame(string key, string file) =>
        Assert.That(_s3.Store.Bytes("music", key), Is.EqualTo(File.ReadAllBytes(file)), key);
}
