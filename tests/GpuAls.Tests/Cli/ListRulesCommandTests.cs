using System.IO.Compression;
using GpuAls.Cli;

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

    [Test]
    public async Task Recommend_Diverse_ListsOtherItemsButTheSameNumber()
    {
        var diverse = await ItemsAsync("--diversify", "0.7", "--top", "5");

        Assert.That(await ItemsAsync("--diversify", "0", "--top", "5"), Is.EqualTo(_plain[..5]));
        Assert.That(diverse, Has.Length.EqualTo(5).And.Unique);
        Assert.That(diverse[0], Is.EqualTo(_plain[0]));
        Assert.That(diverse, Is.Not.EqualTo(_plain[..5]));
    }

    [Test]
    public async Task Recommend_NamesOfItems_AreAColumnOfEveryFormat()
    {
        var names = Write("names.jsonl", string.Concat(_plain.Where((_, rank) => rank != 1).Select(
            item => $"{{\"item\":\"{item}\",\"title\":\"The, {item}\"}}\n")));
        string[] options = ["--item-names", names, "--item-name-column", "title", "--top", "2"];

        var csv = await RunAsync(options);
        await RunAsync([.. options, "--output", _folder.At("named.jsonl")]);
        await RunAsync([.. options, "--output", _folder.At("named.parquet")]);

        Assert.That(csv.Lines[0], Is.EqualTo("user,item,rank,score,item_name"));
        Assert.That(csv.Lines[1], Does.EndWith($",\"The, {_plain[0]}\""));
        Assert.That(csv.Lines[2], Does.EndWith(",").And.Contain(_plain[1]));
        Assert.That(
            File.ReadAllText(_folder.At("named.jsonl")), Does.Contain($"\"item_name\":\"The, {_plain[0]}\""));
        await using var reader = await Parquet.ParquetReader.CreateAsync(_folder.At("named.parquet"));
        using var group = reader.OpenRowGroupReader(0);
        var values = new string[group.RowCount];
        await group.ReadAsync(reader.Schema.FindDataField("item_name"), values);
        Assert.That(values, Is.EqualTo(new[] { $"The, {_plain[0]}", "" }));
    }

    [Test]
    public async Task Recommend_ForItems_RanksUsersByTheScoresOfTheirLists()
    {
        var lists = await Tool.SucceedAsync(
            "recommend", _folder.At("model"), "--top", "40", "--device", "cpu", "--include-played");
        var item = _plain[0];
        var expected = lists.Lines[1..].Select(line => line.Split(',')).Where(row => row[1] == item)
            .Select(row => (User: row[0], Score: float.Parse(row[3]))).OrderByDescending(row => row.Score).ToArray();

        var users = await ForItemsAsync("--item", item, "--top", "30", "--include-played");
        var unplayed = await ForItemsAsync("--item", item, "--top", "30");
        var only = await ForItemsAsync(
            "--item", item, "--only-users", Write("few.txt", $"{expected[3].User}\n{expected[1].User}\n"),
            "--include-played");
        var excluded = await ForItemsAsync(
            "--item", item, "--exclude-users", Write("one.txt", expected[0].User), "--include-played",
            "--exclude", Write("one.csv", $"user,item\n{expected[1].User},{item}\n"), "--top", "3");

        Assert.That(users.Lines[0], Is.EqualTo("item,user,rank,score"));
        Assert.That(Items(users), Is.EqualTo(expected.Select(row => row.User)));
        var played = File.ReadLines(_folder.At("plays.csv")).Select(line => line.Split(','))
            .Where(row => row[1] == item).Select(row => row[0]).ToArray();
        Assert.That(Items(unplayed), Is.EqualTo(expected.Select(row => row.User).Except(played)));
        Assert.That(Items(only), Is.EqualTo(new[] { expected[1].User, expected[3].User }));
        Assert.That(Items(excluded), Is.EqualTo(expected[2..5].Select(row => row.User)));
    }

    [Test]
    public async Task Recommend_ForUnknownItems_FailsOrSkips()
    {
        var failed = await Tool.RunAsync(
            "recommend", _folder.At("model"), "--for", "items", "--item", "Nothing", "--device", "cpu");
        var skipped = await ForItemsAsync(
            "--items", Write("items.csv", $"item\nNothing\n{_plain[0]}\n"), "--on-unknown-item", "skip",
            "--output", _folder.At("audience.jsonl"));

        Assert.That(failed.ExitCode, Is.EqualTo(3));
        Assert.That(failed.Error, Does.Contain("no item 'Nothing'").And.Contain("--on-unknown-item"));
        Assert.That(skipped.Error, Does.Contain("1 item is not in the model and was skipped"));
        Assert.That(
            File.ReadAllText(_folder.At("audience.jsonl")),
            Does.StartWith($"{{\"item\":\"{_plain[0]}\",\"users\":[{{\"user\":"));
    }

    [TestCase("--item requires --for items", "--item", "x")]
    [TestCase("--only-users cannot be used here: these lists hold items", "--only-users", "x.txt")]
    [TestCase("--only-items cannot be used here: these lists hold users", "--only-items", "x.txt", "--for", "items")]
    [TestCase("--for items cannot be used with a database", "--for", "items", "--output", "sqlite:x.db?table=t")]
    [TestCase("--item-names cannot be used with a database", "--item-names", "x.csv", "--output", "sqlite:x.db")]
    [TestCase("expected a number from 0 to 1", "--diversify", "2")]
    public async Task Recommend_OptionsThatDoNotGoTogether_AreRefused(string message, params string[] options)
    {
        var run = await Tool.RunAsync(["recommend", _folder.At("model"), "--device", "cpu", .. options]);

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.Contain(message));
    }

    [Test]
    public async Task Recommend_OnATerminal_PrintsAReadableTable()
    {
        var names = Write("titles.csv", $"item,name\n{_plain[0]},Night\u001b[31m 夜\n");
        using var output = new StringWriter();
        using var error = new StringWriter();
        var console = new CliConsole(output, error, IsTerminal: false) { IsOutTerminal = true };

        await CommandLine.RunAsync(
            [
                "recommend", _folder.At("model"), "--user", User, "--top", "2", "--device", "cpu",
                "--item-names", names,
            ],
            console);

        var lines = output.ToString().Split('\n');
        Assert.That(lines[0], Is.EqualTo(User));
        Assert.That(lines[1], Does.Match($@"^  1  {_plain[0]} +Night�\[31m 夜  \d\.\d{{4}}$"));
        Assert.That(lines[2], Does.Match($@"^  2  {_plain[1]} +  \d\.\d{{4}}$"));
        Assert.That(error.ToString(), Does.Contain("wrote 1 list to stdout"));
    }

    private Task<ToolRun> ForItemsAsync(params string[] options) => Tool.SucceedAsync(
        ["recommend", _folder.At("model"), "--for", "items", "--device", "cpu", .. options]);

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
