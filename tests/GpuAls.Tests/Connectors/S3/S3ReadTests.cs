using GpuAls.Connectors.S3;

namespace GpuAls.Tests.Connectors.S3;

/// <summary>What is found in S3 and read from it, also where S3 fails.</summary>
public sealed class S3ReadTests
{
    private const string Bucket = "music";
    private const string Key = "plays/part 0+é.csv";

    /// <summary>Three ranges and a bit.</summary>
    private const int Length = (3 * S3Object.RangeBytes) + 1001;

    private static readonly byte[] Content = Bytes(Length, seed: 1);

    private S3Double _s3 = null!;
    private S3Client _client = null!;
    private S3Store _store = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _s3 = await S3Double.StartAsync(new S3DoubleOptions { ListPage = 2 });
        Connect(new S3Limits
        {
            Attempts = 3,
            Backoff = TimeSpan.FromMilliseconds(1),
            Silence = TimeSpan.FromSeconds(1),
            Answer = TimeSpan.FromSeconds(1),
        });
    }

    [TearDown]
    public async Task StopAsync()
    {
        _client.Dispose();
        await _s3.DisposeAsync();
    }

    [TestCase("s3://music/plays/a.csv", "plays/a.csv")]
    [TestCase("s3a://music/plays/a.csv", "plays/a.csv")]
    [TestCase("s3://music/plays", "plays/_day=1/d.csv plays/a.csv plays/b.csv plays/sub/c.csv")]
    [TestCase("s3://music/plays/", "plays/_day=1/d.csv plays/a.csv plays/b.csv plays/sub/c.csv")]
    [TestCase("s3://music/plays/*.csv", "plays/a.csv plays/b.csv")]
    [TestCase("s3://music/plays/?.csv", "plays/a.csv plays/b.csv")]
    [TestCase("s3://music/plays/*", "plays/_day=1/d.csv plays/a.csv plays/b.csv plays/sub/c.csv")]
    [TestCase("s3://music/**/[bc].csv", "")]
    [TestCase("s3://music/**/c.csv", "plays/sub/c.csv")]
    [TestCase("s3://music/pl*/**", "plays-old/e.csv plays/_day=1/d.csv plays/a.csv plays/b.csv plays/sub/c.csv")]
    [TestCase("s3://music/plays/_hid*/x.csv", "plays/_hidden/x.csv")]
    [TestCase("s3://music/plays/_hidden/x.csv", "plays/_hidden/x.csv")]
    [TestCase("s3://music/pla", "")]
    [TestCase("s3://music/plays/b.cs", "")]
    public async Task Find_AsInFolders(string location, string expected)
    {
        foreach (var key in new[]
        {
            "plays-old/e.csv", "plays/", "plays/a.csv", "plays/b.csv", "plays/b.csv.bak/_x", "plays/sub/c.csv",
            "plays/_SUCCESS", "plays/.crc", "plays/_hidden/x.csv", "plays/_day=1/d.csv", "plays/sub_$folder$",
        }) _s3.Store.Put(Bucket, key, "x");

        var found = await _store.FindAsync(location, default);

        Assert.That(
            string.Join(' ', found.Select(source => source.Name["s3://music/".Length..])), Is.EqualTo(expected));
    }

    [Test]
    public async Task Find_Glob_ListsTheLiteralPrefixOnly()
    {
        _s3.Store.Put(Bucket, "plays/day=2026-01-02/a.csv", "x");

        await _store.FindAsync("s3://music/plays/day=2026-*/a.csv", default);

        Assert.That(_s3.Requests.Single().Argument("prefix"), Is.EqualTo("plays/day=2026-"));
    }

    [Test]
    public async Task Read_LargeObject_GetsRangesOfTheVersionFound()
    {
        var source = await SourceAsync();
        var read = new byte[Length - 7];

        await source.ReadExactlyAsync(7, read, default);

        Assert.That(read.AsSpan().SequenceEqual(Content.AsSpan(7)), Is.True);
        Assert.That(Gets().Select(get => get.Header("if-match")), Is.All.EqualTo(_s3.Store.Find(Bucket, Key)!.ETag));
        Assert.That(Gets().Select(get => get.Header("range")), Is.EquivalentTo(new[]
        {
            "bytes=7-8388614", "bytes=8388615-16777222", "bytes=16777223-25165830", $"bytes=25165831-{Length - 1}",
        }));
    }

    [Test]
    public async Task Read_CutConnection_GoesOnWhereItWasCut()
    {
        _s3.Faults.On(S3Operation.GetObject, S3Fault.CutResponse(1000));
        _s3.Faults.On(S3Operation.GetObject, S3Fault.ShortRange(500), nth: 2);
        var source = await SourceAsync();
        var read = new byte[100_000];

        await source.ReadExactlyAsync(10, read, default);

        Assert.That(read.AsSpan().SequenceEqual(Content.AsSpan(10, read.Length)), Is.True);
        var starts = Gets().Select(get => int.Parse(get.Header("range")!["bytes=".Length..].Split('-')[0])).ToArray();
        Assert.That(starts, Has.Length.EqualTo(3));
        Assert.That(starts[1], Is.InRange(10, 1010));
        Assert.That(starts[2], Is.EqualTo(100_010 - 500));
    }

    [Test]
    public async Task Read_ServerThatStumbles_IsAskedAgain([Values] bool isSilent)
    {
        _s3.Faults.On(
            S3Operation.GetObject, isSilent ? S3Fault.Wait(TimeSpan.FromSeconds(30)) : S3Fault.SlowDown, times: 2);
        var source = await SourceAsync();
        var read = new byte[5];

        await source.ReadExactlyAsync(0, read, default);

        Assert.That(read, Is.EqualTo(Content[..5]));
        Assert.That(Gets().Count(), Is.EqualTo(3));
    }

    [Test]
    public async Task Read_ObjectThatIsReplaced_IsNeverMixed([Values] bool isStreamed)
    {
        var source = await SourceAsync();
        var replace = _s3.Store.Prepare(Bucket, Key, Bytes(Length, seed: 2));
        _s3.Faults.On(S3Operation.GetObject, S3Fault.Do(replace), nth: 2);

        await AssertFailsAsync(
            () => isStreamed ? StreamAsync(source) : source.ReadExactlyAsync(0, new byte[Length], default).AsTask(),
            $"cannot read 's3://music/{Key}': it was changed while it was read");
    }

    private static IEnumerable<TestCaseData> Faults =>
    [
        Case(S3Fault.AccessDenied, "access is denied (Access Denied)", "s3:GetObject"),
        Case(S3Fault.NoSuchBucket, "there is no such bucket"),
        Case(S3Fault.NoSuchKey, "there is no such object"),
        Case(S3Fault.ExpiredToken, "the credentials have expired"),
        Case(S3Fault.SignatureDoesNotMatch, "Check the secret access key"),
        Case(S3Fault.PermanentRedirect("us-west-2"), "the bucket is in another region than eu-central-1", "AWS_REGION"),
        Case(
            S3Fault.Refusal(403, "InvalidAccessKeyId", "not in our records"),
            "the access key or session token is unknown"),
        Case(S3Fault.Refusal(403, "InvalidObjectState", "not valid"), "the object is archived"),
        Case(S3Fault.Refusal(403, "RequestTimeTooSkewed", "too large"), "the clock of this computer is wrong"),
        Case(S3Fault.Refusal(418, "IAmATeapot", "Short and\nstout."), "answers 418 IAmATeapot: Short and stout."),
        Case(S3Fault.SlowDown, "answers 503 SlowDown each time"),
        Case(S3Fault.InternalError, "answers 500 InternalError each time"),
        Case(S3Fault.CutResponse(0), "the connection to http://127.0.0.1:", "fails each time"),
        Case(S3Fault.ShortRange(1), "the connection to http://127.0.0.1:", "the body of the answer ends too early"),
        Case(S3Fault.Wait(TimeSpan.FromSeconds(30)), "does not answer in time"),
    ];

    [TestCaseSource(nameof(Faults))]
    public async Task Read_LastingFault_SaysWhatIsWrong(object fault, string[] parts)
    {
        var source = await SourceAsync();
        _s3.Faults.On(S3Operation.GetObject, (S3Fault)fault, times: 100);

        var message = await AssertFailsAsync(
            () => source.ReadExactlyAsync(0, new byte[5], default).AsTask(),
            [$"cannot read 's3://music/{Key}': ", .. parts]);

        Assert.That(message, Does.Not.Contain(_s3.Options.SecretKey));
    }

    [TestCaseSource(nameof(Faults))]
    public async Task Find_LastingFault_SaysWhatIsWrong(object fault, string[] parts)
    {
        _s3.Faults.On(null, (S3Fault)fault, times: 100);

        // A listing has neither ranges nor keys.
        if (parts[^1].Contains("too early") || parts[0].Contains("no such object")) return;
        await AssertFailsAsync(() => _store.FindAsync("s3://music/plays/", default).AsTask(), parts);
    }

    [Test]
    public async Task Stream_AfterAFailure_FailsAgain()
    {
        var source = await SourceAsync();
        _s3.Faults.On(S3Operation.GetObject, S3Fault.AccessDenied, nth: 2);
        await using var stream = await source.OpenAsync(default);

        for (var times = 0; times < 2; times++)
            Assert.That(
                () => stream.ReadExactly(new byte[Length]),
                Throws.InstanceOf<GpuAlsException>().With.Message.Contains("access is denied"));
    }

    [Test]
    public async Task Find_WhoMayNotList_MayStillReadAnObject()
    {
        _s3.Store.Put(Bucket, Key, "hello");
        _s3.Faults.On(S3Operation.ListObjectsV2, S3Fault.AccessDenied, times: 100);

        var found = await _store.FindAsync($"s3://music/{Key}", default);

        Assert.That(found.Single().Length, Is.EqualTo(5));
        await AssertFailsAsync(
            () => _store.FindAsync("s3://music/other", default).AsTask(),
            "cannot list 's3://music/other': access is denied", "s3:ListBucket");
    }

    [Test]
    public async Task Stream_IsTheObject_AndHoldsABoundedBuffer()
    {
        _s3.Store.Put(Bucket, Key, Bytes(100 << 20, seed: 3));
        var source = (await _store.FindFileAsync($"s3://music/{Key}", default))!;

        await using (var stream = await source.OpenAsync(default))
        {
            stream.ReadByte();
            await Task.Delay(200); // a reader that dawdles: what is read ahead waits in the buffer
            Assert.That(Gets().Count(), Is.LessThanOrEqualTo(ReadAheadStream.BufferBytes >> 22));
        }

        Assert.That(await StreamAsync(source), Is.EqualTo(100 << 20));
        Assert.That(_s3.PeakInFlight, Is.InRange(2, ReadAheadStream.BufferBytes >> 22));
    }

    [Test]
    public async Task Stream_DisposedInTheMiddle_StopsReading()
    {
        var source = await SourceAsync();
        _s3.Faults.On(S3Operation.GetObject, S3Fault.Wait(TimeSpan.FromMilliseconds(200)), nth: 2, times: 100);

        await using (var stream = await source.OpenAsync(default)) stream.ReadExactly(new byte[10]);
        await Task.Delay(300); // what was on its way has arrived
        var asked = Gets().Count();
        await Task.Delay(300);

        Assert.That(asked, Is.LessThan(8));
        Assert.That(Gets().Count(), Is.EqualTo(asked));
    }

    private void Connect(S3Limits limits)
    {
        _client = new S3Client(
            _s3.Client(config =>
            {
                config.MaxErrorRetry = limits.Attempts - 1;
                config.Timeout = limits.Answer;
                config.RetryMode = Amazon.Runtime.RequestRetryMode.Standard;
            }),
            limits,
            isAws: false);
        _store = new S3Store(new Lazy<S3Client>(_client));
    }

    private async Task<IByteSource> SourceAsync()
    {
        _s3.Store.Put(Bucket, Key, Content);
        return (await _store.FindFileAsync($"s3://music/{Key}", default))!;
    }

    private IEnumerable<S3Request> Gets() =>
        _s3.Requests.Where(request => request.Operation == S3Operation.GetObject);

    private static async Task<long> StreamAsync(IByteSource source)
    {
        await using var stream = await source.OpenAsync(default);
        var (buffer, total) = (new byte[100_003], 0L);
        while (stream.Read(buffer) is var count and > 0) total += count;
        return total;
    }

    private static async Task<string> AssertFailsAsync(Func<Task> action, params string[] parts)
    {
        var failure = await Assert.ThrowsAsync<GpuAlsException>(() => action());
        Assert.That(failure!.Kind, Is.EqualTo(FailureKind.BadInput));
        foreach (var part in parts) Assert.That(failure.Message, Does.Contain(part));
        return failure.Message;
    }

    private static TestCaseData Case(S3Fault fault, params string[] parts) =>
        new TestCaseData(fault, parts).SetArgDisplayNames(parts[0]);

    private static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
