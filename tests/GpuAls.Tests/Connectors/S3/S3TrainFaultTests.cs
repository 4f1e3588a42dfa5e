using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Connectors.S3;

/// <summary>
/// A train from S3 to S3 that meets a fault at each of its requests: it ends right, or with an error that names what
/// failed, and then nothing partial is visible and no upload is left.
/// </summary>
public sealed class S3TrainFaultTests
{
    private const string Plays = "plays.csv";
    private const string Lists = "lists.jsonl";
    private const string Model = "models/night/";

    /// <summary>The other steps look whether something is there, or clean up; not all of them must succeed.</summary>
    private static readonly S3Operation[] Writes =
    [
        S3Operation.CreateMultipartUpload, S3Operation.UploadPart, S3Operation.CompleteMultipartUpload,
        S3Operation.PutObject,
    ];

    private S3Session _s3 = null!;
    private string[] _keys = null!;
    private byte[] _factors = null!;
    private S3Operation[] _steps = null!;

    [SetUp]
    public void TrainOnce()
    {
        _s3 = S3Session.Start(S3Session.QuickLimits with { Attempts = 2 });
        Reset();
        var run = TrainAsync().GetAwaiter().GetResult();
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        _keys = [.. Keys()];
        _factors = Factors();
        _steps = [.. _s3.Double.Requests.Select(request => request.Operation)];
        Assert.That(_keys, Is.SupersetOf((string[])[Plays, Lists, Model + "manifest.json", Model + "_SUCCESS"]));
        Assert.That(_s3.Store.OpenUploads, Is.Empty);
    }

    [TearDown]
    public async Task StopAsync() => await _s3.DisposeAsync();

    [Test]
    public void Steps_OfATrain_AreOfAllKinds() => Assert.That(
        _steps.Distinct(),
        Is.SupersetOf((S3Operation[])
        [
            S3Operation.ListObjectsV2, S3Operation.GetObject, S3Operation.CreateMultipartUpload, S3Operation.UploadPart,
            S3Operation.CompleteMultipartUpload, S3Operation.PutObject, S3Operation.AbortMultipartUpload,
        ]));

    [TestCase(nameof(S3Fault.SlowDown))]
    [TestCase(nameof(S3Fault.InternalError))]
    [TestCase(nameof(S3Fault.LostResponse))]
    [TestCase(nameof(S3Fault.CutRequest))]
    public async Task Fault_ThatPasses_AtAnyStep_EndsRight(string kind)
    {
        // Each waits for its second try; the kinds share the steps.
        var first = Array.IndexOf(["SlowDown", "InternalError", "LostResponse", "CutRequest"], kind);
        for (var step = first; step < _steps.Length; step += 4)
        {
            Reset();
            _s3.Double.Faults.On(null, Fault(kind), step + 1);

            var run = await TrainAsync();

            var where = $"{kind} at request {step + 1}, {_steps[step]}: {run.Error}";
            Assert.That(run.ExitCode, Is.Zero, where);
            Assert.That(_s3.Double.Faults.Struck, Is.EqualTo(1), where);
            Assert.That(Keys(), Is.EqualTo(_keys), where);
            Assert.That(Factors(), Is.EqualTo(_factors), where);
            Assert.That(_s3.Store.OpenUploads, Is.Empty, where);
        }
    }

    [TestCase(S3Operation.CompleteMultipartUpload, nameof(S3Fault.InternalErrorIn200))]
    [TestCase(S3Operation.CompleteMultipartUpload, nameof(S3Fault.Conflict))]
    [TestCase(S3Operation.PutObject, nameof(S3Fault.Conflict))]
    public async Task Fault_OfPublishing_ThatPasses_EndsRight(object operation, string kind)
    {
        for (var nth = 1; nth <= _steps.Count(step => step == (S3Operation)operation); nth++)
        {
            Reset();
            _s3.Double.Faults.On((S3Operation)operation, Fault(kind), nth);

            var run = await TrainAsync();

            Assert.That(run.ExitCode, Is.Zero, $"{nth}: {run.Error}");
            Assert.That(Keys(), Is.EqualTo(_keys), $"{nth}");
            Assert.That(_s3.Store.OpenUploads, Is.Empty, $"{nth}");
        }
    }

    [TestCase(nameof(S3Fault.AccessDenied), "access is denied", "s3:")]
    [TestCase(nameof(S3Fault.ExpiredToken), "credentials have expired", "Renew them")]
    [TestCase(nameof(S3Fault.NoSuchBucket), "no such bucket", "Check its name")]
    [TestCase(nameof(S3Fault.PermanentRedirect), "another region", "AWS_REGION")]
    [TestCase(nameof(S3Fault.SignatureDoesNotMatch), "signature is refused", "secret access key")]
    public async Task Fault_ThatStays_AtAnyStep_IsSaidAndLeavesNothing(string kind, string cause, string remedy)
    {
        for (var step = 0; step < _steps.Length; step++)
        {
            Reset();
            _s3.Double.Faults.On(null, Fault(kind), step + 1);

            var run = await TrainAsync();

            var where = $"{kind} at request {step + 1}, {_steps[step]}: {run.Error}";
            if (run.ExitCode == 0 && !Writes.Contains(_steps[step]))
            {
                if (_steps[step] != S3Operation.AbortMultipartUpload)
                    Assert.That(_s3.Store.OpenUploads, Is.Empty, where);
                Assert.That(Keys(), Is.EqualTo(_keys), where);
                _s3.Store.AbortAll();
                continue;
            }

            Assert.That(run.ExitCode, Is.EqualTo(Writes.Contains(_steps[step]) ? 5 : 3).Or.EqualTo(5), where);
            Assert.That(run.Error, Does.Contain("'s3://music/").And.Contain(cause).And.Contain(remedy), where);
            AssertNothingPartial(where);
        }
    }

    [TestCase(S3Operation.CreateMultipartUpload, nameof(S3Fault.LostResponse))]
    [TestCase(S3Operation.CreateMultipartUpload, nameof(S3Fault.SlowDown))]
    [TestCase(S3Operation.UploadPart, nameof(S3Fault.CutRequest))]
    [TestCase(S3Operation.UploadPart, nameof(S3Fault.InternalError))]
    [TestCase(S3Operation.PutObject, nameof(S3Fault.SlowDown))]
    [TestCase(S3Operation.CompleteMultipartUpload, nameof(S3Fault.SlowDown))]
    [TestCase(S3Operation.CompleteMultipartUpload, nameof(S3Fault.InternalErrorIn200))]
    [TestCase(S3Operation.CompleteMultipartUpload, nameof(S3Fault.NoSuchUpload))]
    public async Task Fault_OfAnOperationThatStays_IsSaidAndLeavesNothing(object operation, string kind)
    {
        var calls = _steps.Count(step => step == (S3Operation)operation);
        foreach (var nth in new[] { 1, calls / 2, calls }.Distinct())
        {
            Reset();
            _s3.Double.Faults.On((S3Operation)operation, Fault(kind), nth, times: int.MaxValue);

            var run = await TrainAsync();

            Assert.That(run.ExitCode, Is.EqualTo(5), run.Error);
            Assert.That(run.Error, Does.Contain("cannot write 's3://music/"), $"{nth}");
            AssertNothingPartial($"{kind} of {operation} from {nth} on: {run.Error}");
        }
    }

    [Test]
    public async Task Train_RunAgainWithOverwrite_ReplacesModelAndLists()
    {
        _s3.Double.Faults.Clear();
        Assert.That((await TrainAsync()).ExitCode, Is.EqualTo(5));

        var run = await TrainAsync("--overwrite");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(Keys(), Is.EqualTo(_keys));
        Assert.That(_s3.Store.OpenUploads, Is.Empty);
    }

    [Test]
    public async Task Train_OverwriteOfWhatIsNoModel_IsRefused()
    {
        _s3.Store.Put(S3Session.Bucket, Model + "notes.txt", "mine");

        var run = await TrainAsync("--overwrite");

        Assert.That(run.ExitCode, Is.EqualTo(5));
        Assert.That(
            run.Error,
            Does.Contain("'s3://music/models/night' contains 'notes.txt', which is not a file of the model")
                .And.Contain("--overwrite leaves it alone"));
        Assert.That(_s3.Store.Text(S3Session.Bucket, Model + "notes.txt"), Is.EqualTo("mine"));
    }

    private static S3Fault Fault(string kind) => kind switch
    {
        nameof(S3Fault.SlowDown) => S3Fault.SlowDown,
        nameof(S3Fault.InternalError) => S3Fault.InternalError,
        nameof(S3Fault.InternalErrorIn200) => S3Fault.InternalErrorIn200,
        nameof(S3Fault.LostResponse) => S3Fault.LostResponse,
        nameof(S3Fault.CutRequest) => S3Fault.CutRequest(10),
        nameof(S3Fault.Conflict) => S3Fault.Conflict,
        nameof(S3Fault.AccessDenied) => S3Fault.AccessDenied,
        nameof(S3Fault.ExpiredToken) => S3Fault.ExpiredToken,
        nameof(S3Fault.NoSuchBucket) => S3Fault.NoSuchBucket,
        nameof(S3Fault.NoSuchUpload) => S3Fault.NoSuchUpload,
        nameof(S3Fault.PermanentRedirect) => S3Fault.PermanentRedirect("us-west-2"),
        _ => S3Fault.SignatureDoesNotMatch,
    };

    private static Task<ToolRun> TrainAsync(params string[] more) => Tool.RunAsync(
    [
        "train", $"s3://music/{Plays}", "--output", $"s3://music/{Model}", "--recommendations", $"s3://music/{Lists}",
        "--rank", "3", "--iterations", "1", "--device", "cpu", .. more,
    ]);

    private void Reset()
    {
        _s3.Double.Faults.Clear();
        foreach (var key in Keys()) _s3.Store.Delete(S3Session.Bucket, key);
        var rows = Enumerable.Range(0, 300).Select(row => $"user{row % 41},item{row * row % 67}\n");
        _s3.Store.Put(S3Session.Bucket, Plays, "user,item\n" + string.Concat(rows));
    }

    private IReadOnlyList<string> Keys() => _s3.Store.Keys(S3Session.Bucket);

    private byte[] Factors() => _s3.Store.Bytes(S3Session.Bucket, Model + "user_factors.npy");

    /// <summary>The lists are published before the model, so they may be there, whole.</summary>
    private void AssertNothingPartial(string where)
    {
        Assert.That(_s3.Store.OpenUploads, Is.Empty, where);
        Assert.That(Keys().Except([Lists]), Is.EqualTo((string[])[Plays]), where);
        if (Keys().Contains(Lists))
            Assert.That(_s3.Store.Text(S3Session.Bucket, Lists).Split('\n'), Has.Length.EqualTo(42), where);
    }
}
