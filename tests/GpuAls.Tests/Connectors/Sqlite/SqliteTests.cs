using GpuAls.Connectors.Sqlite;
using GpuAls.Tests.Cli;
using SQLitePCL;

namespace GpuAls.Tests.Connectors.Sqlite;

/// <summary>Plays from a file of SQLite, and lists into one.</summary>
public sealed class SqliteTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    private string Url => $"sqlite:{_folder.At("shop.db")}";

    [Test]
    public async Task Train_FromATable_GivesTheBytesOfTheSameFile()
    {
        var csv = _folder.At("plays.csv");
        await Tool.SucceedAsync("sample", "--output", csv, "--users", "300", "--items", "80", "--plays", "6000");
        Sql("CREATE TABLE plays (\"user\" TEXT, item TEXT, plays INTEGER, more BLOB);"
            + string.Concat(File.ReadLines(csv).Skip(1).Select(line => line.Replace("'", "''").Split(','))
                .Select(row => $"INSERT INTO plays VALUES ('{row[0]}', '{row[1]}', {row[2]}, NULL);")));

        await Tool.SucceedAsync(Train("of-file", csv));
        await Tool.SucceedAsync(Train("of-table", Url, "--table", "plays"));
        await Tool.SucceedAsync(Train("of-query", Url, "--query", "SELECT * FROM plays ORDER BY item DESC, \"user\";"));

        foreach (var other in new[] { "of-table", "of-query" })
            Assert.That(
                File.ReadAllBytes(_folder.At(other, "recommendations.parquet")),
                Is.EqualTo(File.ReadAllBytes(_folder.At("of-file", "recommendations.parquet"))));
    }

    [Test]
    public async Task Values_OfEveryType_AreReadOrTold()
    {
        Sql("CREATE TABLE plays (\"user\", item, plays, at);"
            + "INSERT INTO plays VALUES (7, 'a', 2.5, '2025-03-31'), (-8, 'a', '3', '2025-04-01'),"
            + "(7, 9, 1, '2025-03-31'), (NULL, 'a', 1, '2025-03-31'), (7, '', 1, '2025-03-31'),"
            + "(7, 1.5, 1, '2025-03-31'), "
            + "(7, x'00', 1, '2025-03-31'), (7, 'a', 'x', '2025-03-31'), (7, 'a', 1, 1234), (7, 'a', 0, '2025-03-31')");
        var schema = new InteractionSchema { WeightColumn = "plays", TimeColumn = "at" };

        var read = await ReadAsync(schema with { OnBadRow = OnBadRow.Skip });
        var failure = (await Assert.ThrowsAsync<GpuAlsException>(() => ReadAsync(schema)))!;

        Assert.That((read.Users.Type, read.Items.Type), Is.EqualTo((IdType.Integer64, IdType.Text)));
        Assert.That(
            (read.RowCount, read.Statistics.Rows, read.Statistics.BadRows, read.Statistics.ZeroWeightRows),
            Is.EqualTo((3, 10, 6, 1)));
        Assert.That(read.Weights!.AsSpan(0, 3).ToArray(), Is.EqualTo(new[] { 2.5f, 3, 1 }));
        Assert.That(failure.Message, Does.Contain("row 4: column 'user' is null").And.Contain("column 'item' is empty")
            .And.Contain("column 'item' is a REAL; ids are TEXT or INTEGER"));
    }

    [Test]
    public async Task Events_OfTextOrIntegers_HaveTheirWeights()
    {
        Sql("CREATE TABLE plays (\"user\", item, kind, at);"
            + "INSERT INTO plays VALUES ('a', 'x', 'like', 86400), ('b', 'x', 2, 86400), ('c', 'x', 'hide', 86400),"
            + "('d', 'x', NULL, 86400), ('e', 'x', 'like', 10)");
        var schema = new InteractionSchema
        {
            EventColumn = "kind",
            EventWeights = new EventWeights(new Dictionary<string, double> { ["like"] = 5, ["2"] = -1 }),
            TimeColumn = "at",
            Since = DateTimeOffset.UnixEpoch.AddDays(1),
            OnBadRow = OnBadRow.Skip,
        };

        var read = await ReadAsync(schema);

        Assert.That(read.Weights!.AsSpan(0, read.RowCount).ToArray(), Is.EqualTo(new[] { 5f, -1 }));
        Assert.That((read.Statistics.BadRows, read.Statistics.RowsOutsidePeriod), Is.EqualTo((2, 1)));
    }

    [Test]
    public async Task Lists_InEachMode_AreThoseOfTheFile()
    {
        await MakeModelAsync();
        var expected = (await Tool.SucceedAsync("recommend", _folder.At("model"))).Lines[1..]
            .Select(line => string.Join('|', line.Split(',')[..3])).Order().ToArray();
        const string lists = "SELECT \"user\" || '|' || item || '|' || rank FROM recs ORDER BY 1";

        await RecommendAsync();
        Assert.That(Rows(lists), Is.EqualTo(expected), "created");
        await RecommendAsync();
        Assert.That(Rows(lists), Is.EqualTo(expected), "replaced");
        await RecommendAsync("--user", expected[0].Split('|')[0], "--top", "1", "--write-mode", "upsert");
        Assert.That(
            Rows(lists),
            Is.EqualTo(expected.Where(row => !row.StartsWith(expected[0].Split('|')[0] + "|") || row.EndsWith("|1"))));
        await Tool.SucceedAsync(
            Recommend("--output", Url, "--recommendations-table", "log", "--write-mode", "append"));
        await Tool.SucceedAsync(
            Recommend("--output", Url, "--recommendations-table", "log", "--write-mode", "append"));
        var count = $"{expected.Length}";
        Assert.That(Rows("SELECT count(*) FROM log GROUP BY created_at"), Is.EqualTo(new[] { count, count }));
    }

    [Test]
    public async Task Factors_AreBlobsOfFloats()
    {
        File.WriteAllText(_folder.At("plays.csv"), "user,item\n1,x\n2,y\n1,y\n");

        await Tool.SucceedAsync(
            "train", _folder.At("plays.csv"), "--output", _folder.At("model"), "--rank", "2", "--include-played",
            "--recommendations", Url, "--recommendations-table", "recs", "--user-factors-table", "users",
            "--item-factors-table", "items");

        Assert.That(
            Rows("SELECT typeof(\"user\") || length(factors) FROM users"),
            Is.EqualTo(new[] { "integer8", "integer8" }));
        Assert.That(Rows("SELECT typeof(item) || length(factors) FROM items"), Is.EqualTo(new[] { "text8", "text8" }));
        Assert.That(Rows("SELECT count(*) FROM recs"), Is.EqualTo(new[] { "4" }));
    }

    [Test]
    public async Task Lists_ThatFail_LeaveTheTable_AndNoNewFile()
    {
        await MakeModelAsync();
        await FailAsync(
            5, Recommend("--recommendations-table", "recs", "--output", "sqlite:/no/such/folder/x.db"), "folder");
        Sql("CREATE TABLE recs (\"user\", item, rank INTEGER CHECK (rank < 3), score);"
            + "INSERT INTO recs VALUES (1, 2, 1, 4)");
        await FailAsync(5, Recommend("--recommendations-table", "recs", "--output", Url), "CHECK constraint failed");
        Sql("CREATE TABLE names (id, name)");
        await FailAsync(
            5, Recommend("--recommendations-table", "names", "--output", Url), "no column 'user'", "it has id, name");

        Assert.That(Rows("SELECT count(*) FROM recs"), Is.EqualTo(new[] { "1" }));
        File.WriteAllText(_folder.At("bad.csv"), "user,item\n,x\n");
        await FailAsync(
            3, ["train", _folder.At("bad.csv"), "--output", _folder.At("m"), "--recommendations",
                $"sqlite:{_folder.At("new.db")}?table=recs"], "is empty");
        Assert.That(_folder.At("new.db"), Does.Not.Exist);
    }

    [TestCase("missing.db", "does not exist")]
    [TestCase("plays.csv", "file is not a database")]
    [TestCase("shop.db", "no such table: nothing")]
    public async Task Plays_ThatAreNotThere_AreTold(string file, string expected)
    {
        File.WriteAllText(_folder.At("plays.csv"), string.Concat(Enumerable.Repeat("user,item\n1,2\n", 100)));
        Sql("CREATE TABLE plays (\"user\", item)");

        await FailAsync(3, ["evaluate", $"sqlite:{_folder.At(file)}", "--table", "nothing"], expected);
        await FailAsync(
            3, ["evaluate", Url, "--query", "SELECT \"user\", item FROMM plays"], "syntax error");
        await FailAsync(3, ["evaluate", Url, "--table", "plays", "--weight-column", "n"], "has no column 'n'");
        await FailAsync(2, ["evaluate", Url], "--table or --query");
        await FailAsync(2, ["evaluate", $"{Url}?mode=ro"], "unknown parameter 'mode'");
    }

    private static async Task FailAsync(int exitCode, string[] args, params string[] words)
    {
        var run = await Tool.RunAsync(args);
        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Error);
        foreach (var word in words) Assert.That(run.Error, Does.Contain(word));
    }

    [Test]
    public async Task DryRun_OfATable_TellsItsRowsAndWritesNothing()
    {
        Sql("CREATE TABLE plays (\"user\" text, item integer, plays integer); "
            + "INSERT INTO plays VALUES ('a', 1, 2), ('a', 2, 1), ('b', 2, 5)");
        string[] train =
            ["train", Url, "--table", "plays", "--output", _folder.At("model"), "--rank", "2", "--dry-run"];

        var run = await Tool.SucceedAsync([.. train, "--weight-column", "plays"]);
        var refused = await Tool.RunAsync([.. train, "--weight-column", "count"]);

        Assert.That(run.Out, Does.Contain($"3 rows of {Url}, table plays\n").And.Contain("2 users and 2 items\n"));
        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "shop.db" }));
        Assert.That(refused.ExitCode, Is.EqualTo(3));
        Assert.That(refused.Error, Does.Contain("'count'"));
    }

    private async Task MakeModelAsync()
    {
        await Tool.SucceedAsync(
            "sample", "--output", _folder.At("plays.csv"), "--users", "40", "--items", "30", "--plays", "400");
        await Tool.SucceedAsync(Train("model", _folder.At("plays.csv")));
    }

    private string[] Recommend(params string[] more) => ["recommend", _folder.At("model"), .. more];

    private Task<ToolRun> RecommendAsync(params string[] more) =>
        Tool.SucceedAsync([.. Recommend("--output", Url, "--recommendations-table", "recs"), .. more]);

    private string[] Train(string output, params string[] plays) =>
    [
        "train", .. plays, "--weight-column", "plays", "--output", _folder.At(output), "--rank", "8",
        "--iterations", "2",
    ];

    private Task<IndexedInteractions> ReadAsync(InteractionSchema schema) => InteractionLoader.LoadAsync(
        new SqliteInteractionSource(SqliteLocation.Parse($"{Url}?table=plays"), schema), null, default);

    private void Sql(string sql)
    {
        using var file = new SqliteFile(_folder.At("shop.db"), "shop.db", FailureKind.Output);
        file.Run("make the tables", $"BEGIN; {sql}; COMMIT");
    }

    private string[] Rows(string sql)
    {
        using var file = new SqliteFile(_folder.At("shop.db"), "shop.db", FailureKind.BadInput);
        using var statement = file.Prepare("read", sql);
        var rows = new List<string>();
        while (statement.Step()) rows.Add(raw.sqlite3_column_text(statement.Handle, 0).utf8_to_string());
        return [.. rows];
    }
}
