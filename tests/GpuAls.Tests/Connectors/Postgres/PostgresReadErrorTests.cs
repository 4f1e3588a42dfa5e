using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Connectors.Postgres;

/// <summary>What can be wrong when plays are read: each failure says what, where and what to do.</summary>
public sealed class PostgresReadErrorTests
{
    private Shop _shop = null!;

    [OneTimeSetUp]
    public void Fill() => _shop = new Shop(
        "CREATE TABLE plays AS SELECT i % 100 AS \"user\", i AS item, i AS plays, '{}'::jsonb AS more, "
        + "'[1,2)'::int4range AS span FROM generate_series(1, 200000) i; GRANT CONNECT ON DATABASE "
        + "postgres TO PUBLIC");

    [Test]
    public Task Server_NotThere_IsToldWithHostAndPort() => Shop.FailAsync(
        3, ["train", "postgres://127.0.0.1:1/shop", "--table", "plays"],
        "postgres://127.0.0.1:1/shop: cannot connect: no connection to 127.0.0.1, port 1", "Connection refused",
        "whether the server is running");

    [Test]
    public Task Host_Unknown_IsTold() => Shop.FailAsync(
        3, ["train", "postgres://no-such-host.invalid/shop", "--table", "plays"],
        "there is no host 'no-such-host.invalid'");

    [Test]
    public Task Database_NotThere_IsTold() => Shop.FailAsync(
        3, ["train", $"{_shop.Url}x", "--table", "plays"], $"database \"{_shop.Database}x\" does not exist");

    [Test]
    public Task User_Unknown_IsTold() => Shop.FailAsync(
        3, ["train", _shop.UrlOf("stranger"), "--table", "plays"], "role \"stranger\" does not exist", "pg_hba.conf");

    [Test]
    public Task Password_Missing_IsToldWithTheRemedy() => Shop.FailAsync(
        3, ["train", _shop.UrlOf("secret"), "--table", "plays"], "asks 'secret' for a password", "PGPASSWORD",
        "~/.pgpass");

    [TestCase("table")]
    [TestCase("Plays")]
    public Task Table_NotThere_IsTold(string name) => Shop.FailAsync(
        3, ["train", _shop.Url, "--table", name], $"there is no table '{name}'",
        name == "Plays" ? "There is public.plays; names are case-sensitive" : "Check the name");

    [Test]
    public Task Column_NotThere_IsToldWithThoseThereAre() => Shop.FailAsync(
        3, ["train", _shop.Url, "--table", "plays", "--weight-column", "Plays"],
        "table plays has no column 'Plays'. It has: user, item, plays, more, span",
        "--weight-column plays: column names are case-sensitive");

    [TestCase("--user-column", "more", "column 'more' is jsonb; ids are text")]
    [TestCase("--user-column", "span", "column 'span' is int4range; ids are text")]
    [TestCase("--weight-column", "more", "column 'more' is jsonb; weights are numbers")]
    public Task Column_OfAnotherType_IsToldWithACast(string option, string column, string expected) => Shop.FailAsync(
        3, ["train", _shop.Url, "--table", "plays", option, column], expected, $"\"{column}\"::text");

    [Test]
    public Task Permission_Denied_IsTold() => Shop.FailAsync(
        3, ["train", _shop.UrlOf("reader"), "--table", "plays"], "permission denied for table plays",
        "Grant the permission to 'reader'");

    [Test]
    public Task Query_SyntaxError_IsToldWithItsPosition() => Shop.FailAsync(
        3, ["train", _shop.Url, "--query", "SELECT \"user\",\n  item FROMM plays"],
        "syntax error", "line 2, column 14 of the query: 'plays'");

    [Test]
    public Task Query_UnknownColumn_IsToldWithItsPosition() => Shop.FailAsync(
        3, ["train", _shop.Url, "--query", "SELECT who FROM plays"], "column \"who\" does not exist",
        "line 1, column 8 of the query: 'who FROM plays'");

    [Test]
    public Task Query_ThatFailsInTheMiddle_IsTold() => Shop.FailAsync(
        3, ["train", _shop.Url, "--query", "SELECT \"user\", item / (150000 - item) AS item FROM plays"],
        "cannot read the query: division by zero", "check the query");

    [Test]
    public async Task Query_ThatWrites_ChangesNothing()
    {
        _shop.Sql("CREATE FUNCTION wipe() RETURNS int LANGUAGE SQL AS 'DELETE FROM plays; SELECT 1'");
        await Shop.FailAsync(
            3, ["train", _shop.Url, "--query", "DELETE FROM plays RETURNING \"user\", item"], "syntax error");
        await Shop.FailAsync(
            3, ["train", _shop.Url, "--query", "SELECT wipe() AS \"user\", 1 AS item"], "read-only transaction");
        await Shop.FailAsync(3, ["train", _shop.Url, "--query", "SELECT 1 AS \"user\", 2 AS item; DROP TABLE plays"],
            "syntax error at or near \";\"");

        Assert.That(_shop.Rows("SELECT count(*) FROM plays"), Is.EqualTo(new[] { "200000" }));
    }

    [Test]
    public Task Tls_NotUsedWhereItIsRequired_IsTold() => Shop.FailAsync(
        3, ["train", $"{_shop.UrlOf("tls")}?sslmode=disable", "--table", "plays"], "sslmode=require");

    [Test]
    public Task Tls_UnknownCertificate_IsTold() => Shop.FailAsync(
        3, ["train", $"{_shop.UrlOf("tls")}?sslmode=verify-full", "--table", "plays"],
        "TLS with 127.0.0.1", "sslrootcert");

    [Test]
    public async Task Tls_Required_IsUsed()
    {
        using var folder = new TempFolder();
        _shop.Sql("GRANT SELECT ON plays TO tls");

        await Tool.SucceedAsync(
            "train", $"{_shop.UrlOf("tls")}?sslmode=require", "--table", "plays", "--output",
            folder.At("model"), "--rank", "2", "--iterations", "1");
    }

    [TestCase("postgres://ada:hunter2@localhost/shop")]
    [TestCase("postgres://localhost/shop?password=hunter2")]
    [TestCase("postgresql://ada:hunter2@localhost/shop?sslmode=require")]
    [TestCase("postgres://ada:hun%40ter2@localhost/shop")]
    public async Task Password_InTheUrl_IsRefusedAndNeverEchoed(string url)
    {
        await Shop.FailAsync(2, ["train", url, "--table", "plays"], "PGPASSWORD", "~/.pgpass");
        foreach (var args in new[]
        {
            new[] { "train", url, "--table", "plays", "--output", "x" },
            ["train", "plays.csv", "--validation", url, "--output", "x"],
            ["evaluate", "plays.csv", "--test", url], ["tune", url, "--verbose", "--log-format", "json"],
        })
        {
            var run = await Tool.RunAsync(args);
            Assert.That(run.ExitCode, Is.EqualTo(2));
            Assert.That(run.Error + run.Out, Does.Not.Contain("hunter2").And.Not.Contain("hun%40ter2"));
        }
    }

    [TestCase(new[] { "postgres://localhost/shop" }, "Name them with --table or --query")]
    [TestCase(new[] { "postgres://localhost/shop", "--table", "a", "--query", "SELECT 1" }, "cannot be used together")]
    [TestCase(new[] { "postgres://localhost/shop", "--table", "a.b.c" }, "does not name a table")]
    [TestCase(new[] { "postgres://localhost/a", "postgres://localhost/b", "--table", "c" }, "2 locations were given")]
    [TestCase(new[] { "plays.csv", "--table", "a" }, "--table requires plays in a database")]
    [TestCase(new[] { "postgres://localhost/shop?sslmode=on", "--table", "a" }, "sslmode is 'on'; expected disable")]
    [TestCase(new[] { "postgres://localhost/shop?tabel=a" }, "unknown parameter 'tabel'")]
    [TestCase(new[] { "postgres://localhost:x/shop?table=a" }, "port is 'x'")]
    [TestCase(new[] { "postgres:///shop?table=a&table=b" }, "'table' is in the URL twice")]
    public Task Usage_ThatCannotBe_IsToldWithoutConnecting(string[] args, string expected) =>
        Shop.FailAsync(2, ["train", .. args], expected);

    [Test]
    public async Task Connection_LostInTheMiddle_IsTold()
    {
        _shop.Sql("CREATE VIEW endless AS SELECT i % 100 AS \"user\", i AS item "
            + "FROM (SELECT generate_series(1, 2000000000) AS i) s");
        var source = _shop.Source("endless", new InteractionSchema());
        var kill = Task.Run(async () =>
        {
            var backends = "FROM pg_stat_activity WHERE query LIKE 'COPY%endless%' AND state = 'active'";
            await _shop.UntilAsync($"SELECT count(*) {backends}", "1");
            await Task.Delay(300);
            _shop.Rows($"SELECT pg_terminate_backend(pid) {backends}");
        });

        var failure = (await Assert.ThrowsAsync<GpuAlsException>(
            () => InteractionLoader.LoadAsync(source, null, default)))!;
        await kill;

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.BadInput));
        Assert.That(failure.Message, Does.Contain("cannot read table endless").And.Contain("Run it again"));
        Assert.That(
            failure.Message,
            Does.Contain("terminating connection due to administrator command").Or.Contain("was lost"));
    }
}
