using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Connectors.Postgres;

/// <summary>
/// What can be wrong when lists are written: it is told before the training where it can be, and the table stays.
/// </summary>
public sealed class PostgresWriteErrorTests
{
    private const string Columns = "(\"user\" text, item text, rank int, score real)";

    private TempFolder _folder = null!;

    [OneTimeSetUp]
    public async Task MakeModel()
    {
        _folder = new TempFolder();
        File.WriteAllText(_folder.At("plays.csv"), "user,item\na,x\nb,y\nc,z\na,y\n");
        await Tool.SucceedAsync("train", Plays, "--output", _folder.At("model"), "--rank", "2", "--include-played");
    }

    [OneTimeTearDown]
    public void RemoveModel() => _folder.Dispose();

    private string Plays => _folder.At("plays.csv");

    [TestCase("CREATE TABLE recs (id int PRIMARY KEY, name text)",
        "it has no column 'user', so it is no table of lists: it has id, name")]
    [TestCase("CREATE TABLE recs (\"user\" jsonb, item text, rank int, score real)",
        "column 'user' is jsonb; expected text")]
    [TestCase("CREATE TABLE recs (\"user\" text, item text, rank text, score real)",
        "column 'rank' is text; expected smallint")]
    [TestCase("CREATE TABLE recs (\"user\" text, item text, rank int, score real, run int NOT NULL)",
        "column 'run' needs a value")]
    [TestCase($"CREATE TABLE t {Columns}; CREATE VIEW recs AS SELECT * FROM t", "it is a view")]
    [TestCase($"CREATE TABLE recs {Columns}; ALTER TABLE recs ADD PRIMARY KEY (\"user\", rank); "
        + "CREATE TABLE clicks (u text, r int, FOREIGN KEY (u, r) REFERENCES recs)", "other tables have foreign keys")]
    [TestCase("CREATE DOMAIN whole AS int CHECK (VALUE > 5); "
        + "CREATE TABLE recs (\"user\" text, item text, rank whole, score real)", "violates check constraint")]
    public async Task Table_OfAnotherForm_IsRefusedAndStays(string create, string expected)
    {
        var shop = new Shop(create);

        await Shop.FailAsync(
            5, ["train", Plays, "--rank", "2", "--recommendations", shop.Url, "--recommendations-table", "recs"],
            "table recs", expected);
    }

    [Test]
    public async Task Permissions_AreLookedUpBeforeTheTraining()
    {
        var shop = new Shop($"CREATE TABLE recs {Columns}; INSERT INTO recs VALUES ('a', 'b', 1, 2);"
            + $"CREATE TABLE safe {Columns}; GRANT ALL ON safe TO writer; ALTER TABLE safe ENABLE ROW LEVEL SECURITY");
        foreach (var (table, expected) in new[]
        {
            ("recs", "'writer' may not write to it"), ("safe", "row-level security"),
            ("new", "may not create it in schema 'public'"), ("nowhere.new", "may not create it in schema 'nowhere'"),
        })
            await Shop.FailAsync(
                5, ["train", Plays, "--recommendations", shop.UrlOf("writer"), "--recommendations-table", table],
                $"table {table}", expected);

        shop.Sql($"REVOKE TEMPORARY ON DATABASE {shop.Database} FROM PUBLIC");
        await Shop.FailAsync(
            5, ["recommend", _folder.At("model"), "--output", shop.UrlOf("writer"), "--recommendations-table", "recs"],
            "may not create temporary tables", "Grant TEMPORARY");
        Assert.That(shop.Rows("SELECT count(*) FROM recs"), Is.EqualTo(new[] { "1" }));
    }

    [Test]
    public Task Server_NotThere_IsToldBeforeTheTraining() => Shop.FailAsync(
        5, ["train", Plays, "--recommendations", "postgres://127.0.0.1:1/shop", "--recommendations-table", "t"],
        "cannot connect", "port 1");

    [Test]
    public async Task Session_ReadOnly_IsTold()
    {
        var shop = new Shop();

        await Shop.FailAsync(
            5, ["recommend", _folder.At("model"), "--output",
                $"{shop.Url}?options=-c%20default_transaction_read_only%3Don&table=recs"], "read-only");
    }

    [Test]
    public async Task Constraint_CheckedAtTheEnd_LeavesNoModel()
    {
        var shop = new Shop($"CREATE TABLE recs {Columns}; CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS "
            + "'BEGIN RAISE EXCEPTION ''not today''; END';"
            + "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON recs INITIALLY DEFERRED "
            + "FOR EACH ROW EXECUTE FUNCTION no()");

        await Shop.FailAsync(
            5, ["train", Plays, "--rank", "2", "--include-played", "--recommendations", shop.Url,
                "--recommendations-table", "recs"], "not today");
    }

    [TestCase("replace")]
    [TestCase("upsert")]
    [TestCase("append")]
    public async Task Connection_LostWhileListsAreWritten_LeavesTheTable(string mode)
    {
        var shop = new Shop($"CREATE TABLE recs {Columns}; INSERT INTO recs VALUES ('a', 'b', 1, 2)");
        var model = await ModelReader.ReadAsync(_folder.At("model"), default);
        var options = new TableOptions { Lists = "recs", Mode = Enum.Parse<WriteMode>(mode, ignoreCase: true) };
        var tables = await Databases.Of(shop.Url)!.OpenTablesAsync(shop.Url, options, default);
        await using (tables)
        {
            var failure = (await Assert.ThrowsAsync<GpuAlsException>(
                () => tables.WriteAsync(model, Batches(shop, model), default)))!;
            Assert.That(failure.Kind, Is.EqualTo(FailureKind.Output));
            Assert.That(failure.Message, Does.Contain("cannot write to table recs").And.Contain("as they were"));
        }

        Assert.That(shop.Rows("SELECT * FROM recs"), Is.EqualTo(new[] { "a|b|1|2" }));
        Assert.That(shop.Rows("SELECT count(*) FROM pg_class WHERE relname LIKE 'recs_%'"), Is.EqualTo(new[] { "0" }));
    }

    [TestCase(0)]
    [TestCase(40)]
    public async Task Writing_Stopped_LeavesTheTable(int afterBlocks)
    {
        var shop = new Shop($"CREATE TABLE recs {Columns}; INSERT INTO recs VALUES ('a', 'b', 1, 2)");
        var model = await ModelReader.ReadAsync(_folder.At("model"), default);
        using var stop = new CancellationTokenSource();
        var tables = await Databases.Of(shop.Url)!
            .OpenTablesAsync(shop.Url, new TableOptions { Lists = "recs" }, default);
        await using (tables)
        {
            await Assert.CatchAsync<OperationCanceledException>(() => tables.WriteAsync(model, Lists(), stop.Token));
        }

        Assert.That(shop.Rows("SELECT * FROM recs"), Is.EqualTo(new[] { "a|b|1|2" }));

        IEnumerable<RecommendationBatch> Lists()
        {
            for (var block = 0; block < 100; block++)
            {
                if (block == afterBlocks) stop.Cancel();
                var users = Enumerable.Repeat(0, 1 << 15).ToArray();
                yield return new RecommendationBatch(users, 1, new int[users.Length], new float[users.Length]);
            }
        }
    }

    [Test]
    public async Task Connection_LostBeforeTheCommit_LeavesNoModel()
    {
        var shop = new Shop($"CREATE TABLE recs {Columns}");
        var model = await ModelReader.ReadAsync(_folder.At("model"), default);
        using var folder = new TempFolder();
        var outputs = new App.JobOutputs(overwrite: false);
        await using (outputs)
        {
            var file = await outputs.OpenFileAsync(folder.At("model.txt"), default);
            await file.WriteAsync(stream => stream.WriteAsync(new byte[] { 1 }).AsTask(), default);
            var lists = await outputs.OpenListsAsync(
                shop.Url, new TableOptions { Lists = "recs" }, ListShape.Flat, default);
            await lists.WriteAsync(model, [Batch(0)]);
            Kill(shop);

            Assert.That((await Assert.ThrowsAsync<GpuAlsException>(() => outputs.CommitAsync(default)))!.Message,
                Does.Contain("cannot commit"));
        }

        Assert.That(folder.Entries(), Is.Empty);
    }

    /// <summary>The commit takes place and its answer does not arrive.</summary>
    [Test]
    public async Task Answer_ToTheCommitLost_IsLookedUp()
    {
        var shop = new Shop();
        using var proxy = new CuttingProxy(PostgresServer.Get().Port, "COMMIT\0"u8.ToArray());
        var url = $"postgres://admin@127.0.0.1:{proxy.Port}/{shop.Database}?sslmode=disable";

        await Tool.SucceedAsync("recommend", _folder.At("model"), "--include-played", "--output", url,
            "--recommendations-table", "recs");

        Assert.That(proxy.Cuts, Is.EqualTo(1));
        Assert.That(shop.Rows("SELECT count(*) FROM recs"), Is.EqualTo(new[] { "9" }));
    }

    [TestCase("--recommendations-table", "t", "--recommendations-table requires a database: --recommendations p")]
    [TestCase("--write-mode", "upsert", "--write-mode requires a database: --recommendations postgres://")]
    [TestCase("--user-factors-table", "t", "--user-factors-table requires a database")]
    [TestCase("--recommendations", "postgres://localhost/shop", "which table do the lists go into")]
    [TestCase("--recommendations", "postgres://ada:hunter2@localhost/shop", "Leave the password out")]
    public async Task Usage_ThatCannotBe_IsTold(string option, string value, string expected)
    {
        var run = await Tool.RunAsync("train", Plays, "--output", _folder.At("x"), "--rank", "2", option, value);

        Assert.That((run.ExitCode, run.Error.Contains("hunter2")), Is.EqualTo((2, false)), run.Error);
        Assert.That(run.Error, Does.Contain(expected));
    }

    [Test]
    public async Task Overwrite_OfATable_IsRefused() => await Shop.FailAsync(
        2, ["recommend", _folder.At("model"), "--output", "postgres://localhost/shop?table=t", "--overwrite"],
        "--overwrite cannot be used with a database; there, --write-mode says what is replaced");

    private static void Kill(Shop shop) => shop.Rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gpuals' "
        + $"AND datname = '{shop.Database}'");

    private static RecommendationBatch Batch(int user) => new([user], 1, [0], [1f]);

    /// <summary>Lists in more than one block, the connection cut after the first.</summary>
    private static IEnumerable<RecommendationBatch> Batches(Shop shop, FactorModel model)
    {
        for (var block = 0; block < 200; block++)
        {
            if (block == 3) Kill(shop);
            var users = Enumerable.Repeat(0, 1 << 15).ToArray();
            yield return new RecommendationBatch(users, 1, new int[users.Length], new float[users.Length]);
        }
    }
}
