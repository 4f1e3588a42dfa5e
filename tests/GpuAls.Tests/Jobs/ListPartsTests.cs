using DuckDB.NET.Data;
using GpuAls.App;
using GpuAls.Tests.Cli;
using GpuAls.Tests.Connectors.S3;
using GpuAls.Tests.Processes;

namespace GpuAls.Tests.Jobs;

/// <summary>
/// Lists in a folder, of which each process writes a part: the rows of one file, complete or not there at all.
/// </summary>
public sealed class ListPartsTests
{
    private readonly TempFolder _folder = new();
    private S3Session _s3 = null!;

    private static string[] Extensions => [".parquet", ".csv", ".jsonl"];

    [OneTimeSetUp]
    public async Task TrainAsync()
    {
        await Tool.SucceedAsync(
            "sample", "--output", _folder.At("plays.csv"), "--users", "70", "--items", "40", "--plays", "900");
        await Tool.SucceedAsync(
            "train", _folder.At("plays.csv"), "--output", _folder.At("model"), "--rank", "3", "--iterations", "2",
            "--device", "cpu");
    }

    [OneTimeTearDown]
    public void Delete() => _folder.Dispose();

    [SetUp]
    public void Start() => _s3 = S3Session.Start();

    [TearDown]
    public async Task StopAsync() => await _s3.DisposeAsync();

    [Test]
    public void Recommend_ToAFolder_HasTheRowsOfTheFile(
        [ValueSource(nameof(Extensions))] string extension, [Values(1, 2, 3)] int size)
    {
        var (file, folder) = (_folder.At($"one-{size}{extension}"), _folder.At($"parts-{size}{extension}"));
        Recommend(1, Lists(file));

        var group = Recommend(size, Lists(folder + "/"));

        Assert.That(group.Failures, Is.All.Null);
        Assert.That(Names(folder), Is.EqualTo(Parts(size, extension)));
        Assert.That(Rows($"{folder}/*{extension}"), Is.EqualTo(Rows(file)).And.Not.Empty);
    }

    [Test]
    public void Recommend_NestedAndOfItems_HaveTheRowsOfTheFile()
    {
        foreach (var lists in (Func<string, RecommendJobOptions>[])
        [
            output => Lists(output) with { ListShape = ListShape.Nested },
            output => Lists(output) with { Similarity = SimilarityMeasure.Cosine },
        ])
        {
            var name = Guid.NewGuid().ToString("N");
            Recommend(1, lists(_folder.At($"{name}-1.parquet")));

            Recommend(3, lists(_folder.At($"{name}-3.parquet") + "/"));

            Assert.That(
                Rows(_folder.At($"{name}-3.parquet", "*.parquet")),
                Is.EqualTo(Rows(_folder.At($"{name}-1.parquet"))).And.Not.Empty);
        }
    }

    [Test]
    public void Train_ToAFolderOnS3_HasTheRowsOfTheFile([Values(1, 3)] int size)
    {
        var (file, copy) = (_folder.At($"trained-{size}.csv"), _folder.At($"copy-{size}"));
        Train(1, Training($"alone-{size}", file));

        var group = Train(size, Training($"shared-{size}", "s3://music/lists.csv/"));

        Assert.That(group.Failures, Is.All.Null);
        Assert.That(Keys(), Is.EqualTo(Parts(size, ".csv")));
        Assert.That(_s3.Store.OpenUploads, Is.Empty);
        Directory.CreateDirectory(copy);
        foreach (var key in Keys())
            File.WriteAllBytes(Path.Combine(copy, key), _s3.Store.Bytes("music", $"lists.csv/{key}"));
        Assert.That(Rows($"{copy}/*.csv"), Is.EqualTo(Rows(file)).And.Not.Empty);
        var published = _s3.Double.Requests
            .Where(request => request.Operation is S3Operation.PutObject or S3Operation.CompleteMultipartUpload)
            .Select(request => (request.Key[10..], request.Header("if-none-match"))).ToArray();
        Assert.That(published[0], Is.EqualTo(("part-00000.csv", "*")), "of two runs one wins");
        Assert.That(published[^1], Is.EqualTo(("_SUCCESS", "*")));
    }

    /// <summary>Of two lists the third process has none; its file of JSON Lines is empty.</summary>
    [TestCase(".jsonl")]
    [TestCase(".csv")]
    [TestCase(".parquet")]
    public void Recommend_FewerListsThanProcesses_WritesEmptyParts(string extension)
    {
        var users = File.ReadLines(_folder.At("plays.csv")).Skip(1).Select(line => line.Split(',')[0]).Distinct();

        var group = Recommend(3, Lists($"s3://music/lists{extension}/") with { Users = [.. users.Take(2)] });

        Assert.That(group.Failures, Is.All.Null);
        Assert.That(Keys(), Is.EqualTo(Parts(3, extension)));
        if (extension == ".jsonl") Assert.That(_s3.Store.Text("music", "lists.jsonl/part-00000.jsonl"), Is.Empty);
    }

    /// <summary>Parts of more processes do not stay among those of fewer.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public void Recommend_FolderIsThere_IsReplacedWhole(bool isOnS3)
    {
        var name = $"lists-{isOnS3}.csv";
        var folder = isOnS3 ? "s3://music/lists.csv" : _folder.At(name);
        Recommend(3, Lists(folder + "/"));

        var refused = Recommend(2, Lists(folder + "/"));
        Assert.That(refused.Failures[0], Has.Message.Contains(folder).And.Message.Contains("already exists"));
        Assert.That(Found(), Is.EqualTo(Parts(3, ".csv")));

        var group = Recommend(2, Lists(folder + "/") with { Overwrite = true });
        Assert.That(group.Failures, Is.All.Null);
        Assert.That(Found(), Is.EqualTo(Parts(2, ".csv")));

        if (isOnS3) _s3.Store.Put("music", "lists.csv/notes.txt", "mine");
        else File.WriteAllText(_folder.At(name, "notes.txt"), "mine");
        var foreign = Recommend(2, Lists(folder + "/") with { Overwrite = true });
        Assert.That(foreign.Failures[0], Has.Message.Contains("contains 'notes.txt', which is no part of lists"));

        string[] Found() => isOnS3 ? Keys() : Names(_folder.At(name));
    }

    [Test]
    public void Recommend_OneProcessFails_LeavesNothing([Values] bool isOnS3, [Values(0, 1, 2)] int failing)
    {
        var folder = isOnS3 ? "s3://music/lists.csv/" : _folder.At($"failed-{failing}.csv") + "/";

        var group = Recommend(3, Lists(folder), (rank, told) =>
        {
            if (rank == failing && told is ListsMade { Lists: > 0 }) throw new NotSupportedException("fails");
        });

        Assert.That(group.Failures, Is.All.Not.Null);
        Assert.That(group.Failures[failing], Is.InstanceOf<NotSupportedException>());
        Assert.That(_s3.Store.Keys("music"), Is.Empty);
        Assert.That(_s3.Store.OpenUploads, Is.Empty);
        Assert.That(_folder.Entries(), Has.None.Contains("failed"));
    }

    /// <summary>All parts are at S3 when process 0 fails to make one visible.</summary>
    [Test]
    public void Recommend_PartIsNotPublished_LeavesNothing()
    {
        _s3.Double.Faults.On(S3Operation.CompleteMultipartUpload, S3Fault.AccessDenied, nth: 2);

        var group = Recommend(3, Lists("s3://music/lists.csv/"));

        Assert.That(group.Failures[0], Is.InstanceOf<GpuAlsException>().With.Message.Contains("access is denied"));
        Assert.That(_s3.Store.Keys("music"), Is.Empty);
        Assert.That(_s3.Store.OpenUploads, Is.Empty);
    }

    /// <summary>A folder of lists is plays to whoever asks for them.</summary>
    [TestCase(".csv")]
    [TestCase(".parquet")]
    public async Task Train_OnAFolderOfLists_ReadsAllParts(string extension)
    {
        var folder = _folder.At($"again{extension}");
        Recommend(3, Lists(folder + "/"));

        var read = await InteractionLoader.LoadAsync([folder + "/"], new InteractionSchema { WeightColumn = "score" });

        Assert.That(read.RowCount, Is.EqualTo(Rows($"{folder}/*{extension}").Length));
    }

    /// <summary>The users of lists on S3, whoever wrote them.</summary>
    [Test]
    public async Task Recommend_UsersOfAFolderOfLists_HaveLists()
    {
        Recommend(3, Lists("s3://music/lists.csv/"));

        var run = await Tool.SucceedAsync(
            "recommend", _folder.At("model"), "--users", "s3://music/lists.csv/", "--top", "1", "--device", "cpu");

        var users = Keys().Skip(1).SelectMany(part =>
            _s3.Store.Text("music", $"lists.csv/{part}").TrimEnd('\n').Split('\n').Skip(1));
        Assert.That(
            run.Lines.Skip(1).Select(line => line.Split(',')[0]),
            Is.EquivalentTo(users.Select(line => line.Split(',')[0]).Distinct()));
    }

    [TestCase("recommend MODEL --output sqlite:lists.db/ --recommendations-table t", "A database has no folders")]
    [TestCase("recommend MODEL --output postgres://host/db/ --recommendations-table t", "A database has no folders")]
    [TestCase("recommend MODEL --output MODEL/lists.csv/", "inside the model")]
    [TestCase("recommend MODEL --output FOLDER/", "is inside --output")]
    [TestCase("recommend MODEL --output FOLDER/lists.txt/", "the extension is '.txt'")]
    [TestCase("train PLAYS --output MODEL --overwrite --recommendations MODEL/lists.csv/", "inside the model")]
    [TestCase("train PLAYS --output x.csv/model --recommendations x.csv/", "is inside --recommendations 'x.csv/'")]
    [TestCase("recommend MODEL --output x.csv/ --list-shape nested", "--list-shape nested requires a .parquet file")]
    public async Task Command_FolderThatCannotBe_IsRefusedWithTheReason(string command, string reason)
    {
        var run = await Tool.RunAsync([.. command.Split(' ').Select(word => word
            .Replace("MODEL", _folder.At("model")).Replace("PLAYS", _folder.At("plays.csv"))
            .Replace("FOLDER", _folder.Root))]);

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.Contain(reason));
    }

    [Test]
    public async Task Dry_run_FolderIsThere_SaysSo()
    {
        Recommend(2, Lists(_folder.At("dry.csv") + "/"));
        string[] train =
        [
            "train", _folder.At("plays.csv"), "--output", _folder.At("dry"), "--recommendations",
            _folder.At("dry.csv") + "/", "--rank", "3", "--dry-run",
        ];

        Assert.That((await Tool.RunAsync(train)).Error, Does.Contain("already exists"));
        Assert.That((await Tool.SucceedAsync([.. train, "--overwrite"])).ExitCode, Is.Zero);
    }

    [Test]
    public async Task WriteRecommendations_ToAFolder_WritesOnePart()
    {
        using var engine = Engine.Create(Device.Cpu);
        var model = await FactorModel.LoadAsync(_folder.At("model"));

        await model.WriteRecommendationsAsync(engine, _folder.At("library.csv"));
        await model.WriteRecommendationsAsync(engine, _folder.At("library-parts.csv") + "/");

        Assert.That(Names(_folder.At("library-parts.csv")), Is.EqualTo(Parts(1, ".csv")));
        Assert.That(
            File.ReadAllBytes(_folder.At("library-parts.csv", "part-00000.csv")),
            Is.EqualTo(File.ReadAllBytes(_folder.At("library.csv"))));
    }

    /// <summary>A machine that does not see the disk of process 0.</summary>
    [Test]
    public void Join_FolderThatIsNotShared_SaysWhatToDo() =>
        Assert.That(
            () => OutputLocation.Of(_folder.At("x.csv")).JoinFolder(_folder.At(".x.csv.elsewhere.tmp")),
            Throws.InstanceOf<GpuAlsException>().With.Message.Contains("Use s3:// or a network file system"));

    private static string[] Parts(int size, string extension) =>
        ["_SUCCESS", .. Enumerable.Range(0, size).Select(part => $"part-{part:D5}{extension}")];

    private static string[] Names(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];

    /// <summary>The rows of files in the order of their names.</summary>
    private static string[] Rows(string files)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT lists::VARCHAR FROM '{files}' lists";
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add(reader.GetString(0));
        return [.. rows];
    }

    private static ThreadGroup Recommend(
        int size, RecommendJobOptions options, Action<int, JobEvent>? told = null)
    {
        var group = new ThreadGroup(size);
        group.Run(process =>
        {
            using var engine = new HostEngine(1);
            using var output = new StringWriter();
            var progress = new Relay<JobEvent>(value => told?.Invoke(process.Rank, value));
            var report = new RecommendJob(options, engine, output, progress, group: process).RunAsync()
                .GetAwaiter().GetResult();
            Assert.That(output.ToString(), Is.Empty);
            return report;
        });
        return group;
    }

    private static ThreadGroup Train(int size, TrainJobOptions options)
    {
        var group = new ThreadGroup(size);
        group.Run(process =>
        {
            using var engine = new HostEngine(1);
            return new TrainJob(options, engine, group: process).RunAsync().GetAwaiter().GetResult();
        });
        return group;
    }

    private RecommendJobOptions Lists(string output) =>
        new() { Model = _folder.At("model"), Output = output, Top = 4 };

    private TrainJobOptions Training(string model, string lists) => new()
    {
        Locations = [_folder.At("plays.csv")],
        Als = AlsOptions.Default with { Rank = 3, Iterations = 2 },
        Output = _folder.At(model),
        Recommendations = lists,
    };

    /// <summary>The names of the objects in the folder.</summary>
    private string[] Keys() => [.. _s3.Store.Keys("music").Select(key => key[(key.IndexOf('/') + 1)..])];
}
