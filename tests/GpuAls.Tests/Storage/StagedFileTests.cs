namespace GpuAls.Tests.Storage;

public sealed class StagedFileTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void New_ExistingFile_IsRefusedWithTheRemedy()
    {
        File.WriteAllText(_folder.At("lists.csv"), "old");

        var failure = Assert.Throws<GpuAlsException>(() => new StagedFile(_folder.At("lists.csv"), overwrite: false).Dispose());

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Output));
        Assert.That(failure.Message, Does.Contain("exists already").And.Contain("--overwrite"));
        Assert.That(File.ReadAllText(_folder.At("lists.csv")), Is.EqualTo("old"));
    }

    [Test]
    public void Commit_FileThatAppearedMeanwhile_IsNotReplaced()
    {
        using (var staged = new StagedFile(_folder.At("lists.csv"), overwrite: false))
        {
            File.WriteAllText(_folder.At("lists.csv"), "of another run");
            Assert.That(staged.Commit, Throws.InstanceOf<GpuAlsException>().With.Message.Contains("exists already"));
        }

        Assert.That(File.ReadAllText(_folder.At("lists.csv")), Is.EqualTo("of another run"));
        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "lists.csv" }));
    }

    [Test]
    public void Commit_Overwrite_ReplacesTheFileBehindALink()
    {
        File.WriteAllText(_folder.At("lists.csv"), "old");
        File.CreateSymbolicLink(_folder.At("latest.csv"), "lists.csv");
        using (var staged = new StagedFile(_folder.At("latest.csv"), overwrite: true))
        {
            File.WriteAllText(staged.Place.Staging, "new");
            staged.Commit();
        }

        Assert.That(File.ReadAllText(_folder.At("lists.csv")), Is.EqualTo("new"));
        Assert.That(new FileInfo(_folder.At("latest.csv")).LinkTarget, Is.EqualTo("lists.csv"));
        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "latest.csv", "lists.csv" }));
    }

    [Test]
    public void Dispose_NotCommitted_LeavesNeitherFileNorFolders()
    {
        new StagedFile(_folder.At("a", "b", "lists.csv"), overwrite: false).Dispose();

        Assert.That(_folder.Entries(), Is.Empty);
    }

    [Test]
    public void New_Directory_IsRefused()
    {
        Directory.CreateDirectory(_folder.At("lists.csv"));

        Assert.That(() => new StagedFile(_folder.At("lists.csv"), overwrite: true).Dispose(), Throws.InstanceOf<GpuAlsException>().With.Message.Contains("expected a file name"));
    }

    [Test]
    public void New_LinksInACircle_AreAnOutputFailure()
    {
        File.CreateSymbolicLink(_folder.At("a.csv"), "b.csv");
        File.CreateSymbolicLink(_folder.At("b.csv"), "a.csv");

        Assert.That(() => new StagedFile(_folder.At("a.csv"), overwrite: true).Dispose(), Throws.InstanceOf<GpuAlsException>().With.Message.Contains("cannot write"));
    }
}
