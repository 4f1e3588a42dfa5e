using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Connectors.Postgres;

/// <summary>Passwords come from where psql finds them, and go nowhere.</summary>
public sealed class PostgresPasswordTests
{
    private const string Password = "hush, hush";

    [TestCase("PGPASSWORD")]
    [TestCase("PGPASSFILE")]
    [TestCase("PGSERVICEFILE")]
    public async Task Password_OfTheEnvironment_IsUsedAndWrittenNowhere(string variable)
    {
        var shop = NewShop();
        using var folder = new TempFolder();
        var (host, port) = ("127.0.0.1", PostgresServer.Get().Port);
        File.WriteAllText(folder.At("PGPASSFILE"), $"# one\n{host}:{port}:*:secret:{Password}\n");
        File.WriteAllText(
            folder.At("PGSERVICEFILE"),
            $"[other]\nhost=nowhere\n[shop]\nhost={host}\nport={port}\nuser=secret\ndbname={shop.Database}\n"
            + $"password={Password}\n");
        var url = variable == "PGSERVICEFILE" ? "postgres:///?service=shop" : shop.UrlOf("secret");
        var model = folder.At("model");

        var run = await ToolProcess.RunAsync(
            $"chmod 600 '{folder.At("PGPASSFILE")}'; exec {ToolProcess.Command} train '{url}' --table plays "
            + $"--output '{model}' --recommendations '{url}' --recommendations-table recs --report '{model}.html' "
            + "--rank 2 --verbose --log-format json --include-played --device cpu",
            (variable, variable == "PGPASSWORD" ? Password : folder.At(variable)));

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(shop.Rows("SELECT count(*) FROM recs"), Is.EqualTo(new[] { "6" }));
        Assert.That(run.Error + run.Out, Does.Not.Contain(Password));
        foreach (var file in Directory.GetFiles(model).Append($"{model}.html"))
            Assert.That(File.ReadAllText(file), Does.Not.Contain(Password), file);
    }

    [Test]
    public async Task Password_Wrong_IsToldAndNotShown()
    {
        var shop = NewShop();

        var run = await ToolProcess.RunAsync(
            $"{ToolProcess.Command} evaluate '{shop.UrlOf("secret")}' --table plays --device cpu",
            ("PGPASSWORD", "hunter2"));

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(
            run.Error, Does.Contain("password authentication failed for user \"secret\"").And.Contain("PGPASSWORD"));
        Assert.That(run.Error, Does.Not.Contain("hunter2"));
    }

    [Test]
    public async Task Service_Unknown_IsTold()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.At("services"), "[other]\nhost=nowhere\n");

        var run = await ToolProcess.RunAsync(
            $"{ToolProcess.Command} evaluate 'postgres:///?service=shop&table=plays' --device cpu",
            ("PGSERVICEFILE", folder.At("services")));

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(
            run.Error, Does.Contain($"the service 'shop' of PostgreSQL is unknown: it is not in {folder.Root}"));
    }

    private static Shop NewShop() => new(
        "CREATE TABLE plays AS SELECT u AS \"user\", i AS item FROM generate_series(1, 3) u, generate_series(1, 2) i;"
        + "GRANT ALL ON SCHEMA public TO secret; GRANT SELECT ON plays TO secret");
}
