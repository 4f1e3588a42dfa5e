using System.Net;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace GpuAls.Tests.Connectors.S3;

/// <summary>
/// The double against the client of the AWS SDK, against requests that were tampered with, and its faults.
/// </summary>
public sealed class S3DoubleTests
{
    private const string Bucket = "music";
    private const int PartBytes = 5 << 20;

    private S3Double _s3 = null!;
    private AmazonS3Client _client = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _s3 = await S3Double.StartAsync(new S3DoubleOptions { ListPage = 2 });
        _client = _s3.Client();
    }

    [TearDown]
    public async Task StopAsync()
    {
        _client.Dispose();
        await _s3.DisposeAsync();
    }

    [TestCase("crc32", "cbf43926")]
    [TestCase("crc32c", "e3069283")]
    [TestCase("crc64nvme", "ae8b14860a799888")]
    public void Checksum_OfTheCheckString_IsThatOfTheCatalogue(string algorithm, string expected) =>
        Assert.That(Convert.ToHexStringLower(S3Checksums.Of(algorithm, "123456789"u8.ToArray())), Is.EqualTo(expected));

    [TestCase("plays.csv", true)]
    [TestCase("plays.csv", false)]
    [TestCase("day=2026-01-02/a b+c&d=é%41~.csv", true)]
    public async Task Object_PutBySdk_IsReadBack(string key, bool isChunked)
    {
        await PutAsync(key, "hello", request => request.UseChunkEncoding = isChunked);

        using var read = await _client.GetObjectAsync(Bucket, key);
        using var text = new StreamReader(read.ResponseStream);
        Assert.That(await text.ReadToEndAsync(), Is.EqualTo("hello"));
        Assert.That(_s3.Store.Text(Bucket, key), Is.EqualTo("hello"));
        Assert.That(
            _s3.Requests[0].Header("x-amz-content-sha256")!.StartsWith("STREAMING-AWS4"), Is.EqualTo(isChunked));
    }

    [Test]
    public async Task Range_IfMatch_IsServedFromThatVersionOnly()
    {
        _s3.Store.Put(Bucket, "plays.csv", "0123456789");
        var etag = (await _client.GetObjectMetadataAsync(Bucket, "plays.csv")).ETag;
        var request = new GetObjectRequest
        {
            BucketName = Bucket,
            Key = "plays.csv",
            ByteRange = new ByteRange(2, 4),
            EtagToMatch = etag,
        };
        using (var read = await _client.GetObjectAsync(request))
        using (var text = new StreamReader(read.ResponseStream))
        {
            Assert.That(await text.ReadToEndAsync(), Is.EqualTo("234"));
            Assert.That(read.ContentRange, Is.EqualTo("bytes 2-4/10"));
        }

        _s3.Store.Put(Bucket, "plays.csv", "9876543210");

        await FailsAsync(
            HttpStatusCode.PreconditionFailed, "PreconditionFailed", () => _client.GetObjectAsync(request));
    }

    [Test]
    public async Task Listing_SeveralPages_HasKeysAndFoldersInOrder()
    {
        string[] keys = ["a/1.csv", "a/2.csv", "a/é b+.csv", "b/1.csv", "c.csv", "d/e/f.csv", "other"];
        foreach (var key in keys) _s3.Store.Put(Bucket, key, "x");

        Assert.That(await ListAsync(delimiter: null), Is.EqualTo(keys));
        Assert.That(await ListAsync(delimiter: "/"), Is.EquivalentTo((string[])["a/", "b/", "c.csv", "d/", "other"]));
        Assert.That(_s3.Requests.Count(request => request.Operation == S3Operation.ListObjectsV2), Is.EqualTo(4 + 3));
    }

    [Test]
    public async Task Upload_OfParts_IsVisibleOnceComplete()
    {
        var upload = await _client.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest
            {
                BucketName = Bucket,
                Key = "model.npy",
                ChecksumAlgorithm = ChecksumAlgorithm.CRC32,
            });
        var (first, second) = (await PartAsync(upload, 1, PartBytes), await PartAsync(upload, 2, 7));
        Assert.That(_s3.Store.Keys(Bucket), Is.Empty);
        Assert.That(_s3.Store.OpenUploads, Has.Count.EqualTo(1));

        var made = await CompleteAsync(upload, first, second);

        Assert.That(made.ETag, Does.EndWith("-2\""));
        Assert.That(_s3.Store.Bytes(Bucket, "model.npy"), Has.Length.EqualTo(PartBytes + 7));
        Assert.That(_s3.Store.OpenUploads, Is.Empty);
        await FailsAsync(HttpStatusCode.NotFound, "NoSuchUpload", () => CompleteAsync(upload, first, second));
    }

    [Test]
    public async Task Upload_WithPartsThatAreTooSmallOrOutOfOrder_IsRefused()
    {
        var upload = await _client.InitiateMultipartUploadAsync(Bucket, "model.npy");
        var (first, second) = (await PartAsync(upload, 1, PartBytes - 1), await PartAsync(upload, 2, 7));

        await FailsAsync(HttpStatusCode.BadRequest, "EntityTooSmall", () => CompleteAsync(upload, first, second));
        second.ETag = first.ETag;
        await FailsAsync(HttpStatusCode.BadRequest, "InvalidPart", () => CompleteAsync(upload, first, second));
        await FailsAsync(HttpStatusCode.BadRequest, "InvalidArgument", () => PartAsync(upload, 10_001, 7));

        await _client.AbortMultipartUploadAsync(Bucket, "model.npy", upload.UploadId);
        Assert.That(_s3.Store.OpenUploads, Is.Empty);
    }

    [Test]
    public async Task IfNoneMatch_ObjectIsThere_IsRefused()
    {
        _s3.Store.Put(Bucket, "_SUCCESS", "");
        var upload = await _client.InitiateMultipartUploadAsync(Bucket, "_SUCCESS");
        var part = await PartAsync(upload, 1, 7);

        await FailsAsync(
            HttpStatusCode.PreconditionFailed, "PreconditionFailed",
            () => PutAsync("_SUCCESS", "", request => request.IfNoneMatch = "*"));
        await FailsAsync(
            HttpStatusCode.PreconditionFailed, "PreconditionFailed",
            () => _client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
            {
                BucketName = Bucket,
                Key = "_SUCCESS",
                UploadId = upload.UploadId,
                PartETags = [part],
                IfNoneMatch = "*",
            }));
        await PutAsync("other", "", request => request.IfNoneMatch = "*");
    }

    [Test]
    public async Task IfMatch_ObjectHasChanged_IsRefused()
    {
        _s3.Store.Put(Bucket, "journal", "1");
        var etag = _s3.Store.Find(Bucket, "journal")!.ETag;

        await PutAsync("journal", "2", request => request.IfMatch = etag);
        await FailsAsync(
            HttpStatusCode.PreconditionFailed, "PreconditionFailed",
            () => PutAsync("journal", "3", request => request.IfMatch = etag));
        await FailsAsync(
            HttpStatusCode.NotFound, "NoSuchKey", () => PutAsync("absent", "3", request => request.IfMatch = etag));
    }

    [Test]
    public async Task Objects_CopiedAndDeletedTogether_AreGone()
    {
        foreach (var key in (string[])["a", "b", "c"]) _s3.Store.Put(Bucket, key, key);

        await _client.CopyObjectAsync(Bucket, "a", Bucket, "d");
        await _client.DeleteObjectAsync(Bucket, "a");
        await _client.DeleteObjectsAsync(
            new() { BucketName = Bucket, Objects = [new() { Key = "b" }, new() { Key = "absent" }] });

        Assert.That(_s3.Store.Keys(Bucket), Is.EqualTo((string[])["c", "d"]));
    }

    [Test]
    public async Task Checksum_ThatDoesNotMatch_IsRefused()
    {
        await FailsAsync(
            HttpStatusCode.BadRequest, "BadDigest",
            () => PutAsync("a", "hello", request => request.ChecksumCRC32 = "AAAAAA=="));
        await FailsAsync(
            HttpStatusCode.BadRequest, "BadDigest",
            () => PutAsync("a", "hello", request => request.MD5Digest = Convert.ToBase64String(new byte[16])));
        Assert.That(_s3.Store.Keys(Bucket), Is.Empty);
    }

    [Test]
    public async Task Credentials_ThatAreWrong_AreRefused()
    {
        var (key, secret, region) = (_s3.Options.AccessKey, _s3.Options.SecretKey, _s3.Options.Region);
        await WithAsync("AKIAOTHER", secret, region, HttpStatusCode.Forbidden, "InvalidAccessKeyId");
        await WithAsync(key, "other", region, HttpStatusCode.Forbidden, "SignatureDoesNotMatch");
        await WithAsync(key, secret, "us-west-2", HttpStatusCode.BadRequest, "AuthorizationHeaderMalformed");

        using var plain = new HttpClient();
        using var unsigned = await plain.GetAsync(new Uri(_s3.Endpoint, $"/{Bucket}/a"));
        Assert.That(unsigned.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await unsigned.Content.ReadAsStringAsync(), Does.Contain("<Code>AccessDenied</Code>"));

        async Task WithAsync(string key, string secret, string region, HttpStatusCode status, string code)
        {
            using var client = new AmazonS3Client(
                key, secret,
                new AmazonS3Config
                {
                    ServiceURL = _s3.Endpoint.ToString(),
                    AuthenticationRegion = region,
                    ForcePathStyle = true,
                    MaxErrorRetry = 0,
                });
            await FailsAsync(status, code, () => client.ListObjectsV2Async(new() { BucketName = Bucket }));
        }
    }

    [Test]
    public async Task SessionToken_ThatIsStale_IsRefused()
    {
        using var session = await StartWithTokenAsync();

        await FailsAsync(
            HttpStatusCode.BadRequest, "InvalidToken", () => session.ListObjectsV2Async(new() { BucketName = Bucket }));
    }

    [TestCase("body", false, "XAmzContentSHA256Mismatch")]
    [TestCase("body", true, "SignatureDoesNotMatch")]
    [TestCase("trailer", true, "SignatureDoesNotMatch")]
    [TestCase("path", false, "SignatureDoesNotMatch")]
    [TestCase("query", false, "SignatureDoesNotMatch")]
    [TestCase("signed header", false, "SignatureDoesNotMatch")]
    [TestCase("added header", false, "AccessDenied")]
    [TestCase("length", true, "SignatureDoesNotMatch")]
    public async Task Request_ChangedOnItsWay_IsRefused(string what, bool isChunked, string code)
    {
        using var client = _s3.Client(config => config.HttpClientFactory = new Tampering(what));
        var request = new PutObjectRequest
        {
            BucketName = Bucket,
            Key = "a",
            ContentBody = "hello",
            UseChunkEncoding = isChunked,
            ChecksumAlgorithm = ChecksumAlgorithm.CRC32,
        };

        var failure = await Assert.CatchAsync<AmazonS3Exception>(() => client.PutObjectAsync(request));

        Assert.That(failure!.ErrorCode, Is.EqualTo(code), failure.Message);
        Assert.That(_s3.Store.Keys(Bucket), Is.Empty);
        await PutAsync("a", "hello");
    }

    [Test]
    public async Task Fault_OfTheSecondCall_StrikesThatAlone()
    {
        _s3.Faults.On(S3Operation.PutObject, S3Fault.SlowDown, nth: 2);

        await PutAsync("a", "1");
        await FailsAsync(HttpStatusCode.ServiceUnavailable, "SlowDown", () => PutAsync("a", "2"));
        Assert.That(_s3.Store.Text(Bucket, "a"), Is.EqualTo("1"));
        await PutAsync("a", "3");

        Assert.That(_s3.Store.Text(Bucket, "a"), Is.EqualTo("3"));
        Assert.That(_s3.Faults.Struck, Is.EqualTo(1));
    }

    [TestCaseSource(nameof(Refusals))]
    public async Task Fault_Refusal_IsSaidWithoutTheWork(object fault, HttpStatusCode status, string code)
    {
        _s3.Faults.On(S3Operation.PutObject, (S3Fault)fault);

        await FailsAsync(status, code, () => PutAsync("a", "1"));

        Assert.That(_s3.Store.Keys(Bucket), Is.Empty);
    }

    [Test]
    public async Task Fault_ErrorWithStatus200_IsSeenByTheSdk()
    {
        var upload = await _client.InitiateMultipartUploadAsync(Bucket, "a");
        var part = await PartAsync(upload, 1, 7);
        _s3.Faults.On(S3Operation.CompleteMultipartUpload, S3Fault.InternalErrorIn200);

        var failure = await Assert.CatchAsync<AmazonServiceException>(() => CompleteAsync(upload, part));

        Assert.That(failure!.ErrorCode, Is.EqualTo("InternalError"));
        Assert.That(_s3.Store.OpenUploads, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Fault_OfTheConnection_BreaksIt()
    {
        var large = new string('x', 1 << 20);
        _s3.Store.Put(Bucket, "large", large);
        await BreaksAsync(S3Operation.PutObject, S3Fault.CutRequest(1000), () => PutAsync("cut", large));
        await BreaksAsync(S3Operation.PutObject, S3Fault.LostResponse, () => PutAsync("lost", large));
        await BreaksAsync(S3Operation.GetObject, S3Fault.CutResponse(1000), () => ReadAsync("large"));

        Assert.That(_s3.Store.Keys(Bucket), Is.EqualTo((string[])["large", "lost"]));

        // Sends of a broken connection are repeated below the SDK, whatever its number of retries.
        async Task BreaksAsync(S3Operation operation, S3Fault fault, Func<Task> call)
        {
            _s3.Faults.On(operation, fault, times: 1000);
            await Assert.CatchAsync(() => call());
            _s3.Faults.Clear();
        }
    }

    [Test]
    public async Task Fault_OfTheRange_IsServed()
    {
        var all = new ByteRange(0, 9); // of ranges, the SDK does not check the ETag
        _s3.Store.Put(Bucket, "a", "0123456789");
        _s3.Faults.On(S3Operation.GetObject, S3Fault.ShortRange(3), nth: 1);
        _s3.Faults.On(S3Operation.GetObject, S3Fault.Flip(0), nth: 2);
        _s3.Faults.On(S3Operation.GetObject, S3Fault.Do(() => _s3.Store.Put(Bucket, "a", "changed")), nth: 3);
        _s3.Faults.On(S3Operation.GetObject, S3Fault.Wait(TimeSpan.FromMilliseconds(300)), nth: 4);

        Assert.That(await ReadAsync("a", all), Is.EqualTo("0123456"));
        Assert.That(await ReadAsync("a", all), Is.EqualTo("1123456789"));
        Assert.That(await ReadAsync("a", all), Is.EqualTo("changed"));
        var start = DateTime.UtcNow;
        await ReadAsync("a", all);
        Assert.That(DateTime.UtcNow - start, Is.GreaterThan(TimeSpan.FromMilliseconds(250)));
    }

    private static IEnumerable<TestCaseData> Refusals()
    {
        yield return Case(S3Fault.AccessDenied, HttpStatusCode.Forbidden, "AccessDenied");
        yield return Case(S3Fault.ExpiredToken, HttpStatusCode.BadRequest, "ExpiredToken");
        yield return Case(S3Fault.NoSuchBucket, HttpStatusCode.NotFound, "NoSuchBucket");
        yield return Case(S3Fault.Conflict, HttpStatusCode.Conflict, "ConditionalRequestConflict");
        yield return Case(S3Fault.InternalError.After(2), HttpStatusCode.InternalServerError, "InternalError");
        yield return Case(S3Fault.PermanentRedirect("us-west-2"), HttpStatusCode.MovedPermanently, "PermanentRedirect");

        static TestCaseData Case(S3Fault fault, HttpStatusCode status, string code) =>
            new TestCaseData(fault, status, code).SetArgDisplayNames(code);
    }

    private static async Task FailsAsync(HttpStatusCode status, string code, Func<Task> call)
    {
        var failure = await Assert.CatchAsync<AmazonServiceException>(() => call());
        Assert.That((failure!.StatusCode, failure.ErrorCode), Is.EqualTo((status, code)), failure.Message);
    }

    private Task<PutObjectResponse> PutAsync(string key, string text, Action<PutObjectRequest>? change = null)
    {
        var request = new PutObjectRequest { BucketName = Bucket, Key = key, ContentBody = text };
        change?.Invoke(request);
        return _client.PutObjectAsync(request);
    }

    private async Task<string> ReadAsync(string key, ByteRange? range = null)
    {
        var request = new GetObjectRequest { BucketName = Bucket, Key = key, ByteRange = range };
        using var read = await _client.GetObjectAsync(request);
        using var text = new StreamReader(read.ResponseStream);
        return await text.ReadToEndAsync();
    }

    private async Task<PartETag> PartAsync(InitiateMultipartUploadResponse upload, int number, int length)
    {
        using var bytes = new MemoryStream(new byte[length]);
        var response = await _client.UploadPartAsync(new UploadPartRequest
        {
            BucketName = Bucket,
            Key = upload.Key,
            UploadId = upload.UploadId,
            PartNumber = number,
            InputStream = bytes,
            ChecksumAlgorithm = ChecksumAlgorithm.CRC32,
        });
        return new PartETag { PartNumber = number, ETag = response.ETag, ChecksumCRC32 = response.ChecksumCRC32 };
    }

    private Task<CompleteMultipartUploadResponse> CompleteAsync(
        InitiateMultipartUploadResponse upload, params List<PartETag> parts) =>
        _client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
        {
            BucketName = Bucket,
            Key = upload.Key,
            UploadId = upload.UploadId,
            PartETags = parts,
        });

    private async Task<List<string>> ListAsync(string? delimiter)
    {
        var names = new List<string>();
        var pages = _client.Paginators.ListObjectsV2(new() { BucketName = Bucket, Delimiter = delimiter });
        await foreach (var page in pages.Responses)
            names.AddRange([.. (page.S3Objects ?? []).Select(found => found.Key), .. page.CommonPrefixes ?? []]);
        return names;
    }

    private async Task<AmazonS3Client> StartWithTokenAsync()
    {
        await StopAsync();
        _s3 = await S3Double.StartAsync(new S3DoubleOptions { SessionToken = "token" });
        var config = new AmazonS3Config
        {
            ServiceURL = _s3.Endpoint.ToString(),
            AuthenticationRegion = "eu-central-1",
            ForcePathStyle = true,
            MaxErrorRetry = 0,
        };
        using (var good = new AmazonS3Client("AKIADOUBLE", "secret-of-the-double", "token", config))
            await good.ListObjectsV2Async(new() { BucketName = Bucket });
        return new AmazonS3Client("AKIADOUBLE", "secret-of-the-double", "stale", config);
    }

    /// <summary>Changes requests after they were signed.</summary>
    private sealed class Tampering(string what) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
            new(new Handler(what) { InnerHandler = new SocketsHttpHandler() });

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        private sealed class Handler(string what) : DelegatingHandler
        {
            protected override async Task<HttpResponseMessage> SendAsync(
                HttpRequestMessage request, CancellationToken cancellationToken)
            {
                var target = request.RequestUri!.ToString();
                switch (what)
                {
                    case "path": request.RequestUri = new Uri(target.Replace("/a", "/b")); break;
                    case "query": request.RequestUri = new Uri(target + "?x-id=other"); break;
                    case "signed header":
                        request.Headers.Remove("x-amz-date");
                        var later = DateTime.UtcNow.AddMinutes(2);
                        request.Headers.Add("x-amz-date", later.ToString("yyyyMMdd'T'HHmmss'Z'"));
                        break;
                    case "added header": request.Headers.Add("x-amz-acl", "public-read"); break;
                    default: await ChangeBodyAsync(request, cancellationToken); break;
                }

                return await base.SendAsync(request, cancellationToken);
            }

            private async Task ChangeBodyAsync(HttpRequestMessage request, CancellationToken cancellation)
            {
                var body = await request.Content!.ReadAsStringAsync(cancellation);
                var changed = what switch
                {
                    "body" => body.Replace("hello", "hullo"),
                    "length" => body.Replace("hello\r\n0;", "hellohello\r\n0;").Replace("5;chunk", "a;chunk"),
                    _ => body.Replace("x-amz-checksum-crc32:", "x-amz-checksum-crc32:A"),
                };
                Assert.That(changed, Is.Not.EqualTo(body));
                var content = new ByteArrayContent(Encoding.UTF8.GetBytes(changed));
                foreach (var (name, values) in request.Content.Headers)
                    if (name != "Content-Length") content.Headers.TryAddWithoutValidation(name, values);
                request.Content = content;
            }
        }
    }
}
