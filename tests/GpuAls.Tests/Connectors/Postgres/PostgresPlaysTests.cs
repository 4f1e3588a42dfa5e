using GpuAls.Connectors.Postgres;
using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Connectors.Postgres;

/// <summary>Plays from tables and queries: types, bad rows, order, and what a run makes of them.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class PostgresPlaysTests
{
    private static readonly InteractionSchema Weighted = new() { WeightColumn = "plays" };

    [TestCase("text", "'a'", "'b'", IdType.Text, "a", "b")]
    [TestCase("varchar(9)", "'日本'", "'😀'", IdType.Text, "日本", "😀")]
    [TestCase("char(9)", "'a'", "'b '", IdType.Text, "a", "b")]
    [TestCase("smallint", "-1", "32767", IdType.Integer32, "-1", "32767")]
    [TestCase("integer", "-2147483648", "7", IdType.Integer32, "-2147483648", "7")]
    [TestCase("bigint", "-9223372036854775808", "9223372036854775807", IdType.Integer64,
        "-9223372036854775808", "9223372036854775807")]
    [TestCase("uuid", "'00112233-4455-6677-8899-aabbccddeeff'", "'ffffffff-4455-6677-8899-aabbccddeeff'", IdType.Uuid,
        "00112233-4455-6677-8899-aabbccddeeff", "ffffffff-4455-6677-8899-aabbccddeeff")]
    [TestCase("mood", "'glad'", "'sad'", IdType.Text, "glad", "sad")]
    public async Task Ids_OfAType_AreReadAsThatType(
        string type, string one, string other, IdType expected, string first, string second)
    {
        var shop = new Shop("CREATE TYPE mood AS ENUM ('glad', 'sad');"
            + $"CREATE TABLE plays (\"user\" {type}, item {type});"
            + $"INSERT INTO plays VALUES ({one}, {other}), ({other}, {one}), ({one}, {one})");

        var read = await shop.ReadAsync("plays", new InteractionSchema());

        Assert.That((read.Users.Type, read.Items.Type), Is.EqualTo((expected, expected)));
        Assert.That(new[] { read.Users.Format(0), read.Users.Format(1) }, Is.EqualTo(new[] { first, second }));
        Assert.That(new[] { read.Items.Format(0), read.Items.Format(1) }, Is.EqualTo(new[] { first, second }));
    }

    /// <summary>Of a large table, a part is read; the server knows how large it is.</summary>
    [Test]
    public async Task Survey_OfATable_EstimatesTheRowsItDoesNotRead()
    {
        var shop = new Shop("CREATE TABLE plays AS SELECT i % 5000 AS \"user\", i % 300 AS item "
            + "FROM generate_series(1, 400000) i; ANALYZE plays");
        var table = Databases.Plays([$"{shop.Url}?table=plays"], new InteractionSchema())!;

        var whole = await InputSurveyor.LookAsync(table, default);
        var part = await InputSurveyor.LookAsync(table, default, mostRows: 50_000);

        Assert.That((whole.Rows, whole.AreRowsExact), Is.EqualTo((400_000L, true)));
        Assert.That((whole.Users.Count, whole.Items.Count), Is.EqualTo((5000L, 300L)));
        Assert.That(part.AreRowsExact, Is.False);
        Assert.That(part.SampledRows, Is.InRange(50_000, 200_000));
        Assert.That(part.Rows, Is.EqualTo(400_000).Within(5).Percent);
        Assert.That(part.Table, Does.EndWith(", table plays"));
    }

    [TestCase("smallint", "3", 3)]
    [TestCase("bigint", "-5", -5)]
    [TestCase("real", "0.25", 0.25f)]
    [TestCase("double precision", "1e-30", 1e-30f)]
    [TestCase("boolean", "true", 1)]
    [TestCase("text", "'2.5'", 2.5f)]
    [TestCase("varchar", "'yes'", 1)]
    [TestCase("numeric", "12345678901234567890.123456789", 12345678901234567890.123456789f)]
    [TestCase("numeric", "0.00000000000000000000000000012345", 1.2345e-28f)]
    [TestCase("numeric", "-10000", -10000)]
    [TestCase("numeric(6,2)", "1234.56", 1234.56f)]
    [TestCase("numeric", "1e30", 1e30f)]
    public async Task Weights_OfAType_AreNumbers(string type, string value, float expected)
    {
        var shop = new Shop($"CREATE TABLE plays (\"user\" int, item int, plays {type});"
            + $"INSERT INTO plays VALUES (1, 2, {value})");

        var read = await shop.ReadAsync("plays", Weighted);

        Assert.That(read.Weights!.AsSpan(0, 1).ToArray(), Is.EqualTo(new[] { expected }));
    }

    /// <summary>What a column of doubles reads of the same decimal is the number that is nearest.</summary>
    [Test]
    public async Task Weights_ManyDecimals_AreThoseTheServerConverts()
    {
        var shop = new Shop("SELECT setseed(0.5); CREATE TABLE plays AS SELECT i AS \"user\", i AS item, "
            + "(trunc((random() * 10 ^ (i % 9))::numeric, i % 7) + 0.5 ^ (i % 5)) AS plays "
            + "FROM generate_series(1, 5000) i; CREATE VIEW doubles AS "
            + "SELECT \"user\", item, plays::float8 AS plays FROM plays");

        var decimals = await shop.ReadAsync("plays", Weighted);
        var doubles = await shop.ReadAsync("doubles", Weighted);

        Assert.That(decimals.Weights, Is.EqualTo(doubles.Weights));
    }

    [TestCase("integer", "1700000000", 1_700_000_000)]
    [TestCase("date", "'1999-12-31'", 946_598_400_000_000)]
    [TestCase("timestamp", "'2025-03-31 20:15:00.000001'", 1_743_452_100_000_001)]
    [TestCase("timestamptz", "'2025-03-31 22:15:00+02'", 1_743_452_100_000_000)]
    [TestCase("text", "'2025-03-31T20:15:00Z'", 1_743_452_100_000_000)]
    public async Task Times_OfAType_AreIntegersOrMicroseconds(string type, string value, long expected)
    {
        var shop = new Shop($"CREATE TABLE plays (\"user\" int, item int, at {type});"
            + $"INSERT INTO plays VALUES (1, 2, {value})");

        var read = await shop.ReadAsync("plays", new InteractionSchema { TimeColumn = "at" });

        Assert.That(read.Times!.AsSpan(0, 1).ToArray(), Is.EqualTo(new[] { expected }));
    }

    [TestCase("text", "'like'", "'skip'")]
    [TestCase("char(6)", "'like'", "'skip'")]
    [TestCase("smallint", "1", "2")]
    [TestCase("bigint", "1", "2")]
    public async Task Events_OfAType_HaveTheirWeights(string type, string like, string skip)
    {
        var shop = new Shop($"CREATE TABLE plays (\"user\" int, item int, kind {type}, at timestamp);"
            + $"INSERT INTO plays VALUES (1, 2, {like}, '2025-03-31'), (2, 2, {skip}, '2025-03-31'), "
            + $"(3, 2, NULL, '2025-03-31'), (4, 2, {like}, '2024-12-31')");
        var schema = new InteractionSchema
        {
            EventColumn = "kind",
            EventWeights = EventWeights.Parse("like=5,skip=-2,1=5,2=-2", "--event-weights"),
            TimeColumn = "at",
            Since = EpochTime.Parse("2025-01-01", "--since"),
            OnBadRow = OnBadRow.Skip,
        };

        var read = await shop.ReadAsync("plays", schema);

        Assert.That(read.Weights!.AsSpan(0, read.RowCount).ToArray(), Is.EqualTo(new[] { 5f, -2 }));
        Assert.That((read.Statistics.BadRows, read.Statistics.RowsOutsidePeriod), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task Rows_ThatCannotBeUsed_AreCountedAndDescribed()
    {
        var shop = new Shop("CREATE TABLE plays (\"user\" text, item text, plays numeric, at timestamp);"
            + "INSERT INTO plays VALUES ('a', 'b', 1, now()), (NULL, 'b', 1, now()), ('', 'b', 1, now()), "
            + "('a', NULL, 1, now()), ('a', 'b', NULL, now()), ('a', 'b', 'NaN', now()), ('a', 'b', 1, NULL), "
            + "('a', 'b', 1, 'infinity'), ('a', 'b', 0, now())");
        var schema = Weighted with { TimeColumn = "at", OnBadRow = OnBadRow.Skip };

        var read = await shop.ReadAsync("plays", schema);
        var failure = (await Assert.ThrowsAsync<GpuAlsException>(
            () => shop.ReadAsync("plays", schema with { OnBadRow = OnBadRow.Fail })))!;

        Assert.That(
            (read.RowCount, read.Statistics.Rows, read.Statistics.BadRows, read.Statistics.ZeroWeightRows),
            Is.EqualTo((1, 9, 7, 1)));
        Assert.That(
            failure.Message,
            Does.Contain("row 2: column 'user' is null").And.Contain("row 3: column 'user' is empty")
            .And.Contain("row 4: column 'item' is null").And.Contain("row 5: column 'plays' is null")
            .And.Contain("row 6: column 'plays' is NaN"));
    }

    [Test]
    public async Task Rows_OfSeveralPieces_AreAllRead()
    {
        var shop = new Shop("CREATE TABLE plays AS SELECT repeat('x', i % 300) || i AS \"user\", i AS item "
            + "FROM generate_series(1, 80000) i");

        var read = await shop.ReadAsync("plays", new InteractionSchema());

        Assert.That((read.RowCount, read.Users.Count, read.Items.Count), Is.EqualTo((80_000, 80_000, 80_000)));
        Assert.That(read.Users.TryFind(new string('x', 299) + "59999", out var index), Is.True);
        Assert.That(read.Users.Format(index), Has.Length.EqualTo(304));
    }

    [Test]
    public async Task Table_NoRows_IsToldByItsName()
    {
        var shop = new Shop("CREATE TABLE plays (\"user\" int, item int)");

        await Shop.FailAsync(3, ["train", shop.Url, "--table", "plays"], "has no rows", "table plays");
    }

    [TestCase("Odd.\"na.me\"", "CREATE SCHEMA \"Odd\"; CREATE TABLE \"Odd\".\"na.me\"")]
    [TestCase("\"it\"\"s\"", "CREATE TABLE \"it\"\"s\"")]
    [TestCase("Plays; --", "CREATE TABLE \"Plays; --\"")]
    public async Task Table_OfAnyName_IsFound(string name, string create)
    {
        var shop = new Shop($"{create} AS SELECT 1 AS \"user\", 2 AS item");

        Assert.That((await shop.ReadAsync(name, new InteractionSchema())).RowCount, Is.EqualTo(1));
    }

    [Test]
    public async Task Train_FromATable_GivesTheBytesOfTheSameFile()
    {
        using var folder = new TempFolder();
        await Tool.SucceedAsync("sample", "--output", folder.At("plays.csv"), "--users", "300", "--items", "80",
            "--plays", "6000");
        var shop = new Shop("CREATE TABLE plays (\"user\" text, item text, plays int, more jsonb)");
        shop.Load("plays", folder.At("plays.csv"));

        await Tool.SucceedAsync([.. Train(folder.At("of-file"), folder.At("plays.csv"))]);
        await Tool.SucceedAsync([.. Train(folder.At("of-table"), shop.Url, "--table", "plays")]);
        // other rows first, columns computed: what comes out is the same
        await Tool.SucceedAsync([.. Train(
            folder.At("of-query"), shop.Url, "--query",
            "SELECT item, \"user\", plays::numeric AS plays FROM plays ORDER BY md5(\"user\" || item) -- all")]);

        foreach (var file in new[] { "user_factors.npy", "item_factors.npy", "recommendations.parquet" })
            foreach (var other in new[] { "of-table", "of-query" })
                Assert.That(
                    File.ReadAllBytes(folder.At(other, file)),
                    Is.EqualTo(File.ReadAllBytes(folder.At("of-file", file))),
                    $"{other}/{file}");
        Assert.That(File.ReadAllText(folder.At("of-table", "manifest.json")), Does.Contain("?table=plays\""));
    }

    [Test]
    public async Task EvaluateAndTune_FromTables_AreDoneAsFromFiles()
    {
        using var folder = new TempFolder();
        await Tool.SucceedAsync("sample", "--output", folder.At("plays.csv"), "--users", "300", "--items", "80",
            "--plays", "6000");
        var shop = new Shop("CREATE TABLE plays (\"user\" text, item text, plays int, more jsonb);"
            + "CREATE VIEW held AS SELECT * FROM plays WHERE hashtext(\"user\" || item) % 5 = 0;"
            + "CREATE VIEW kept AS SELECT * FROM plays WHERE hashtext(\"user\" || item) % 5 <> 0");
        shop.Load("plays", folder.At("plays.csv"));
        string[] small = ["--weight-column", "plays", "--rank", "8", "--iterations", "2"];

        await Tool.SucceedAsync(
            ["evaluate", shop.Url, "--table", "kept", "--test", $"{shop.Url}?table=held", .. small]);
        await Tool.SucceedAsync(["evaluate", shop.Url, "--table", "plays", .. small]);
        var tuned = await Tool.SucceedAsync(
            ["tune", shop.Url, "--table", "plays", "--regularization", "0.1,0.2", .. small]);
        await Tool.SucceedAsync(
            ["train", shop.Url, "--table", "kept", "--validation", $"{shop.Url}?table=held", "--output",
            folder.At("model"), .. small]);

        Assert.That(tuned.Out, Does.Contain($"gpuals train '{shop.Url}?table=plays'"));
    }

    [Test]
    public async Task Reading_Stopped_EndsSoon()
    {
        var shop = new Shop("CREATE VIEW plays AS SELECT i AS \"user\", i AS item "
            + "FROM (SELECT generate_series(1, 2000000000) AS i) s");
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        var clock = System.Diagnostics.Stopwatch.StartNew();

        await Assert.CatchAsync<OperationCanceledException>(
            () => InteractionLoader.LoadAsync(shop.Source("plays", new InteractionSchema()), null, stop.Token));

        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)));
        await shop.UntilAsync("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY%' AND state = 'active' "
            + $"AND datname = '{shop.Database}'", "0");
    }

    private static string[] Train(string output, params string[] plays) =>
        ["train", .. plays, "--weight-column", "plays", "--output", output, "--rank", "8", "--iterations", "2"];
}

/// <summary>A database with some tables.</summary>
internal sealed class Shop
{
    private readonly PostgresServer _server = PostgresServer.Get();

    /// <param name="sql">Makes the tables.</param>
    public Shop(string sql = "")
    {
        Databases.Add(() => new PostgresDatabase(), "postgres", "postgresql");
        Database = PostgresServer.NewDatabase();
        if (sql.Length > 0) _server.Sql(Database, sql);
    }

    public string Database { get; }

    public string Url => UrlOf("admin");

    public string UrlOf(string user) => $"postgres://{user}@127.0.0.1:{_server.Port}/{Database}";

    public IInteractionSource Source(string table, InteractionSchema schema) =>
        Databases.Plays([DatabaseUrl.With(Url, DatabaseUrl.Table, table)], schema)!;

    public Task<IndexedInteractions> ReadAsync(string table, InteractionSchema schema) =>
        InteractionLoader.LoadAsync(Source(table, schema), null, default);

    public void Sql(string sql) => _server.Sql(Database, sql);

    public string[] Rows(string sql) => _server.Rows(Database, sql);

    /// <summary>Fills a table from a CSV file of sample plays.</summary>
    public void Load(string table, string csv)
    {
        using var connection = _server.Open(Database);
        using var copy = connection.BeginTextImport(
            $"COPY {table} (\"user\", item, plays) FROM STDIN (FORMAT csv, HEADER)");
        copy.Write(File.ReadAllText(csv));
    }

    /// <summary>Waits until a query gives a value.</summary>
    public async Task UntilAsync(string sql, string expected)
    {
        for (var left = 200; left > 0 && Rows(sql)[0] != expected; left--) await Task.Delay(50);
        Assert.That(Rows(sql)[0], Is.EqualTo(expected), sql);
    }

    /// <summary>Runs the tool and expects a failure that says some words, without a trace of the stack.</summary>
    public static async Task FailAsync(int exitCode, string[] args, params string[] words)
    {
        using var folder = new TempFolder();
        string[] output = args[0] == "train" && !args.Contains("--output") ? ["--output", folder.At("model")] : [];
        var run = await Tool.RunAsync([.. args, .. output]);
        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Error);
        foreach (var word in words) Assert.That(run.Error, Does.Contain(word));
        Assert.That(run.Error, Does.Not.Contain("   at "));
        Assert.That(folder.Entries(), Is.Empty);
    }
}
