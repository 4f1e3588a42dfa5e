using System.Text;
using GpuAls.Cli;
using GpuAls.Connectors.S3;
using GpuAls.Tests.Cli;
using GpuAls.Tests.Reading;

namespace GpuAls.Tests.Connectors.S3;

/// <summary>The commands on <c>s3://</c>: what they read is what they read from local files.</summary>
public sealed class S3CommandTests
{
    private static readonly string[] Quick = ["--rank", "4", "--iterations", "2", "--device", "cpu"];

    private TempFolder _folder = null!;
    private S3Session _session = null!;

    private S3Double S3 => _session.Double;

    [SetUp]
    public void Start()
    {
        _folder = new TempFolder();
        _session = S3Session.Start(new S3Limits { Attempts = 2 });
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _session.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase("s3://music/plays")]
    [TestCase("s3://music/plays/")]
    [TestCase("s3://music/pl*/**/part-*")]
    public async Task Train_SparkFolder_IsTheModelOfTheLocalFolder(string location)
    {
        await WritePlaysAsync();
        S3.Store.PutFolder("music", "plays/", _folder.At("plays"));

        await TrainAsync("remote", location);
        await TrainAsync("local", _folder.At("plays"));

        foreach (var file in new[] { "user_factors.npy", "users.parquet", "recommendations.parquet" })
            AssertSame("remote", "local", file);
        Assert.That(File.ReadAllText(_folder.At("remote", "manifest.json")), Does.Contain(location));
    }

    [Test]
    public async Task Train_LocationsOfBothKinds_AreReadTogether()
    {
        await WritePlaysAsync();
        S3.Store.PutFile("music", "new.csv", _folder.At("plays", "day=2", "part-1.csv"));

        await TrainAsync("mixed", _folder.At("plays", "day=1"), "s3://music/new.csv");
        await TrainAsync("local", _folder.At("plays", "day=1"), _folder.At("plays", "day=2"));

        AssertSame("mixed", "local", "user_factors.npy");
    }

    [Test]
    public async Task DryRun_FromS3ToS3_OnlyReads()
    {
        await WritePlaysAsync();
        S3.Store.PutFolder("music", "plays/", _folder.At("plays"));
        string[] command =
            ["train", "s3://music/plays", "--output", "s3://music/models/night", "--dry-run", .. Quick];

        var run = await Tool.SucceedAsync(command);
        var operations = S3.Requests.Select(request => request.Operation).Distinct().ToArray();
        S3.Store.Put("music", "models/night/manifest.json", "{}");
        var refused = await Tool.RunAsync(command);

        Assert.That(run.Out, Does.Contain("model: s3://music/models/night\n"));
        Assert.That(
            operations,
            Is.SubsetOf(new[] { S3Operation.ListObjectsV2, S3Operation.HeadObject, S3Operation.GetObject }));
        Assert.That(refused.ExitCode, Is.EqualTo(5), refused.Error);
        Assert.That(refused.Out, Is.EqualTo(run.Out));
        Assert.That(refused.Error, Does.Contain("already exists"));
    }

    [TestCase("s3://music/plays/ s3a://music/plays/day=2/part-1.csv", "part-1.csv' is given twice")]
    [TestCase("s3://music/nothing", "'s3://music/nothing' does not exist")]
    [TestCase("s3://music/*.csv", "no object matches 's3://music/*.csv'")]
    [TestCase("s3://music/plays/_SUCCESS", "'s3://music/plays/_SUCCESS' has an unknown extension")]
    public async Task Train_LocationsThatCannotBeRead_AreBadInput(string locations, string expected)
    {
        await WritePlaysAsync();
        S3.Store.PutFolder("music", "plays/", _folder.At("plays"));

        var run = await Tool.RunAsync(["train", .. locations.Split(' '), "--output", _folder.At("model"), .. Quick]);

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(run.Error, Does.Contain(expected));
        Assert.That(Directory.Exists(_folder.At("model")), Is.False);
    }

    [Test]
    public async Task Train_ParquetWithOtherColumns_GetsWhatItNeedsByFewRequests()
    {
        var rows = Enumerable.Range(0, 200_000).ToArray();
        await ParquetPlays.WriteAsync(
            _folder.At("plays.parquet"),
            2,
            ("user", rows.Select(row => row % 1000).ToArray()),
            ("item", rows.Select(row => row % 77).ToArray()),
            ("padding", rows.Select(_ => Guid.NewGuid()).ToArray()),
            ("plays", rows.Select(row => row % 5).ToArray()));
        S3.Store.PutFile("music", "plays.parquet", _folder.At("plays.parquet"));

        await TrainAsync("model", "s3://music/plays.parquet", "--weight-column", "plays");

        var gets = S3.Requests.Where(request => request.Operation == S3Operation.GetObject).ToArray();
        var bytes = gets.Sum(get => Count(get.Header("range")!));
        Assert.That(gets, Has.Length.EqualTo(6)); // head, footer; of each row group: ids together, plays
        Assert.That(bytes, Is.LessThan(new FileInfo(_folder.At("plays.parquet")).Length / 2));
        Assert.That(gets.Select(get => get.Header("if-match")), Has.None.Null);
    }

    [Test]
    public async Task Train_ParquetThatIsReplacedMeanwhile_SaysSo()
    {
        await WritePlaysAsync();
        S3.Store.PutFolder("music", "plays/", _folder.At("plays"));
        S3.Faults.On(
            S3Operation.GetObject, S3Fault.Do(() => S3.Store.Put("music", "plays/day=1/part-0.parquet", "?")), nth: 3);

        var run = await Tool.RunAsync(["train", "s3://music/plays/", "--output", _folder.At("model"), .. Quick]);

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(
            run.Error,
            Does.Contain("cannot read 's3://music/plays/day=1/part-0.parquet': it was changed while it was read"));
        Assert.That(Directory.Exists(_folder.At("model")), Is.False);
    }

    [Test]
    public async Task Recommend_ModelAndUsersOnS3_GivesTheSameLists()
    {
        await WritePlaysAsync();
        await TrainAsync("model", _folder.At("plays"));
        S3.Store.PutFolder("music", "models/today/", _folder.At("model"));
        S3.Store.Put("music", "users.txt", "u3\nu5\n");

        var remote = await Tool.SucceedAsync(
            "recommend", "s3://music/models/today/", "--users", "s3://music/users.txt");
        var local = await Tool.SucceedAsync("recommend", _folder.At("model"), "--user", "u3", "--user", "u5");

        Assert.That(remote.Out, Is.EqualTo(local.Out));
    }

    [TestCase("user_factors.npy", "s3://music/model/user_factors.npy was changed or damaged: the checksum differs")]
    [TestCase("users.parquet", "s3://music/model/users.parquet was changed or damaged: the checksum differs")]
    [TestCase("", "there is no model in 's3://music/model': manifest.json is missing")]
    public async Task Recommend_DamagedModelOnS3_IsRefused(string changed, string expected)
    {
        await WritePlaysAsync();
        await TrainAsync("model", _folder.At("plays"));
        S3.Store.PutFolder("music", changed == "" ? "elsewhere/" : "model/", _folder.At("model"));
        if (changed != "") S3.Store.Put("music", $"model/{changed}", new byte[10]);

        var run = await Tool.RunAsync("recommend", "s3://music/model");

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain(expected));
    }

    [Test]
    public async Task Evaluate_ModelTestAndExcludedPlaysOnS3_GivesTheSameMetrics()
    {
        await WritePlaysAsync();
        await TrainAsync("model", _folder.At("plays", "day=1"));
        S3.Store.PutFolder("music", "model/", _folder.At("model"));
        S3.Store.PutFolder("music", "plays/", _folder.At("plays"));

        var remote = await Tool.SucceedAsync(
            "evaluate", "--model", "s3://music/model", "--test", "s3://music/plays/day=2/",
            "--exclude", "s3://music/plays/day=1/*");
        var local = await Tool.SucceedAsync(
            "evaluate", "--model", _folder.At("model"), "--test", _folder.At("plays", "day=2"),
            "--exclude", _folder.At("plays", "day=1"));

        Assert.That(remote.Out, Is.EqualTo(local.Out));
    }

    [Test]
    public async Task Train_ValidationOnS3_IsMeasured()
    {
        await WritePlaysAsync();
        S3.Store.PutFolder("music", "plays/", _folder.At("plays"));

        var run = await TrainAsync("model", "s3://music/plays/day=1/", "--validation", "s3://music/plays/day=2/");

        Assert.That(run.Error, Does.Contain("ndcg@10"));
    }

    [Test]
    public async Task Process_FindsS3ByTheEnvironment_AndLocalFilesLoadNothingOfIt()
    {
        await WritePlaysAsync();
        S3.Store.PutFolder("music", "plays/", _folder.At("plays"));

        var (remote, loadedRemote) = await TraceAsync("s3://music/plays/", S3.Environment);
        var (local, loadedLocal) = await TraceAsync(_folder.At("plays"), S3.Environment);

        Assert.That((remote.ExitCode, local.ExitCode), Is.EqualTo((0, 0)), remote.Error + local.Error);
        Assert.That(loadedRemote, Does.Contain("AWSSDK.S3").And.Contain("GpuAls.Connectors").And.Contain("GpuAls.App"));
        Assert.That(loadedLocal, Does.Contain("GpuAls.App").And.Not.Contain("AWSSDK").And.Not.Contain("Connectors"));
    }

    private static IEnumerable<TestCaseData> Environments =>
    [
        new("AWS_ACCESS_KEY_ID=", "no AWS credentials were found. Set AWS_ACCESS_KEY_ID"),
        new("AWS_ENDPOINT_URL_S3= AWS_REGION=", "no AWS region is configured. Set AWS_REGION."),
        new("AWS_ENDPOINT_URL_S3=http://127.0.0.1:9", "http://127.0.0.1:9 is not reachable: Connection refused"),
        new("AWS_ENDPOINT_URL_S3=http://s3.invalid", "http://s3.invalid is not reachable"),
        new("AWS_REGION=us-west-2", "the bucket is in another region than us-west-2"),
        new("AWS_SECRET_ACCESS_KEY=wrong", "the signature is refused. Check the secret access key."),
        new("AWS_ACCESS_KEY_ID=nobody", "the access key or session token is unknown."),
        new("AWS_ACCESS_KEY_ID= AWS_PROFILE=sso", "Sign in with the AWS CLI, then run: eval"),
        new("AWS_ACCESS_KEY_ID= AWS_PROFILE=role", "Error calling AssumeRole for role arn:aws:iam::1:role/x: "),
        new("AWS_ACCESS_KEY_ID= AWS_PROFILE=nobody", "Unable to find the \"nobody\" profile. Check"),
        new("AWS_ACCESS_KEY_ID= AWS_ROLE_ARN=x AWS_WEB_IDENTITY_TOKEN_FILE=/nowhere/t", "credentials cannot be read: "),
    ];

    [TestCaseSource(nameof(Environments))]
    public async Task Process_InAWrongEnvironment_SaysWhatIsWrong(string changes, string expected)
    {
        S3.Store.Put("music", "plays.csv", "user,item\n1,2\n");
        Directory.CreateDirectory(_folder.At(".aws"));
        await File.WriteAllTextAsync(
            _folder.At(".aws", "config"),
            """
            [profile sso]
            sso_session = s
            sso_account_id = 1
            sso_role_name = r
            [sso-session s]
            sso_region = eu-west-1
            sso_start_url = https://sso.invalid/start
            [profile role]
            role_arn = arn:aws:iam::1:role/x
            source_profile = base
            [profile base]
            aws_access_key_id = a
            aws_secret_access_key = b
            """);
        var changed = changes.Split(' ').Select(change => change.Split('=', 2)).Select(pair => (pair[0], pair[1]));

        var run = await ToolProcess.RunAsync(
            $"{ToolProcess.Command} train s3://music/plays.csv --output '{_folder.At("model")}'",
            [
                .. S3.Environment, ("AWS_MAX_ATTEMPTS", "1"), ("HOME", _folder.Root),
                ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", ""), ("AWS_PROFILE", ""), .. changed,
            ]);

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(run.Error, Does.Contain(expected).And.Not.Contain(S3.Options.SecretKey));
        Assert.That(run.Error.TrimEnd().Split('\n'), Has.Length.LessThanOrEqualTo(2));
    }

    private async Task<(ToolRun Run, string Loaded)> TraceAsync(string location, (string, string)[] environment)
    {
        const string Loader = "Microsoft-Windows-DotNETRuntime:8:4";
        var trace = _folder.At("loaded.nettrace");
        var run = await ToolProcess.RunAsync(
            $"{ToolProcess.Command} train '{location}' --output '{_folder.At("model")}' --overwrite "
                + string.Join(' ', Quick),
            [
                .. environment, ("DOTNET_EnableEventPipe", "1"), ("DOTNET_EventPipeConfig", Loader),
                ("DOTNET_EventPipeOutputPath", trace),
            ]);
        var bytes = File.ReadAllBytes(trace); // names are UTF-16, wherever they begin
        return (run, Encoding.Unicode.GetString(bytes) + Encoding.Unicode.GetString(bytes[1..]));
    }

    private void AssertSame(string model, string other, string file) => Assert.That(
        File.ReadAllBytes(_folder.At(model, file)), Is.EqualTo(File.ReadAllBytes(_folder.At(other, file))));

    private static long Count(string range)
    {
        var bounds = range["bytes=".Length..].Split('-').Select(long.Parse).ToArray();
        return bounds[1] - bounds[0] + 1;
    }

    private Task<ToolRun> TrainAsync(string output, params string[] arguments) =>
        Tool.SucceedAsync(["train", .. arguments, "--output", _folder.At(output), .. Quick]);

    /// <summary>A folder as Spark writes it, with two formats.</summary>
    private async Task WritePlaysAsync()
    {
        var rows = Enumerable.Range(0, 600).ToArray();
        await ParquetPlays.WriteAsync(
            _folder.At("plays", "day=1", "part-0.parquet"),
            3,
            ("user", rows.Select(row => $"u{row % 40}").ToArray()),
            ("item", rows.Select(row => $"i{row * row % 31}").ToArray()));
        Directory.CreateDirectory(_folder.At("plays", "day=2"));
        await File.WriteAllLinesAsync(
            _folder.At("plays", "day=2", "part-1.csv"),
            ["user,item", .. rows.Select(row => $"u{row % 41},i{row * 7 % 31}")]);
        await File.WriteAllTextAsync(_folder.At("plays", "_SUCCESS"), "");
        await File.WriteAllTextAsync(_folder.At("plays", "day=1", ".part-0.parquet.crc"), "?");
    }
}
