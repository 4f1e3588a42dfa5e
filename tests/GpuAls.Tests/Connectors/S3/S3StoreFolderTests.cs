using GpuAls.Tests.Storage;

namespace GpuAls.Tests.Connectors.S3;

/// <summary>A folder on S3 keeps what every store folder promises.</summary>
public sealed class S3StoreFolderTests : StoreFolderTests
{
    private S3Session _s3 = null!;

    [SetUp]
    public void Start() => _s3 = S3Session.Start();

    [TearDown]
    public async Task StopAsync()
    {
        var uploads = _s3.Store.OpenUploads;
        await _s3.DisposeAsync();
        Assert.That(uploads, Is.Empty);
    }

    [Test]
    public async Task Replace_LargeFileThatFails_KeepsTheOldOne()
    {
        var folder = Open();
        await folder.ReplaceAsync("file", stream => stream.WriteAsync(new byte[5000]).AsTask(), default);
        _s3.Double.Faults.Clear();
        _s3.Double.Faults.On(S3Operation.UploadPart, S3Fault.AccessDenied, nth: 3);

        Assert.That(
            async () => await folder.ReplaceAsync(
                "file", stream => stream.WriteAsync(new byte[6000]).AsTask(), default),
            Throws.TypeOf<GpuAlsException>().With.Message.Contains("cannot write 's3://music/new/store/file'"));

        Assert.That(_s3.Store.Bytes(S3Session.Bucket, "new/store/file"), Has.Length.EqualTo(5000));
    }

    private protected override IStoreFolder Open() => StoreFolder.Open("s3://music/new/store");
}
