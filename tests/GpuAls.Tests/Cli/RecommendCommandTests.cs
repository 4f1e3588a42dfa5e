namespace GpuAls.Tests.Cli;

public sealed class RecommendCommandTests
{
    private TempFolder _folder = null!;

    [OneTimeSetUp]
    public async Task TrainModel()
    {
        _folder = new TempFolder();
        await Tool.SucceedAsync(
            "sample", "--output", _folder.At("plays.csv"), "--users", "30", "--items", "40", "--plays", "200");
        await Tool.SucceedAsync(
            "train", _folder.At("plays.csv"), "--weight-column", "plays", "--output", _folder.At("model"),
            "--rank", "8", "--device", "cpu",
            "--recommendations", _folder.At("trained.csv"));
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Recommend_AllUsers_PrintsTheListsOfTheTraining() =>
        Assert.That((await RecommendAsync()).Out, Is.EqualTo(File.ReadAllText(_folder.At("trained.csv"))));

    [Test]
    public async Task Recommend_SomeUsers_PrintsTheirListsInTheOrderAsked()
    {
        var run = await RecommendAsync("--user", "Clara Castillo", "--user", "Ada Abbott", "--top", "3");

        Assert.That(
            run.Lines.Skip(1).Select(line => line.Split(',')[0]),
            Is.EqualTo(Enumerable.Repeat("Clara Castillo", 3).Concat(Enumerable.Repeat("Ada Abbott", 3))));
    }

    [Test]
    public async Task Recommend_UsersOfAFile_GivesTheSameAsByOption()
    {
        File.WriteAllText(_folder.At("users.txt"), "Ada Abbott\nBruno Berg\n");

        var byFile = await RecommendAsync("--users", _folder.At("users.txt"));

        Assert.That(byFile.Out, Is.EqualTo((await RecommendAsync("--user", "Ada Abbott", "--user", "Bruno Berg")).Out));
    }

    [Test]
    public async Task Recommend_FileWithoutUsers_WarnsAboutIt()
    {
        File.WriteAllText(_folder.At("none.txt"), "\n");

        var run = await RecommendAsync("--users", _folder.At("none.txt"));

        Assert.That(run.Out, Is.EqualTo("user,item,rank,score\n"));
        Assert.That(run.Error, Does.Contain("warning: ").And.Contain("none.txt' has no user ids"));
    }

    [Test]
    public async Task Recommend_BinaryFileOfUsers_IsShownEscaped()
    {
        File.WriteAllBytes(_folder.At("users.bin"), [0, 27, 91, 255, .. Enumerable.Repeat((byte)'x', 5000)]);

        var run = await Tool.RunAsync(
            "recommend", _folder.At("model"), "--users", _folder.At("users.bin"), "--device", "cpu");

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain(@"'\u0000\u001b[\ufffdxxx").And.Contain("…").And.Length.LessThan(500));
    }

    [Test]
    public async Task Recommend_ToAFile_WritesWhatStdoutShows()
    {
        var run = await RecommendAsync("--output", _folder.At("lists.csv"));

        Assert.That(run.Out, Is.Empty);
        Assert.That(File.ReadAllText(_folder.At("lists.csv")), Is.EqualTo(File.ReadAllText(_folder.At("trained.csv"))));
    }

    [Test]
    public async Task Recommend_IncludePlayed_ListsPlayedItemsToo()
    {
        var played = File.ReadLines(_folder.At("plays.csv"))
            .Where(line => line.StartsWith("Ada Abbott,", StringComparison.Ordinal)).Select(
                line => line.Split(',')[1]).ToArray();
        async Task<string[]> Items(params string[] options)
        {
            var listed = await RecommendAsync(["--user", "Ada Abbott", .. options]);
            return [.. listed.Lines.Skip(1).Select(line => line.Split(',')[1])];
        }

        Assert.That((await Items()).Intersect(played), Is.Empty);
        Assert.That((await Items("--include-played")).Intersect(played), Is.Not.Empty);
    }

    [Test]
    public async Task Recommend_UnknownUser_FailsOrIsSkippedAndCounted()
    {
        var failed = await Tool.RunAsync("recommend", _folder.At("model"), "--user", "Nobody");
        var skipped = await RecommendAsync("--user", "Nobody", "--user", "Ada Abbott", "--on-unknown-user", "skip");

        Assert.That(failed.ExitCode, Is.EqualTo(3));
        Assert.That(failed.Error, Does.Contain("'Nobody'"));
        Assert.That(skipped.Error, Does.Contain("1 user is not in the model and was skipped"));
        Assert.That(skipped.Lines, Has.Length.EqualTo(11));
    }

    [Test]
    [NonParallelizable]
    public async Task Recommend_OnTheEmulator_GivesTheListsOfTheHost()
    {
        var emulated = await Tool.SucceedAsync(
            "recommend", _folder.At("model"), "--user", "Ada Abbott", "--device", "emulated");

        Assert.That(Items(emulated), Is.EqualTo(Items(await RecommendAsync("--user", "Ada Abbott"))));
    }

    private static IEnumerable<string> Items(ToolRun run) => run.Lines.Select(line => line.Split(',')[1]);

    private Task<ToolRun> RecommendAsync(params string[] options) => Tool.SucceedAsync(
    [
        "recommend", _folder.At("model"), "--device", "cpu", .. options,
    ]);
}
