using System.Text.Json.Nodes;
using GpuAls.Tests.Modeling;

namespace GpuAls.Tests.Cli;

/// <summary>Where a training may write, and what it replaces.</summary>
public sealed class OutputTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void WritePlays()
    {
        _folder = new TempFolder();
        File.WriteAllText(_folder.At("plays.csv"), "user,item\na,x\nb,y\nb,x\n");
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("lists.csv")]
    [TestCase("lists/top.csv")]
    [TestCase("recommendations.parquet")]
    public async Task Train_ListsBelowTheOutput_AreThereAndReplacedByTheNextRun(string name)
    {
        var args = Train("--recommendations", _folder.At("model", name));

        await Tool.SucceedAsync(args);
        await Tool.SucceedAsync([.. args, "--overwrite"]);

        Assert.That(File.Exists(_folder.At("model", name)), Is.True);
        Assert.That(SampleModel.ReadManifest(_folder.At("model")).Sha256, Does.ContainKey(name));
        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "model", "plays.csv" }));
    }

    [TestCase("users.parquet")]
    [TestCase("users.parquet/lists.csv")]
    [TestCase("")]
    public async Task Train_ListsUnderTheNameOfAModelFile_ExitWithTwoBeforeReading(string name)
    {
        File.Delete(_folder.At("plays.csv"));

        var lists = Path.Combine(_folder.At("model.csv"), name);
        var run = await Tool.RunAsync(Train("--output", _folder.At("model.csv"), "--recommendations", lists));

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.Contain("--recommendations"));
        Assert.That(_folder.Entries(), Is.Empty);
    }

    [TestCase("""{"name": "My app", "icons": []}""")]
    [TestCase("""{"format_version": 1}""")]
    [TestCase("[]")]
    [TestCase("not JSON")]
    public async Task Train_OverwriteOfAnotherProgramsFolder_IsRefused(string manifest)
    {
        Directory.CreateDirectory(_folder.At("model"));
        File.WriteAllText(_folder.At("model", "manifest.json"), manifest);

        await AssertLeftAloneAsync("was not written by gpuals");

        Assert.That(File.ReadAllText(_folder.At("model", "manifest.json")), Is.EqualTo(manifest));
    }

    [TestCase("notes.txt")]
    [TestCase("src/main.c")]
    public async Task Train_OverwriteOfAModelWithAForeignFile_NamesIt(string name)
    {
        await Tool.SucceedAsync(Train());
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.At("model", name))!);
        File.WriteAllText(_folder.At("model", name), "mine");

        await AssertLeftAloneAsync($"'{name}'");

        Assert.That(File.ReadAllText(_folder.At("model", name)), Is.EqualTo("mine"));
    }

    [Test]
    public async Task Train_OverwriteOfAModelOfAnotherVersion_ReplacesIt()
    {
        await Tool.SucceedAsync(Train());
        var manifest = JsonNode.Parse(File.ReadAllText(_folder.At("model", "manifest.json")))!;
        manifest["format_version"] = 99;
        File.WriteAllText(_folder.At("model", "manifest.json"), manifest.ToJsonString());

        await Tool.SucceedAsync(Train("--overwrite"));

        Assert.That(
            SampleModel.ReadManifest(_folder.At("model")).FormatVersion,
            Is.EqualTo(ModelManifest.CurrentFormatVersion));
    }

    [Test]
    public async Task Train_OutputLink_StaysALinkToTheNewModel()
    {
        Directory.CreateDirectory(_folder.At("volume"));
        Directory.CreateSymbolicLink(_folder.At("model"), _folder.At("volume"));

        await Tool.SucceedAsync(Train());
        await Tool.SucceedAsync(Train("--overwrite", "--recommendations", _folder.At("model", "lists.csv")));

        Assert.That(new DirectoryInfo(_folder.At("model")).LinkTarget, Is.EqualTo(_folder.At("volume")));
        Assert.That(File.Exists(_folder.At("volume", "_SUCCESS")), Is.True);
        Assert.That(File.Exists(_folder.At("volume", "lists.csv")), Is.True);
        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "model", "plays.csv", "volume" }));
    }

    [Test]
    public async Task Train_Failed_RemovesTheParentFoldersItMade()
    {
        File.WriteAllText(_folder.At("plays.csv"), "user,item\n");

        var run = await Tool.RunAsync(
            Train("--output", _folder.At("a", "b", "model"), "--recommendations", _folder.At("c", "lists.csv")));

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "plays.csv" }));
    }

    [Test]
    public async Task Train_ParentFoldersThatAreNotThere_AreMade()
    {
        await Tool.SucceedAsync(
            Train("--output", _folder.At("a", "b", "model"), "--recommendations", _folder.At("c", "lists.csv")));

        Assert.That(File.Exists(_folder.At("a", "b", "model", "_SUCCESS")), Is.True);
        Assert.That(File.Exists(_folder.At("c", "lists.csv")), Is.True);
    }

    private async Task AssertLeftAloneAsync(string expected)
    {
        var run = await Tool.RunAsync(Train("--overwrite"));

        Assert.That(run.ExitCode, Is.EqualTo(5), run.Error);
        Assert.That(run.Error, Does.Contain(expected));
        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "model", "plays.csv" }));
    }

    /// <summary>Arguments, with an output unless the options have one.</summary>
    private string[] Train(params string[] options)
    {
        string[] output = options.Contains("--output") ? [] : ["--output", _folder.At("model")];
        return ["train", _folder.At("plays.csv"), "--rank", "1", "--device", "cpu", .. output, .. options];
    }
}
