using GpuAls.Connectors.S3;
using GpuAls.Tests.Cli;
using GpuAls.Tests.Reading;

namespace GpuAls.Tests.Connectors.S3;

/// <summary>Whatever goes wrong while plays are read from S3: the right model, or an error and no model.</summary>
public sealed class S3FaultTests
{
    private const int Rows = 20_000;

    private static readonly S3Fault[] Passing =
    [
        S3Fault.SlowDown, S3Fault.InternalError, S3Fault.CutResponse(0), S3Fault.CutResponse(300),
        S3Fault.CutResponse(20_000), S3Fault.ShortRange(1), S3Fault.ShortRange(10_000), S3Fault.LostResponse,
        S3Fault.Wait(TimeSpan.FromMilliseconds(50)),
    ];

    private static readonly S3Fault[] Lasting =
    [
        S3Fault.AccessDenied, S3Fault.ExpiredToken, S3Fault.NoSuchKey, S3Fault.PreconditionFailed, S3Fault.NoSuchBucket,
        S3Fault.SignatureDoesNotMatch,
    ];

    private TempFolder _folder = null!;
    private byte[] _factors = null!;
    private S3Session _session = null!;

    private S3Double S3 => _session.Double;

    [OneTimeSetUp]
    public async Task TrainLocallyAsync()
    {
        _folder = new TempFolder();
        var random = new Random(1);
        string[] Ids(char kind, int count) =>
            [.. Enumerable.Range(0, Rows).Select(_ => $"{kind}{random.Next(count)}")];
        await ParquetPlays.WriteAsync(
            _folder.At("plays", "a.parquet"), 4, ("user", Ids('u', 400)), ("item", Ids('i', 300)));
        await File.WriteAllLinesAsync(
            _folder.At("plays", "b.csv"),
            ["user,item", .. Ids('u', 400).Zip(Ids('i', 300), (user, item) => $"{user},{item}")]);
        Assert.That((await TrainAsync(_folder.At("plays"))).ExitCode, Is.Zero);
        _factors = await File.ReadAllBytesAsync(_folder.At("model", "user_factors.npy"));
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [SetUp]
    public void Start()
    {
        _session = S3Session.Start(new S3Limits { Attempts = 5, Backoff = TimeSpan.FromMilliseconds(1) });
        S3.Store.PutFolder("music", "plays/", _folder.At("plays"));
    }

    [TearDown]
    public async Task StopAsync() => await _session.DisposeAsync();

    [Test]
    public async Task Train_FaultsThatPass_GivesTheModel([Range(1, 12)] int seed)
    {
        var random = new Random(seed);
        for (var faults = random.Next(1, 5); faults > 0; faults--)
        {
            var (operation, calls) =
                random.Next(3) == 0 ? (S3Operation.ListObjectsV2, 1) : (S3Operation.GetObject, 7);
            S3.Faults.On(operation, Passing[random.Next(Passing.Length)], nth: random.Next(1, calls + 1));
        }

        var run = await TrainAsync("s3://music/plays/");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(File.ReadAllBytes(_folder.At("model", "user_factors.npy")), Is.EqualTo(_factors));
        Assert.That(S3.Faults.Struck, Is.GreaterThan(0));
    }

    [Test]
    public async Task Train_FaultThatLasts_NamesTheObjectAndLeavesNoModel([Range(1, 12)] int seed)
    {
        var random = new Random(seed);
        S3.Faults.On(null, Lasting[random.Next(Lasting.Length)], nth: random.Next(1, 7), times: 1000);

        var run = await TrainAsync("s3://music/plays/");

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(run.Error, Does.Match("(?m)^error: cannot (list|read) 's3://music/plays"));
        Assert.That(Directory.Exists(_folder.At("model")), Is.False);
        Assert.That(Directory.GetFileSystemEntries(_folder.Root), Has.Length.EqualTo(1));
    }

    private async Task<ToolRun> TrainAsync(string location)
    {
        if (Directory.Exists(_folder.At("model"))) Directory.Delete(_folder.At("model"), recursive: true);
        return await Tool.RunAsync(
            "train", location, "--output", _folder.At("model"), "--rank", "4", "--iterations", "1", "--device", "cpu");
    }
}
