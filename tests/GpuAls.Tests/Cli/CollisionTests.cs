namespace GpuAls.Tests.Cli;

/// <summary>Outputs that would destroy an input or a model are wrong usage, and nothing is changed.</summary>
public sealed class CollisionTests
{
    private TempFolder _folder = null!;

    [OneTimeSetUp]
    public async Task TrainModel()
    {
        _folder = new TempFolder();
        foreach (var name in (string[])["plays.csv", "data/plays.csv"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.At(name))!);
            File.WriteAllText(_folder.At(name), "user,item\na,x\nb,y\nb,x\n");
        }

        File.WriteAllText(_folder.At("users.csv"), "a\n");
        Directory.CreateSymbolicLink(_folder.At("link"), "model");
        await Tool.SucceedAsync(
            "train", _folder.At("plays.csv"), "--output", _folder.At("model"), "--rank", "1", "--device", "cpu");
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("train ~/data/plays.csv --output ~/data --rank 1", "is inside --output")]
    [TestCase("train ~/data --output ~/data --rank 1", "is inside --output")]
    [TestCase("train ~/plays.csv --output ~/new --rank 1 --recommendations ~/plays.csv", "is also an input")]
    [TestCase(
        "train ~/plays.csv --output ~/new --rank 1 --recommendations ~/model/lists.csv",
        "is inside the model folder")]
    [TestCase("recommend ~/model -o ~/model/users.parquet", "is inside the model folder")]
    [TestCase("recommend ~/link -o ~/model/new.csv", "is inside the model folder")]
    [TestCase("recommend ~/model -o ~/link/new.csv", "is inside the model folder")]
    [TestCase("recommend ~/model --users ~/users.csv -o ~/users.csv", "is the file of --users")]
    [TestCase("sample -o ~/model/users.parquet", "is inside the model folder")]
    public async Task AnyCommand_OutputThatIsAnInput_ExitsWithTwo(string command, string expected)
    {
        var before = _folder.Entries();

        var args = command.Split(' ').Select(word => word.Replace("~", _folder.Root, StringComparison.Ordinal));
        var run = await Tool.RunAsync([.. args, "--overwrite"]);

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.Contain(expected));
        Assert.That(_folder.Entries(), Is.EqualTo(before));
        await Tool.SucceedAsync("recommend", _folder.At("model"));
    }
}
