using System.Text;
using GpuAls.Connectors.S3;

namespace GpuAls.Tests.Connectors.S3;

/// <summary>Folders and files that are written to S3: what is visible when, and what a failure leaves.</summary>
public sealed class S3OutputTests
{
    private const string Folder = "s3://music/models/night";

    private S3Session _s3 = null!;

    [SetUp]
    public void Start() => _s3 = S3Session.Start();

    [TearDown]
    public async Task StopAsync() => await _s3.DisposeAsync();

    [TestCase(true)]
    [TestCase(false)]
    public async Task Folder_Committed_HasAllFilesAndTheMarkLast(bool checksums)
    {
        await _s3.DisposeAsync();
        _s3 = S3Session.Start(checksums: checksums);
        var large = Bytes(10_001);

        await using (var output = await OpenAsync())
        {
            await WriteAsync(output, "a.npy", large);
            await WriteAsync(output, "lists/b.csv", Bytes(150));
            await WriteAsync(output, "empty", []);
            await WriteAsync(output, "manifest.json", Bytes(100));
            Assert.That(_s3.Store.Keys(S3Session.Bucket), Is.Empty);
            await output.CommitAsync(default);
        }

        Assert.That(Names(), Is.EqualTo((string[])["_SUCCESS", "a.npy", "empty", "lists/b.csv", "manifest.json"]));
        Assert.That(_s3.Store.Bytes(S3Session.Bucket, "models/night/a.npy"), Is.EqualTo(large));
        Assert.That(_s3.Store.OpenUploads, Is.Empty);
        var made = Done(S3Operation.PutObject, S3Operation.CompleteMultipartUpload);
        Assert.That(
            made.Select(request => request.Key[13..]),
            Is.EqualTo((string[])["manifest.json", "a.npy", "lists/b.csv", "empty", "_SUCCESS"]));
        Assert.That(made[0].Header("if-none-match"), Is.EqualTo("*"));
        Assert.That(made[^1].Header("if-none-match"), Is.EqualTo("*"));
        var parts = Done(S3Operation.UploadPart);
        Assert.That(parts, Has.Count.EqualTo(10));
        Assert.That(parts.Select(part => part.Header("x-amz-checksum-crc32") is not null), Is.All.EqualTo(checksums));
        Assert.That(
            _s3.Double.Requests.Select(request => request.Header("x-amz-content-sha256")),
            Has.None.StartWith("STREAMING"));
    }

    [Test]
    public async Task Folder_Overwritten_LosesItsMarkFirstAndStaleFilesAfterTheManifest()
    {
        await PublishAsync(("a.npy", 3000), ("stale.csv", 10), ("manifest.json", 100));
        _s3.Store.Put(S3Session.Bucket, "models/night-2/other", "stays");
        var before = _s3.Double.Requests.Count;

        await PublishAsync(overwrite: true, ("a.npy", 2000), ("new.csv", 10), ("manifest.json", 50));

        Assert.That(Names(), Is.EqualTo((string[])["_SUCCESS", "a.npy", "manifest.json", "new.csv"]));
        Assert.That(_s3.Store.Bytes(S3Session.Bucket, "models/night/a.npy"), Has.Length.EqualTo(2000));
        Assert.That(_s3.Store.Text(S3Session.Bucket, "models/night-2/other"), Is.EqualTo("stays"));
        var changes = _s3.Double.Requests.Skip(before).Where(request => request.Operation is S3Operation.PutObject
            or S3Operation.CompleteMultipartUpload or S3Operation.DeleteObject);
        Assert.That(
            changes.Select(request => $"{request.Operation} {request.Key[13..]}"),
            Is.EqualTo((string[])
            [
                "DeleteObject _SUCCESS", "PutObject manifest.json", "DeleteObject stale.csv",
                "CompleteMultipartUpload a.npy", "PutObject new.csv", "PutObject _SUCCESS",
            ]));
    }

    [Test]
    public async Task Folder_Existing_IsRefusedBeforeTheWork()
    {
        await PublishAsync(("manifest.json", 100));
        await AssertRefusedAsync(() => OpenAsync(), Folder, "already exists", "--overwrite");

        _s3.Store.Put(S3Session.Bucket, "models/night/notes.txt", "mine");
        await AssertRefusedAsync(
            () => OpenAsync(overwrite: true, (existing, _) => new("holds " + string.Join(' ', existing.Files))),
            "holds _SUCCESS manifest.json notes.txt", "--overwrite leaves it alone");

        _s3.Store.Put(S3Session.Bucket, "models/file", "an object");
        await AssertRefusedAsync(() => OutputLocation.Of("s3://music/models/file/")
            .OpenFolderAsync(true, NeverForeign, default), "'s3://music/models/file' is a file");
        Assert.That(_s3.Store.OpenUploads, Is.Empty);
    }

    [Test]
    public async Task Folder_Marks_OfFoldersAreNoFiles()
    {
        _s3.Store.Put(S3Session.Bucket, "models/night/", "");

        await PublishAsync(("manifest.json", 100));

        Assert.That(Names(), Is.EqualTo((string[])["", "_SUCCESS", "manifest.json"]));
    }

    [Test]
    public async Task Folder_Abandoned_LeavesNothing()
    {
        await using (var output = await OpenAsync())
        {
            await WriteAsync(output, "a.npy", Bytes(5000));
            await WriteAsync(output, "a.npy", Bytes(6000));
            var open = await output.CreateAsync("b.npy", default);
            await open.WriteAsync(Bytes(3000));
            Assert.That(_s3.Store.OpenUploads, Has.Count.EqualTo(2));
        }

        AssertNothingLeft();
    }

    [Test]
    public async Task Folder_CancelledInMidUpload_LeavesNothingAndSaysSo()
    {
        using var stop = new CancellationTokenSource();
        _s3.Double.Faults.On(S3Operation.UploadPart, S3Fault.Do(stop.Cancel), nth: 3);
        var output = await OpenAsync();

        await Assert.CatchAsync<OperationCanceledException>(
            () => output.WriteAsync("a.npy", stream => stream.WriteAsync(Bytes(20_000)).AsTask(), stop.Token));
        await output.DisposeAsync();

        AssertNothingLeft();
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Folder_TwoRunsAtOnce_OneWinsAndTheOtherChangesNothing(bool overwrite)
    {
        if (overwrite) await PublishAsync(("manifest.json", 10));
        await using var first = await OpenAsync(overwrite);
        await using var second = await OpenAsync(overwrite);
        await WriteAsync(first, "a.npy", Bytes(3000));
        await WriteAsync(first, "manifest.json", Bytes(100));
        await WriteAsync(second, "a.npy", Bytes(4000));
        await WriteAsync(second, "manifest.json", Bytes(120));
        _s3.Double.Faults.Clear();
        // The second has looked at what is there when the first publishes.
        _s3.Double.Faults.On(
            S3Operation.PutObject, S3Fault.Do(() => first.CommitAsync(default).AsTask().GetAwaiter().GetResult()));

        await AssertRefusedAsync(() => second.CommitAsync(default).AsTask(), Folder, "another run");
        await second.DisposeAsync();

        Assert.That(_s3.Store.Bytes(S3Session.Bucket, "models/night/a.npy"), Has.Length.EqualTo(3000));
        Assert.That(_s3.Store.Bytes(S3Session.Bucket, "models/night/manifest.json"), Has.Length.EqualTo(100));
        Assert.That(Names(), Does.Contain("_SUCCESS"));
        Assert.That(_s3.Store.OpenUploads, Is.Empty);
    }

    [Test]
    public async Task Folder_ThatAnotherRunMadeMeanwhile_IsRefused()
    {
        await using var output = await OpenAsync();
        await WriteAsync(output, "manifest.json", Bytes(100));
        await PublishAsync(("manifest.json", 10));

        await AssertRefusedAsync(() => output.CommitAsync(default).AsTask(), Folder, "already exists");
        await output.DisposeAsync();

        Assert.That(_s3.Store.Bytes(S3Session.Bucket, "models/night/manifest.json"), Has.Length.EqualTo(10));
    }

    [TestCase("s3://music/lists.csv", "lists.csv")]
    [TestCase("s3://music/a b/lists+é.csv", "a b/lists+é.csv")]
    public async Task File_Committed_IsThereAlone(string location, string key)
    {
        _s3.Store.Put(S3Session.Bucket, key + "-other", "stays");
        var file = await OutputLocation.Of(location).OpenFileAsync(overwrite: false, default);
        await using (file.Output)
        {
            await file.WriteAsync(stream => stream.WriteAsync(Bytes(5000)).AsTask(), default);
            Assert.That(_s3.Store.Find(S3Session.Bucket, key), Is.Null);
            await file.Output.CommitAsync(default);
        }

        Assert.That(_s3.Store.Bytes(S3Session.Bucket, key), Is.EqualTo(Bytes(5000)));
        Assert.That(_s3.Store.Keys(S3Session.Bucket), Has.Count.EqualTo(2));
        await AssertRefusedAsync(
            () => OutputLocation.Of(location).OpenFileAsync(overwrite: false, default).AsTask(),
            location, "already exists");
        await using var again = (await OutputLocation.Of(location).OpenFileAsync(overwrite: true, default)).Output;
    }

    [Test]
    public async Task File_ThatAppearedMeanwhile_IsNotReplaced()
    {
        var file = await OutputLocation.Of("s3://music/lists.csv").OpenFileAsync(overwrite: false, default);
        await file.WriteAsync(stream => stream.WriteAsync(Bytes(50)).AsTask(), default);
        _s3.Store.Put(S3Session.Bucket, "lists.csv", "other");

        await AssertRefusedAsync(() => file.Output.CommitAsync(default).AsTask(), "already exists");
        await file.Output.DisposeAsync();

        Assert.That(_s3.Store.Text(S3Session.Bucket, "lists.csv"), Is.EqualTo("other"));
    }

    [TestCase("s3://music")]
    [TestCase("s3://music/")]
    public async Task File_WithoutAName_IsRefused(string location)
    {
        var failure = await Assert.ThrowsAsync<GpuAlsException>(
            () => OutputLocation.Of(location).OpenFileAsync(overwrite: false, default).AsTask());

        Assert.That(failure!.Kind, Is.EqualTo(FailureKind.Usage));
    }

    [Test]
    public async Task Upload_KeepsAFewPartsInFlightAndNoMore()
    {
        await _s3.DisposeAsync();
        _s3 = S3Session.Start(S3Session.QuickLimits with { Parts = 3 });
        _s3.Double.Faults.On(S3Operation.UploadPart, S3Fault.Wait(TimeSpan.FromMilliseconds(50)), times: 1000);
        var file = await OutputLocation.Of("s3://music/a").OpenFileAsync(overwrite: false, default);

        await file.WriteAsync(stream => stream.WriteAsync(Bytes(20_000)).AsTask(), default);
        await file.Output.DisposeAsync();

        Assert.That(_s3.Double.PeakInFlight, Is.EqualTo(3));
    }

    [Test]
    public async Task Upload_OfManyParts_GrowsThem()
    {
        await _s3.DisposeAsync();
        _s3 = S3Session.Start(S3Session.QuickLimits with { PartBytes = 4, SmallBytes = 1 });
        var bytes = Bytes((2000 * 4) + (2000 * 8) + 17);
        var file = await OutputLocation.Of("s3://music/a").OpenFileAsync(overwrite: false, default);

        await file.WriteAsync(stream => stream.WriteAsync(bytes).AsTask(), default);
        await file.Output.CommitAsync(default);

        Assert.That(_s3.Store.Bytes(S3Session.Bucket, "a"), Is.EqualTo(bytes));
        var lengths = Done(S3Operation.UploadPart)
            .OrderBy(part => int.Parse(part.Argument("partNumber")!)).Select(part => part.BodyBytes).ToArray();
        Assert.That(lengths[1999..2002], Is.EqualTo((long[])[4, 8, 8]));
        Assert.That(lengths[3999..], Is.EqualTo((long[])[8, 16, 1]));
    }

    /// <summary>Whatever is done by the first of two sends, the second is understood.</summary>
    [TestCase("CreateMultipartUpload")]
    [TestCase("UploadPart")]
    [TestCase("PutObject")]
    [TestCase("CompleteMultipartUpload")]
    [TestCase("DeleteObject")]
    public async Task Folder_AnswerIsLostAtAnyStep_IsPublished(string name)
    {
        var operation = Enum.Parse<S3Operation>(name);
        for (var nth = 1; ; nth++)
        {
            await PublishAsync(("a.npy", 3000), ("stale.csv", 10), ("manifest.json", 100));
            _s3.Double.Faults.Clear();
            _s3.Double.Faults.On(operation, S3Fault.LostResponse, nth);

            await PublishAsync(overwrite: true, ("a.npy", 2000), ("b.npy", 2000), ("manifest.json", 50));

            Assert.That(Names(), Is.EqualTo((string[])["_SUCCESS", "a.npy", "b.npy", "manifest.json"]), $"{nth}");
            Assert.That(_s3.Store.OpenUploads, Is.Empty, $"{nth}");
            if (_s3.Double.Faults.Struck == 0) break;
            foreach (var key in Names()) _s3.Store.Delete(S3Session.Bucket, "models/night/" + key);
        }
    }

    [Test]
    public async Task Folder_OverwriteThatCannotBegin_KeepsTheOldOne()
    {
        await PublishAsync(("a.npy", 3000), ("manifest.json", 100));
        await using var output = await OpenAsync(overwrite: true);
        await WriteAsync(output, "a.npy", Bytes(2000));
        await WriteAsync(output, "manifest.json", Bytes(50));
        _s3.Double.Faults.Clear();
        _s3.Double.Faults.On(S3Operation.PutObject, S3Fault.AccessDenied);

        await AssertRefusedAsync(() => output.CommitAsync(default).AsTask(), "manifest.json", "access is denied");
        await output.DisposeAsync();

        Assert.That(Names(), Is.EqualTo((string[])["_SUCCESS", "a.npy", "manifest.json"]));
        Assert.That(_s3.Store.Bytes(S3Session.Bucket, "models/night/a.npy"), Has.Length.EqualTo(3000));
        Assert.That(_s3.Store.OpenUploads, Is.Empty);
    }

    [Test]
    public async Task Folder_OverwriteThatFailsHalfway_HasNoMarkAndCanBeOverwritten()
    {
        await PublishAsync(("a.npy", 3000), ("stale.csv", 10), ("manifest.json", 100));
        await using (var output = await OpenAsync(overwrite: true))
        {
            await WriteAsync(output, "a.npy", Bytes(2000));
            await WriteAsync(output, "new.csv", Bytes(50));
            await WriteAsync(output, "manifest.json", Bytes(50));
            _s3.Double.Faults.Clear();
            _s3.Double.Faults.On(S3Operation.CompleteMultipartUpload, S3Fault.AccessDenied);
            await AssertRefusedAsync(
                () => output.CommitAsync(default).AsTask(),
                "a.npy", "access is denied", "has no _SUCCESS now", "--overwrite");
        }

        Assert.That(Names(), Is.EqualTo((string[])["a.npy", "manifest.json"]));
        Assert.That(_s3.Store.OpenUploads, Is.Empty);
        await PublishAsync(overwrite: true, ("a.npy", 2000), ("manifest.json", 50));
        Assert.That(Names(), Does.Contain("_SUCCESS"));
    }

    [Test]
    public async Task Log_Appended_IsThereForTheNextRun()
    {
        using (var folder = await OpenWorkFolderAsync())
        {
            using var log = await folder.OpenLogAsync(default);
            Assert.That(log.ReadAll(), Is.Empty);
            log.Append("one\n"u8.ToArray());
            _s3.Double.Faults.On(S3Operation.PutObject, S3Fault.LostResponse);
            log.Append("two\nthr"u8.ToArray());
        }

        using var again = await OpenWorkFolderAsync();
        using var second = await again.OpenLogAsync(default);
        Assert.That(Encoding.UTF8.GetString(second.ReadAll()), Is.EqualTo("one\ntwo\nthr"));
        second.Truncate(8);
        second.Append("three\n"u8.ToArray());

        Assert.That(_s3.Store.Text(S3Session.Bucket, "search/log"), Is.EqualTo("one\ntwo\nthree\n"));
    }

    [Test]
    public async Task Log_OfTwoRuns_StopsTheSecond()
    {
        using var folder = await OpenWorkFolderAsync();
        using var first = await folder.OpenLogAsync(default);
        using var second = await folder.OpenLogAsync(default);
        first.Append("one\n"u8.ToArray());

        var failure = Assert.Throws<GpuAlsException>(() => second.Append("two\n"u8.ToArray()));

        Assert.That(failure!.Message, Does.Contain("s3://music/search/log").And.Contain("another run"));
        Assert.That(_s3.Store.Text(S3Session.Bucket, "search/log"), Is.EqualTo("one\n"));
    }

    [Test]
    public async Task WorkFolder_WithOtherFiles_IsRefused()
    {
        _s3.Store.Put(S3Session.Bucket, "search/notes.txt", "mine");

        await AssertRefusedAsync(() => OpenWorkFolderAsync(), "'s3://music/search' is not ours");
    }

    private static Task<IWorkFolder> OpenWorkFolderAsync() =>
        OutputLocation.Of("s3://music/search").OpenWorkFolderAsync("log", "is not ours", default);

    private static ValueTask<string?> NeverForeign(ExistingFiles existing, CancellationToken cancellation) => default;

    private static Task<IFolderOutput> OpenAsync(bool overwrite = false, ForeignCheck? whyForeign = null) =>
        OutputLocation.Of(Folder).OpenFolderAsync(overwrite, whyForeign ?? NeverForeign, default);

    private static Task WriteAsync(IOutput output, string file, byte[] bytes) =>
        output.WriteAsync(file, stream => stream.WriteAsync(bytes).AsTask(), default);

    private static Task PublishAsync(params (string File, int Length)[] files) => PublishAsync(overwrite: false, files);

    private static async Task PublishAsync(bool overwrite, params (string File, int Length)[] files)
    {
        await using var output = await OpenAsync(overwrite);
        foreach (var (file, length) in files) await WriteAsync(output, file, Bytes(length));
        await output.CommitAsync(default);
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static async Task AssertRefusedAsync(Func<Task> action, params string[] parts)
    {
        var failure = await Assert.ThrowsAsync<GpuAlsException>(() => action());
        Assert.That(failure!.Kind, Is.EqualTo(FailureKind.Output));
        foreach (var part in parts) Assert.That(failure.Message, Does.Contain(part));
    }

    /// <summary>The names of the objects in the folder.</summary>
    private string[] Names() =>
        [.. _s3.Store.Keys(S3Session.Bucket, "models/night/").Select(key => key["models/night/".Length..])];

    private List<S3Request> Done(params S3Operation[] operations) =>
        [.. _s3.Double.Requests.Where(request => request.Status == 200 && operations.Contains(request.Operation))];

    private void AssertNothingLeft()
    {
        Assert.That(_s3.Store.Keys(S3Session.Bucket), Is.Empty);
        Assert.That(_s3.Store.OpenUploads, Is.Empty);
    }
}
