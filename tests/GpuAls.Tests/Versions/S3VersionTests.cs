using GpuAls.Tests.Cli;
using GpuAls.Tests.Connectors.S3;

namespace GpuAls.Tests.Versions;

/// <summary>Versions and the object <c>latest</c> on S3.</summary>
public sealed class S3VersionTests
{
    private const string Latest = "models/latest";

    private TempFolder _folder = null!;
    private S3Session _s3 = null!;

    private static string Today => DateTime.UtcNow.ToString("yyyy-MM-dd", null);

    [SetUp]
    public void Start()
    {
        (_folder, _s3) = (new TempFolder(), S3Session.Start());
        File.WriteAllText(_folder.At("plays.csv"), "user,item\n" + string.Concat(
            Enumerable.Range(0, 400).Select(i => $"u{i / 10},i{i * 7 % 23}\n")));
    }

    [TearDown]
    public async Task StopAsync()
    {
        var uploads = _s3.Store.OpenUploads;
        await _s3.DisposeAsync();
        _folder.Dispose();
        Assert.That(uploads, Is.Empty);
    }

    [Test]
    public async Task Train_Dated_WritesTheVersionThenLatest()
    {
        var puts = new List<string>();
        _s3.Double.Faults.On(
            S3Operation.PutObject, S3Fault.Do(() => puts.Add(string.Join(' ', _s3.Store.Keys("music")))), times: 1000);
        var run = await TrainAsync("--recommendations", "s3://music/lists/{date}.jsonl");

        var version = _s3.Store.Text("music", Latest).Trim();
        Assert.That(version, Is.EqualTo(Today).Or.EqualTo($"{DateTime.UtcNow.AddMinutes(-5):yyyy-MM-dd}"));
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(_s3.Store.Keys("music"), Does.Contain($"lists/{version}.jsonl"));
        // When latest is put, all else is there.
        Assert.That(puts[^1], Does.Contain($"models/{version}/_SUCCESS").And.Not.Contain(Latest));
        var lists = await Tool.SucceedAsync("recommend", "s3://music/models/latest", "--device", "cpu");
        Assert.That(lists.Lines, Has.Length.GreaterThan(100));
    }

    [Test]
    public async Task Train_LatestCannotBeWritten_SaysThatTheVersionIsThere()
    {
        var puts = 0;
        _s3.Double.Faults.On(S3Operation.PutObject, S3Fault.Do(() => puts++), times: 1000);
        Assert.That((await TrainAsync()).ExitCode, Is.Zero);
        _s3.Double.Faults.Clear();
        _s3.Store.Put("music", Latest, "2026-01-01\n");
        _s3.Double.Faults.On(S3Operation.PutObject, S3Fault.AccessDenied, nth: puts, times: 1000);

        var run = await TrainAsync("--overwrite", "--keep", "1");

        Assert.That(run.ExitCode, Is.EqualTo(5), run.Error);
        Assert.That(
            run.Error,
            Does.Match(@"the model is complete in 's3://music/models/\d{4}-\d\d-\d\d', but 's3://music/models/latest' "
                + @"still names '2026-01-01': cannot write 's3://music/models/latest': access is denied"));
        Assert.That(_s3.Store.Text("music", Latest), Is.EqualTo("2026-01-01\n"));
        Assert.That(_s3.Store.Keys("music"), Has.Exactly(1).EndsWith("/_SUCCESS"));
    }

    [Test]
    public async Task Train_LatestIsAFolder_IsRefused()
    {
        _s3.Store.Put("music", "models/latest/manifest.json", "{}");

        var run = await TrainAsync();

        Assert.That(run.ExitCode, Is.EqualTo(5), run.Error);
        Assert.That(run.Error, Does.Contain("'s3://music/models/latest' is a directory, where gpuals writes the name"));
        Assert.That(_s3.Store.Keys("music"), Has.Count.EqualTo(1));
    }

    /// <summary>An object that is replaced between finding and reading it is found again.</summary>
    [Test]
    public async Task Recommend_LatestIsSwitchedWhileItIsRead_ReadsTheNewVersion()
    {
        Assert.That((await TrainAsync()).ExitCode, Is.Zero);
        var version = _s3.Store.Text("music", Latest);
        _s3.Store.Put("music", Latest, "2026-01-01\n");
        _s3.Double.Faults.On(
            S3Operation.GetObject, S3Fault.Do(() => _s3.Store.Put("music", Latest, version)), nth: 1);

        var run = await Tool.RunAsync("recommend", "s3://music/models/latest", "--device", "cpu");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
    }

    [Test]
    public async Task Train_GuardFails_LeavesAllObjects()
    {
        Assert.That((await TrainAsync()).ExitCode, Is.Zero);
        var before = Objects();

        var rows = await TrainAsync("--overwrite", "--min-rows", "401");
        var metric = await TrainAsync(
            "--overwrite", "--validation-fraction", "0.2", "--require-metric", "ndcg@5>=1", "--recommendations",
            "s3://music/lists/{date}.csv");

        Assert.That((rows.ExitCode, metric.ExitCode), Is.EqualTo((5, 5)), rows.Error + metric.Error);
        Assert.That(rows.Error, Does.Contain("400 rows were read and used; --min-rows expects 401 or more"));
        Assert.That(metric.Error, Does.Contain("--require-metric expects >= 1."));
        Assert.That(Objects(), Is.EqualTo(before));
    }

    [Test]
    public async Task Train_MaxDrop_ComparesWithLatest()
    {
        Assert.That((await TrainAsync()).ExitCode, Is.Zero);
        File.WriteAllLines(_folder.At("plays.csv"), File.ReadAllLines(_folder.At("plays.csv")).Take(201));

        var run = await TrainAsync("--overwrite", "--max-drop", "30%");

        Assert.That(run.ExitCode, Is.EqualTo(5), run.Error);
        Assert.That(
            run.Error,
            Does.Match(@"20 users are left of the 40 in the previous model 's3://music/models/[\d-]+', 50\.0 %"));
    }

    private Task<ToolRun> TrainAsync(params string[] options) => Tool.RunAsync(
        [
            "train", _folder.At("plays.csv"), "--output", "s3://music/models/{date}", "--rank", "3", "--iterations",
            "2", "--device", "cpu", .. options,
        ]);

    private string[] Objects() =>
    [
        .. _s3.Store.Keys("music").Select(key => $"{key} {Convert.ToHexString(_s3.Store.Bytes("music", key))}"),
    ];
}
