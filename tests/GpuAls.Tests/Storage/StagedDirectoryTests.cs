using GpuAls.Storage;

namespace GpuAls.Tests.Storage;

public sealed class StagedDirectoryTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Commit_NewDirectory_AppearsWholeWithSuccessFile()
    {
        using (var staged = new StagedDirectory(_folder.At("out"), overwrite: false, "manifest.json"))
        {
            File.WriteAllText(Path.Combine(staged.StagingPath, "a.txt"), "a");
            Assert.That(Directory.Exists(_folder.At("out")), Is.False);
            staged.Commit();
        }

        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "out" }));
        Assert.That(File.Exists(_folder.At("out", "_SUCCESS")), Is.True);
        Assert.That(File.ReadAllText(_folder.At("out", "a.txt")), Is.EqualTo("a"));
    }

    [Test]
    public void Dispose_NotCommitted_LeavesNothing()
    {
        using (var staged = new StagedDirectory(_folder.At("out"), overwrite: false, "manifest.json"))
            File.WriteAllText(Path.Combine(staged.StagingPath, "a.txt"), "a");

        Assert.That(_folder.Entries(), Is.Empty);
    }

    [Test]
    public void New_ExistingDirectory_IsRefusedWithTheRemedy()
    {
        Make("out", "manifest.json");

        var failure = Assert.Throws<GpuAlsException>(() => new StagedDirectory(_folder.At("out"), overwrite: false, "manifest.json").Dispose());

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Output));
        Assert.That(failure.Message, Does.Contain("exists already").And.Contain("--overwrite"));
    }

    [Test]
    public void Commit_Overwrite_ReplacesAllFiles()
    {
        Make("out", "manifest.json");
        using (var staged = new StagedDirectory(_folder.At("out"), overwrite: true, "manifest.json"))
        {
            File.WriteAllText(Path.Combine(staged.StagingPath, "new.txt"), "new");
            staged.Commit();
        }

        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "out" }));
        Assert.That(Directory.EnumerateFiles(_folder.At("out")).Select(Path.GetFileName), Is.EquivalentTo(new[] { "new.txt", "_SUCCESS" }));
    }

    [Test]
    public void New_OverwriteOfAForeignDirectory_IsRefused()
    {
        Make("home", "thesis.txt");

        var failure = Assert.Throws<GpuAlsException>(() => new StagedDirectory(_folder.At("home"), overwrite: true, "manifest.json").Dispose());

        Assert.That(failure.Message, Does.Contain("leaves it alone"));
        Assert.That(File.Exists(_folder.At("home", "thesis.txt")), Is.True);
    }

    [Test]
    public void New_BelowAFile_IsAnOutputFailure()
    {
        File.WriteAllText(_folder.At("file"), "");

        Assert.That(
            () => new StagedDirectory(_folder.At("file", "out"), overwrite: false, "manifest.json").Dispose(),
            Throws.InstanceOf<GpuAlsException>().With.Property(nameof(GpuAlsException.Kind)).EqualTo(FailureKind.Output));
    }

    private void Make(string directory, string file)
    {
        Directory.CreateDirectory(_folder.At(directory));
        File.WriteAllText(_folder.At(directory, file), "");
    }

    [TestCase("/data/model")]
    [TestCase("/data/.hidden.tmp")]
    [TestCase("/data/lists.parquet")]
    public void FinalOf_ASibling_IsThePathItself(string path)
    {
        Assert.That(StagedDirectory.FinalOf(StagedDirectory.SiblingOf(path)), Is.EqualTo(path));
        Assert.That(StagedDirectory.FinalOf(path), Is.EqualTo(path));
    }
}
