using System.IO.Compression;

namespace GpuAls.Tests.Cli;

/// <summary>gpuals recommend with rules, whose files are tables of any kind or lines.</summary>
public sealed class ListRulesCommandTests
{
    private const string User = "Ada Abbott";

    private TempFolder _folder = null!;
    private string[] _plain = [];

    [OneTimeSetUp]
    public async Task TrainModel()
    {
        _folder = new TempFolder();
        await Tool.SucceedAsync(
            "sample", "--output", _folder.At("plays.csv"), "--users", "30", "--items", "40", "--plays", "200");
        await Tool.SucceedAsync(
            "train", _folder.At("plays.csv"), "--weight-column", "plays", "--output", _folder.At("model"),
            "--rank", "8", "--device", "cpu");
        _plain = await ItemsAsync("--top", "40");
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("some.txt", "{0}\n{1}\n\n{0}\n")]
    [TestCase("some.csv", "n,item\n1,{0}\n2,{1}\n3,{0}\n")]
    [TestCase("some.tsv", "item\tn\n{0}\t1\n{1}\t2\n")]
    [TestCase("some.jsonl", "{{\"item\":\"{0}\"}}\n{{\"item\":\"{1}\",\"user\":\"x\"}}\n")]
    [TestCase("some.csv.gz", "item\n{0}\n{1}\n")]
    [TestCase("some.txt.gz", "{0}\n{1}\n")]
    public async Task Recommend_FilesOfItems_AreListedOnlyOrNever(string name, string content)
    {
        var file = Write(name, string.Format(content, _plain[3], _plain[1]));

        Assert.That(await ItemsAsync("--only-items", file, "--top", "40"), Is.EqualTo(new[] { _plain[1], _plain[3] }));
        Assert.That(
            await ItemsAsync("--exclude-items", file, "--top", "40"),
            Is.EqualTo(_plain.Where((_, rank) => rank is not (1 or 3))));
    }

    [Test]
    public async Task Recommend_ItemsOfAParquetColumn_AreListedOnly()
    {
        await Tool.SucceedAsync("recommend", _folder.At("model"), "--user", User, "--top", "2", "--device", "cpu",
            "--output", _folder.At("two.parquet"));

        Assert.That(await ItemsAsync("--only-items", _folder.At("two.parquet")), Is.EqualTo(_plain[..2]));
    }

    [Test]
    public async Task Recommend_ExcludedPairs_AreLeftOutOfTheListsOfTheirUsers()
    {
        var file = Write(
            "pairs.csv", $"item,user\n{_plain[0]},{User}\n{_plain[2]},{User}\n{_plain[1]},Nobody\nNothing,{User}\n");

        var run = await RunAsync("--exclude", file);
        var other = await Tool.SucceedAsync(
            "recommend", _folder.At("model"), "--user", "Bruno Berg", "--exclude", file, "--device", "cpu");

        Assert.That(Items(run), Is.EqualTo(new[] { _plain[1] }.Concat(_plain[3..12])));
        Assert.That(run.Error, Does.Contain("--exclude").And.Contain("2 of 4 pairs are not in the model"));
        Assert.That(
            other.Out,
            Is.EqualTo((await Tool.SucceedAsync(
                "recommend", _folder.At("model"), "--user", "Bruno Berg", "--device", "cpu")).Out));
    }

    [Test]
    public async Task Recommend_MinScore_EndsListsThere()
    {
        var lines = (await RunAsync("--top", "40")).Lines[1..];
        var score = lines[4].Split(',')[3];

        Assert.That(await ItemsAsync("--top", "40", "--min-score", score), Is.EqualTo(_plain[..5]));
    }

    [Test]
    public async Task Recommend_MaxPerGroup_ListsTheBestOfEachGroup()
    {
        var groups = Write(
            "groups.csv", "item,artist\n" + string.Concat(_plain[..6].Select(item => $"{item},same\n"))
                + $"{_plain[8]},other\n");

        var items = await ItemsAsync(
            "--item-groups", groups, "--group-column", "artist", "--max-per-group", "2", "--top", "40");

        Assert.That(items, Is.EqualTo(_plain[..2].Concat(_plain[6..])));
    }

    [Test]
    public async Task Recommend_ItemOfTwoGroups_IsRefused()
    {
        var groups = Write("two.csv", $"item,group\n{_plain[0]},a\n{_plain[0]},b\n");

        await FailsAsync(3, "has two groups", "--item-groups", groups, "--max-per-group", "2");
    }

    [TestCase(2, "--item-groups requires --max-per-group", "--item-groups", "groups.csv")]
    [TestCase(2, "--max-per-group requires --item-groups", "--max-per-group", "2")]
    [TestCase(3, "does not exist", "--exclude", "missing.csv")]
    [TestCase(3, "does not exist", "--only-items", "missing.txt")]
    public Task Recommend_RulesThatCannotBe_AreRefused(int exitCode, string message, params string[] options) =>
        FailsAsync(exitCode, message, options);

    [Test]
    public async Task Recommend_OnlyUnknownItems_IsRefused() =>
        await FailsAsync(3, "none of the items in", "--only-items", Write("unknown.txt", "Nothing\n"));

    [Test]
    public async Task Recommend_FileWithoutTheColumn_SaysWhichThereAre() =>
        await FailsAsync(
            3, "has no column 'item'. It has: song, n. Choose with --item-column.",
            "--only-items", Write("songs.csv", "song,n\na,1\n"));

    [Test]
    public async Task Recommend_BadRowOfAFile_IsRefusedOrSkipped()
    {
        var file = Write("bad.csv", $"item,n\n{_plain[0]},1\n,2\n");

        await FailsAsync(3, "--on-bad-row skip", "--exclude-items", file);
        Assert.That(
            await ItemsAsync("--exclude-items", file, "--on-bad-row", "skip"), Is.EqualTo(_plain[1..11]));
    }

    [Test]
    public async Task Recommend_EmptyFiles_ChangeNothing()
    {
        var (lines, table) = (Write("none.txt", ""), Write("none.csv", "user,item\n"));

        Assert.That(
            await ItemsAsync("--exclude-items", lines, "--exclude", table, "--top", "40"), Is.EqualTo(_plain));
    }

    [Test]
    public async Task Recommend_EverythingExcluded_IsAnEmptyListThatIsCounted()
    {
        var run = await RunAsync("--exclude-items", Write("all.txt", string.Join('\n', _plain)));

        Assert.That(run.Out, Is.EqualTo("user,item,rank,score\n"));
        Assert.That(run.Error, Does.Contain("1 list is empty"));
    }

    [Test]
    public async Task Recommend_UsersOfATable_GivesTheSameAsByOption()
    {
        var users = Write("users.csv", "listener,n\nBruno Berg,1\nAda Abbott,2\nBruno Berg,3\n");

        var byFile = await Tool.SucceedAsync(
            "recommend", _folder.At("model"), "--users", users, "--user-column", "listener", "--device", "cpu");
        var byOption = await Tool.SucceedAsync(
            "recommend", _folder.At("model"), "--user", "Bruno Berg", "--user", "Ada Abbott", "--device", "cpu");

        Assert.That(byFile.Out, Is.EqualTo(byOption.Out));
    }

    [Test]
    public async Task Recommend_OutputThatIsAFileOfRules_IsRefused()
    {
        var file = Write("pairs-too.csv", "user,item\n");

        await FailsAsync(2, "is the file of --exclude", "--exclude", file, "--output", file, "--overwrite");
    }

    private async Task FailsAsync(int exitCode, string message, params string[] options)
    {
        var run = await Tool.RunAsync(
            ["recommend", _folder.At("model"), "--user", User, "--device", "cpu", .. options]);

        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Error);
        Assert.That(run.Error, Does.Contain(message));
    }

    private string Write(string name, string content)
    {
        var path = _folder.At(name);
        if (!name.EndsWith(".gz", StringComparison.Ordinal))
        {
            File.WriteAllText(path, content);
            return path;
        }

        using var writer = new StreamWriter(new GZipStream(File.Create(path), CompressionLevel.Fastest));
        writer.Write(content);
        return path;
    }

    private async Task<string[]> ItemsAsync(params string[] options) => Items(await RunAsync(options));

    private static string[] Items(ToolRun run) => [.. run.Lines.Skip(1).Select(line => line.Split(',')[1])];

    private Task<ToolRun> RunAsync(params string[] options) => Tool.SucceedAsync(
        ["recommend", _folder.At("model"), "--user", User, "--device", "cpu", .. options]);
}
