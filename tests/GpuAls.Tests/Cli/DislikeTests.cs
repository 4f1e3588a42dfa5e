namespace GpuAls.Tests.Cli;

/// <summary>Lists where some plays are dislikes or cancel each other.</summary>
public sealed class DislikeTests
{
    private const string Plays =
        "user,item,w\nada,jazz,5\nada,folk,2\nbo,jazz,1\nbo,metal,3\ncy,folk,4\ncy,metal,-2\n"
        + "di,jazz,-1\ned,folk,1\ned,folk,-1\nada,noise,-6\nbo,hum,2\nbo,hum,-2\n";

    private TempFolder _folder = null!;

    [SetUp]
    public void WritePlays()
    {
        _folder = new TempFolder();
        File.WriteAllText(_folder.At("plays.csv"), Plays);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("cholesky", false)]
    [TestCase("cholesky", true)]
    [TestCase("cg", false)]
    [TestCase("cg", true)]
    public async Task Train_UsersAndItemsWithoutAPlayAboveZero_AreNotListed(string solver, bool includePlayed)
    {
        var lists = _folder.At("lists.csv");
        string[] played = includePlayed ? ["--include-played"] : [];
        var run = await Tool.SucceedAsync(
            [
                "train", _folder.At("plays.csv"), "--weight-column", "w", "--output", _folder.At("model"),
                "--rank", "2", "--solver", solver, "--device", "cpu", "--recommendations", lists, .. played,
            ]);
        var recommended = await Tool.SucceedAsync(["recommend", _folder.At("model"), "--device", "cpu", .. played]);

        var rows = File.ReadLines(lists).Skip(1).Select(line => line.Split(',')).ToArray();
        Assert.That(rows.Select(row => row[0]).Distinct(), Is.EquivalentTo(new[] { "ada", "bo", "cy" }));
        Assert.That(rows.Select(row => row[1]).Distinct(), Is.SubsetOf(new[] { "jazz", "folk", "metal" }));
        Assert.That(rows, Has.Length.EqualTo(includePlayed ? 9 : 3));
        Assert.That(run.Error, Does.Contain("2 users have no play above 0"));
        Assert.That(recommended.Out, Is.EqualTo(File.ReadAllText(lists)));
        Assert.That(
            recommended.Error,
            Does.Contain("2 users get no list: no play above 0, or all factors are 0."));
    }
}
