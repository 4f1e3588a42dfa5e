using System.Buffers;
using GpuAls.Connectors.Postgres;
using GpuAls.Tests.Cli;
using Npgsql;

namespace GpuAls.Tests.Connectors.Postgres;

/// <summary>Lists and factors in tables: what is written, in which mode, and what others see meanwhile.</summary>
public sealed class PostgresListsTests
{
    private const string Lists = "SELECT * FROM recs ORDER BY \"user\", rank";

    private TempFolder _folder = null!;

    [OneTimeSetUp]
    public async Task MakeModels()
    {
        _folder = new TempFolder();
        await Tool.SucceedAsync("sample", "--output", At("plays.csv"), "--users", "40", "--items",
            "30", "--plays", "400");
        string[] small = ["--weight-column", "plays", "--rank", "4", "--iterations", "1"];
        await Tool.SucceedAsync(["train", At("plays.csv"), "--output", At("model"), .. small]);
        await Tool.SucceedAsync(["train", At("plays.csv"), "--output", At("other"), "--seed", "7", .. small]);
    }

    [OneTimeTearDown]
    public void RemoveModels() => _folder.Dispose();

    [Test]
    public async Task Lists_InANewTable_AreThoseOfTheFile()
    {
        var shop = new Shop();
        await Tool.SucceedAsync("recommend", At("model"), "--output", At("lists.csv"), "--overwrite");

        var run = await RecommendAsync(shop, "model");

        Assert.That(run.Error, Does.Contain("wrote 40 lists to postgres://"));
        var expected = File.ReadAllLines(At("lists.csv"))[1..].Select(line => line.Replace(',', '|'))
            .OrderBy(line => line.Split('|')[0], StringComparer.Ordinal)
            .ThenBy(line => int.Parse(line.Split('|')[2]));
        Assert.That(shop.Rows(Lists), Is.EqualTo(expected));
        Assert.That(Types(shop, "recs"), Is.EqualTo("user text, item text, rank integer, score real"));
        Assert.That(
            shop.Rows("SELECT indexdef FROM pg_indexes WHERE tablename = 'recs'").Single(),
            Does.Contain("UNIQUE").And.Contain("(\"user\", rank)"));
    }

    [TestCase("int", "integer", "7", "-3")]
    [TestCase("bigint", "bigint", "5000000000", "-5000000000")]
    [TestCase("uuid", "uuid", "00112233-4455-6677-8899-aabbccddeeff", "ffffffff-4455-6677-8899-aabbccddeeff")]
    public async Task Ids_OfATable_ComeBackAsTheirType(string type, string written, string one, string other)
    {
        var shop = new Shop($"CREATE TABLE plays (\"user\" {type}, item {type});"
            + $"INSERT INTO plays VALUES ('{one}', '{one}'), ('{other}', '{other}'), ('{one}', '{other}')");
        using var folder = new TempFolder();

        await Tool.SucceedAsync(
            "train", shop.Url, "--table", "plays", "--output", folder.At("model"), "--recommendations", shop.Url,
            "--recommendations-table", "recs", "--user-factors-table", "users", "--item-factors-table", "items",
            "--rank", "2", "--iterations", "1", "--include-played");

        Assert.That(Types(shop, "recs"), Does.StartWith($"user {written}, item {written}, rank"));
        Assert.That(shop.Rows("SELECT DISTINCT \"user\"::text FROM recs ORDER BY 1"),
            Is.EqualTo(new[] { one, other }.Order(StringComparer.Ordinal)));
        Assert.That(Types(shop, "users"), Is.EqualTo($"user {written}, factors real[]"));
        Assert.That(Types(shop, "items"), Is.EqualTo($"item {written}, factors real[]"));
        // a score is the product of the factors
        Assert.That(
            shop.Rows("SELECT max(abs(score - (SELECT sum(x * y) FROM unnest(u.factors, i.factors) AS f(x, y)))) "
                + "< 1e-5 FROM recs JOIN users u USING (\"user\") JOIN items i USING (item)"),
            Is.EqualTo(new[] { "True" }));
        Assert.That(File.ReadAllText(folder.At("model", "manifest.json")), Does.Contain("?table=recs\""));
    }

    [TestCase("text", "text", "bigint", "double precision")]
    [TestCase("varchar", "bigint", "smallint", "real")]
    [TestCase("integer", "numeric", "integer", "real")]
    [TestCase("smallint", "char(8)", "integer", "real")]
    public async Task Ids_InAnExistingTable_TakeItsTypes(string user, string item, string rank, string score)
    {
        var shop = new Shop("CREATE TABLE plays AS SELECT u::bigint AS \"user\", i AS item "
            + "FROM generate_series(-3, 12) u, generate_series(1, 4) i;"
            + $"CREATE TABLE recs (score {score}, rank {rank}, made_at timestamp DEFAULT now(), "
            + $"item {item}, \"user\" {user})");
        using var folder = new TempFolder();

        await Tool.SucceedAsync(
            "train", shop.Url, "--table", "plays", "--output", folder.At("model"), "--recommendations", shop.Url,
            "--recommendations-table", "recs", "--rank", "3", "--iterations", "1", "--include-played", "--top", "2");

        Assert.That(
            shop.Rows("SELECT count(*), count(made_at), min(\"user\"::int), max(\"user\"::int), max(rank) FROM recs"),
            Is.EqualTo(new[] { "32|32|-3|12|2" }));
    }

    [TestCase("uuid", "cannot hold the id '-3'")]
    [TestCase("smallint", "cannot hold the id '40000'")]
    public async Task Ids_ThatDoNotFit_AreToldAndNothingIsWritten(string type, string expected)
    {
        var shop = new Shop("CREATE TABLE plays AS SELECT * FROM (VALUES (-3, 1), (40000, 2)) AS p(\"user\", item);"
            + $"CREATE TABLE recs (\"user\" {type}, item int, rank int, score real)");

        await Shop.FailAsync(
            5, ["train", shop.Url, "--table", "plays", "--recommendations", shop.Url, "--recommendations-table", "recs",
                "--rank", "2"], "table recs: column 'user'", expected);
    }

    [TestCase("numeric")]
    [TestCase("text")]
    public void UnsignedIds_AreWrittenWhole(string type)
    {
        var shop = new Shop($"CREATE TABLE ids (id {type})");
        var ids = new IdIndex<ulong>([ulong.MaxValue, 10_000, 0, 123_456_789]);
        var write = PostgresFields.OfIds(ids, type == "text" ? PostgresType.Text : PostgresType.Numeric, "");
        var rows = new ArrayBufferWriter<byte>();
        rows.Write(CopyFormat.Start.Span);
        for (var index = 0; index < ids.Count; index++)
        {
            PostgresFields.WriteFieldCount(rows, 1);
            write(rows, index);
        }

        rows.Write(CopyFormat.End.Span);
        using (var connection = PostgresServer.Get().Open(shop.Database))
        using (var copy = connection.BeginRawBinaryCopy("COPY ids FROM STDIN (FORMAT BINARY)"))
            copy.Write(rows.WrittenSpan);

        Assert.That(shop.Rows("SELECT id::text FROM ids"),
            Is.EqualTo(new[] { "18446744073709551615", "10000", "0", "123456789" }));
    }

    [Test]
    public async Task Replace_KeepsIndexesGrantsOwnerCommentsAndOptions()
    {
        var shop = new Shop();
        await RecommendAsync(shop, "model");
        shop.Sql("CREATE INDEX recs_item ON recs (item, score DESC) WHERE rank < 9; COMMENT ON TABLE recs IS 'it''s';"
            + "COMMENT ON COLUMN recs.score IS 'high is good'; COMMENT ON INDEX recs_item IS 'by item';"
            + "GRANT SELECT ON recs TO reader; GRANT INSERT ON recs TO writer WITH GRANT OPTION;"
            + "GRANT SELECT ON recs TO PUBLIC; REVOKE TRUNCATE ON recs FROM admin;"
            + "ALTER TABLE recs SET (fillfactor = 70), ADD CONSTRAINT high CHECK (rank > 0),"
            + "ADD note text DEFAULT 'none', ADD CONSTRAINT one UNIQUE (\"user\", item)");
        var before = Shape(shop);
        var oid = shop.Rows("SELECT 'recs'::regclass::oid")[0];

        await RecommendAsync(shop, "other");

        Assert.That(Shape(shop), Is.EqualTo(before));
        Assert.That(shop.Rows("SELECT 'recs'::regclass::oid")[0], Is.Not.EqualTo(oid), "the table was swapped");
        Assert.That(shop.Rows(Lists), Is.EqualTo(await ExpectedAsync("other", "|none")));
    }

    [TestCase("CREATE VIEW tops AS SELECT * FROM recs WHERE rank = 1")]
    [TestCase("CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; "
        + "CREATE TRIGGER t BEFORE INSERT ON recs FOR EACH ROW EXECUTE FUNCTION touch()")]
    [TestCase("ALTER TABLE recs ADD id bigint GENERATED ALWAYS AS IDENTITY")]
    [TestCase("CREATE TABLE users AS SELECT DISTINCT \"user\" FROM recs; ALTER TABLE users ADD PRIMARY KEY (\"user\");"
        + "ALTER TABLE recs ADD FOREIGN KEY (\"user\") REFERENCES users")]
    [TestCase("CREATE PUBLICATION p FOR TABLE recs")]
    [TestCase("GRANT SELECT (item) ON recs TO reader")]
    [TestCase("CREATE FUNCTION best(recs) RETURNS real LANGUAGE SQL AS 'SELECT $1.score'")]
    [TestCase("ALTER TABLE recs OWNER TO writer")]
    [TestCase("CREATE TABLE part () INHERITS (recs)")]
    public async Task Replace_OfATableThatOthersDependOn_KeepsTheTable(string more)
    {
        var shop = new Shop();
        await RecommendAsync(shop, "model");
        shop.Sql(more);
        var oid = shop.Rows("SELECT 'recs'::regclass::oid")[0];

        await RecommendAsync(shop, "other");

        Assert.That(shop.Rows("SELECT 'recs'::regclass::oid")[0], Is.EqualTo(oid));
        Assert.That(shop.Rows("SELECT \"user\", item, rank, score FROM recs ORDER BY \"user\", rank"),
            Is.EqualTo(await ExpectedAsync("other")));
    }

    [Test]
    public async Task Replace_OfAPartitionedTable_FillsItsPartitions()
    {
        var shop = new Shop("CREATE TABLE recs (\"user\" text, item text, rank int, score real) "
            + "PARTITION BY HASH (\"user\");CREATE TABLE a PARTITION OF recs FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
            + "CREATE TABLE b PARTITION OF recs FOR VALUES WITH (MODULUS 2, REMAINDER 1)");
        await RecommendAsync(shop, "model");

        await RecommendAsync(shop, "other");

        Assert.That(shop.Rows(Lists), Is.EqualTo(await ExpectedAsync("other")));
    }

    [Test]
    public async Task Upsert_ReplacesTheListsOfItsUsersOnly()
    {
        var shop = new Shop();
        await RecommendAsync(shop, "model");
        var users = shop.Rows("SELECT DISTINCT \"user\" FROM recs ORDER BY 1")[..2];

        await RecommendAsync(
            shop, "other", "--user", users[0], "--user", users[1], "--top", "3", "--write-mode", "upsert");

        var (old, fresh) = (await ExpectedAsync("model"), await ExpectedAsync("other"));
        bool IsGiven(string row) => users.Contains(row.Split('|')[0]);
        Assert.That(
            shop.Rows(Lists),
            Is.EquivalentTo(old.Where(row => !IsGiven(row))
                .Concat(fresh.Where(row => IsGiven(row) && int.Parse(row.Split('|')[2]) <= 3))));
    }

    [Test]
    public async Task Append_KeepsAllLists_WithTheTimeOfEach()
    {
        var shop = new Shop();
        await RecommendAsync(shop, "model", "--write-mode", "append");
        await RecommendAsync(shop, "other", "--write-mode", "append");

        Assert.That(Types(shop, "recs"), Does.EndWith(", created_at timestamp with time zone"));
        Assert.That(shop.Rows("SELECT count(*) FROM recs GROUP BY created_at"), Is.EqualTo(new[] { "400", "400" }));
        Assert.That(
            shop.Rows("SELECT \"user\", item, rank, score FROM recs "
                + "WHERE created_at = (SELECT max(created_at) FROM recs) ORDER BY 1, 3"),
            Is.EqualTo(await ExpectedAsync("other")));
    }

    [Test]
    public async Task Append_OfRowsThatAreThere_IsToldAndChangesNothing()
    {
        var shop = new Shop();
        await RecommendAsync(shop, "model");

        await Shop.FailAsync(
            5, ["recommend", At("other"), "--output", shop.Url, "--recommendations-table", "recs", "--write-mode",
                "append"],
            "duplicate key value", "--write-mode");

        Assert.That(shop.Rows(Lists), Is.EqualTo(await ExpectedAsync("model")));
    }

    /// <summary>Readers are never kept waiting for long, and see one of the two lists, whole.</summary>
    [TestCase("")]
    [TestCase("CREATE VIEW tops AS SELECT * FROM recs WHERE rank = 1")]
    public async Task Replace_WhileOthersRead_ShowsTheOldOrTheNewLists(string more)
    {
        var shop = new Shop();
        await RecommendAsync(shop, "model");
        if (more.Length > 0) shop.Sql(more);
        var sums = new[] { Sum(await ExpectedAsync("model")), Sum(await ExpectedAsync("other")) };
        using var stop = new CancellationTokenSource();
        var seen = Task.Run(() =>
        {
            var found = new HashSet<string>();
            using var connection = PostgresServer.Get().Open(shop.Database);
            using var command = new NpgsqlCommand(
                "SELECT count(*) || '|' || md5(string_agg(item, '' ORDER BY \"user\", rank)) FROM recs", connection);
            command.Prepare();
            while (!stop.IsCancellationRequested) found.Add((string)command.ExecuteScalar()!);
            return found;
        });

        for (var round = 0; round < 5; round++)
        {
            await RecommendAsync(shop, "other");
            await RecommendAsync(shop, "model");
        }

        await stop.CancelAsync();
        Assert.That(await seen, Is.SubsetOf(sums));

        string Sum(string[] rows) => shop.Rows("SELECT '" + rows.Length + "|' || md5('"
            + string.Concat(rows.Select(row => row.Split('|')[1])).Replace("'", "''") + "')")[0];
    }

    [Test]
    public async Task Replace_WhileAReaderHoldsTheTable_IsDoneInPlace()
    {
        var shop = new Shop();
        await RecommendAsync(shop, "model");
        using var reader = PostgresServer.Get().Open(shop.Database);
        using var transaction = reader.BeginTransaction(System.Data.IsolationLevel.RepeatableRead);
        using var count = new NpgsqlCommand(
            "SELECT md5(string_agg(item, '' ORDER BY \"user\", rank)) FROM recs", reader);
        var before = count.ExecuteScalar();

        await RecommendAsync(shop, "other");

        Assert.That(shop.Rows(Lists), Is.EqualTo(await ExpectedAsync("other")));
        Assert.That(count.ExecuteScalar(), Is.EqualTo(before), "the reader's snapshot");
    }

    /// <summary>A transaction that began before looks the table up after the swap: it must not find it empty.</summary>
    [Test]
    public async Task Replace_SeenFromAnOlderSnapshot_IsNotEmpty()
    {
        var shop = new Shop();
        await RecommendAsync(shop, "model");
        using var reader = PostgresServer.Get().Open(shop.Database);
        using var transaction = reader.BeginTransaction(System.Data.IsolationLevel.RepeatableRead);
        using (var snapshot = new NpgsqlCommand("SELECT txid_current_snapshot()::text", reader))
            snapshot.ExecuteScalar();

        await RecommendAsync(shop, "other");

        using var count = new NpgsqlCommand("SELECT count(*) FROM recs", reader);
        Assert.That(count.ExecuteScalar(), Is.EqualTo(400));
    }

    private static string Types(Shop shop, string table) => string.Join(", ", shop.Rows(
        "SELECT attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute "
        + $"WHERE attrelid = '{table}'::regclass AND attnum > 0 ORDER BY attnum"));

    private static string[] Shape(Shop shop) => shop.Rows(
        "SELECT indexdef FROM pg_indexes WHERE tablename = 'recs' UNION ALL "
        + "SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'recs'::regclass UNION ALL "
        + "SELECT a.grantee::regrole || a.privilege_type || a.is_grantable FROM pg_class, aclexplode(relacl) a "
        + "WHERE oid = 'recs'::regclass UNION ALL SELECT relowner::regrole || reloptions::text FROM pg_class "
        + "WHERE oid = 'recs'::regclass UNION ALL SELECT obj_description('recs'::regclass) UNION ALL "
        + "SELECT obj_description('recs_item'::regclass) UNION ALL "
        + "SELECT col_description('recs'::regclass, 4) UNION ALL "
        + "SELECT column_name || data_type || is_nullable || COALESCE(column_default, '') "
        + "FROM information_schema.columns WHERE table_name = 'recs' ORDER BY 1");

    private string At(string file) => _folder.At(file);

    private Task<ToolRun> RecommendAsync(Shop shop, string model, params string[] more) => Tool.SucceedAsync(
        ["recommend", At(model), "--output", shop.Url, "--recommendations-table", "recs", .. more]);

    /// <summary>The rows of a model's lists, as a query gives them.</summary>
    private async Task<string[]> ExpectedAsync(string model, string more = "")
    {
        var run = await Tool.SucceedAsync("recommend", At(model));
        return [.. run.Lines[1..].Select(line => line.Replace(',', '|') + more)
            .OrderBy(line => line.Split('|')[0], StringComparer.Ordinal).ThenBy(line => int.Parse(line.Split('|')[2]))];
    }
}
