using GpuAls.Tests.Cli;
using GpuAls.Tests.Connectors.S3;

namespace GpuAls.Tests.Versions;

/// <summary><c>gpuals train --keep N</c> deletes older models and nothing else, in local folders and on S3.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class KeptVersionTests(bool onS3)
{
    private static readonly string[] Versions = ["m-2026-01-01", "m-2026-01-02", "m-2026-01-03", "m-2026-01-04"];

    private TempFolder _folder = null!;
    private S3Session? _s3;

    private string Models => onS3 ? "s3://music/models" : _folder.At("models");

    private static string Today => $"m-{DateTime.UtcNow:yyyy-MM-dd}";

    /// <summary>Old versions, which <c>latest</c> names the newest of.</summary>
    [SetUp]
    public void Start()
    {
        _folder = new TempFolder();
        _s3 = onS3 ? S3Session.Start() : null;
        MakeVersionsAsync().GetAwaiter().GetResult();
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_s3 is not null) await _s3.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase(1, 0)]
    [TestCase(3, 2)]
    [TestCase(9, 4)]
    public async Task Train_Keep_DeletesTheOldestBeyondIt(int keep, int left)
    {
        var run = await Tool.SucceedAsync([.. Train($"{Models}/m-{{date}}"), "--keep", $"{keep}"]);

        Assert.That(await FoldersAsync(), Is.EqualTo((string[])[.. Versions[^left..], Today]));
        Assert.That(run.Error.Split("deleted the old version "), Has.Length.EqualTo(1 + Versions.Length - left));
        await Tool.SucceedAsync("recommend", $"{Models}/latest", "--device", "cpu");
    }

    /// <summary>Only what is a whole model of these versions and nothing more is deleted.</summary>
    [Test]
    public async Task Train_Keep_LeavesWhatIsNotItsOwn()
    {
        var store = StoreFolder.Open(Models);
        await WriteAsync(store, "m-2026-01-01/notes.txt", "mine"u8.ToArray());
        await WriteAsync(store, "m-2025-12-01/data.csv", "no model"u8.ToArray());
        await WriteAsync(store, "m-2025-12-02/manifest.json", "{}"u8.ToArray());
        await CopyAsync(store, "m-2026-01-02", "other-2025-01-01");
        await CopyAsync(store, "m-2026-01-02", "m-2025-02-30");

        var run = await Tool.SucceedAsync([.. Train($"{Models}/m-{{date}}"), "--keep", "1"]);

        Assert.That(
            await FoldersAsync(),
            Is.EqualTo((string[])["m-2025-02-30", "m-2025-12-01", "m-2025-12-02", "m-2026-01-01", Today,
                "other-2025-01-01"]));
        Assert.That(
            run.Error,
            Does.Contain("m-2026-01-01' contains 'notes.txt', which is not a file of the model. It is left for you")
                .And.Contain("m-2025-12-02' was not written by gpuals"));
        Assert.That(await store.ListAsync("m-2026-01-01/", default), Has.Count.EqualTo(11));
    }

    /// <summary>A link in a version may go, but never what it leads to.</summary>
    [Test]
    public async Task Train_Keep_DoesNotFollowLinksOutOfAVersion()
    {
        if (onS3) Assert.Ignore("objects have no links");
        Directory.CreateDirectory(_folder.At("mine"));
        File.WriteAllText(_folder.At("mine", "letter.txt"), "dear");
        var link = Path.Combine(Models, "m-2026-01-01", "user_factors.npy");
        File.Delete(link);
        Directory.CreateSymbolicLink(link, _folder.At("mine"));

        await Tool.SucceedAsync([.. Train($"{Models}/m-{{date}}"), "--keep", "1"]);

        Assert.That(await FoldersAsync(), Does.Not.Contain("m-2026-01-01"));
        Assert.That(File.ReadAllText(_folder.At("mine", "letter.txt")), Is.EqualTo("dear"));
    }

    /// <summary>An incomplete version is not one that is kept, and one that was half deleted goes in the end.</summary>
    [Test]
    public async Task Train_Keep_CountsCompleteVersionsOnly()
    {
        var store = StoreFolder.Open(Models);
        await store.DeleteAsync("m-2026-01-03/_SUCCESS", default);
        foreach (var file in await store.ListAsync("m-2026-01-01/", default))
            if (!file.EndsWith("manifest.json", StringComparison.Ordinal)) await store.DeleteAsync(file, default);

        await Tool.SucceedAsync([.. Train($"{Models}/m-{{date}}"), "--keep", "3"]);

        Assert.That(await FoldersAsync(), Is.EqualTo((string[])[.. Versions[1..], Today]));
    }

    [Test]
    public async Task Train_Fails_DeletesNothing()
    {
        var run = await Tool.RunAsync([.. Train($"{Models}/m-{{date}}"), "--keep", "1", "--min-rows", "1000000"]);

        Assert.That(run.ExitCode, Is.EqualTo(5), run.Error);
        Assert.That(await FoldersAsync(), Is.EqualTo(Versions));
        Assert.That(await LatestAsync(), Is.EqualTo("m-2026-01-04"));
    }

    [Test]
    public async Task Train_KeepWithoutPlaceholder_IsRefused()
    {
        var run = await Tool.RunAsync([.. Train($"{Models}/m"), "--keep", "1"]);

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.Contain("--keep requires a placeholder in --output, as in models/{date}."));
    }

    /// <summary>What cannot be deleted is a warning; the model is published all the same.</summary>
    [Test]
    public async Task Train_VersionCannotBeDeleted_WarnsAndSucceeds()
    {
        if (!onS3) Assert.Ignore("root may delete everything.");
        _s3!.Double.Faults.On(S3Operation.DeleteObject, S3Fault.AccessDenied, nth: 1);

        var run = await Tool.SucceedAsync([.. Train($"{Models}/m-{{date}}"), "--keep", "2"]);

        Assert.That(run.Error, Does.Contain("m-2026-01-03' could not be deleted: cannot delete 's3://music/models/m-"));
        Assert.That(await FoldersAsync(), Is.EqualTo((string[])["m-2026-01-03", Versions[^1], Today]));
        Assert.That(await LatestAsync(), Is.EqualTo(Today));
    }

    /// <summary>At each deletion, what is left of the version is no complete folder, but has its manifest.</summary>
    [Test]
    public async Task Train_Keep_NeverShowsHalfAModelAsAWholeOne()
    {
        if (!onS3) Assert.Ignore("the order is seen on S3.");
        var seen = new List<string[]>();
        var look = S3Fault.Do(() => seen.Add(
            [.. _s3!.Store.Keys("music").Where(key => key.Contains("m-2026-01-01", StringComparison.Ordinal))]));
        _s3!.Double.Faults.On(S3Operation.DeleteObject, look, times: 1000);

        await Tool.SucceedAsync([.. Train($"{Models}/m-{{date}}"), "--keep", "1"]);

        var halves = seen.Where(keys => keys.Length is > 0 and < 10).ToArray();
        Assert.That(halves, Has.Length.GreaterThan(5));
        foreach (var half in halves)
        {
            Assert.That(half, Has.None.EndsWith("_SUCCESS"));
            Assert.That(half, Has.Some.EndsWith("manifest.json"));
        }
    }

    [Test]
    public async Task Keep_LinkToAFolderElsewhere_IsNotFollowed()
    {
        if (onS3) Assert.Ignore("S3 has no links.");
        Directory.Move(_folder.At("models", "m-2026-01-01"), _folder.At("elsewhere"));
        Directory.CreateSymbolicLink(_folder.At("models", "m-2026-01-01"), _folder.At("elsewhere"));

        await Tool.SucceedAsync([.. Train($"{Models}/m-{{date}}"), "--keep", "1"]);

        Assert.That(Directory.GetFiles(_folder.At("elsewhere")), Has.Length.EqualTo(10));
    }

    private IEnumerable<string> Train(string output) =>
    [
        "train", _folder.At("plays.csv"), "--output", output, "--rank", "3", "--iterations", "1", "--device", "cpu",
    ];

    private async Task<IReadOnlyList<string>> FoldersAsync() =>
        await StoreFolder.Open(Models).ListFoldersAsync("", default);

    private async Task<string> LatestAsync() =>
        await LatestModel.ReadAsync((await StoreFolder.Open(Models).FindAsync("latest", default))!, default);

    private static async Task CopyAsync(IStoreFolder store, string from, string to)
    {
        foreach (var file in await store.ListAsync($"{from}/", default))
        {
            var source = (await store.FindAsync(file, default))!;
            await WriteAsync(store, to + file[from.Length..], await source.ReadAllAsync(default));
        }
    }

    private async Task MakeVersionsAsync()
    {
        await Tool.SucceedAsync(
            "sample", "--output", _folder.At("plays.csv"), "--users", "60", "--items", "50", "--plays", "900");
        await Tool.SucceedAsync([.. Train(_folder.At("model"))]);
        var store = StoreFolder.Open(Models);
        foreach (var version in Versions)
            foreach (var file in Directory.GetFiles(_folder.At("model")))
                await WriteAsync(store, $"{version}/{Path.GetFileName(file)}", File.ReadAllBytes(file));
        await WriteAsync(store, "latest", "m-2026-01-04\n"u8.ToArray());
    }

    private static ValueTask WriteAsync(IStoreFolder store, string file, byte[] bytes) =>
        store.ReplaceAsync(file, stream => stream.WriteAsync(bytes).AsTask(), default);
}
