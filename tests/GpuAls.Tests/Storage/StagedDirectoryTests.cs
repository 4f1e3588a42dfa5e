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
        using (var staged = new StagedDirectory(_folder.At("out"), overwrite: false, WhyForeign))
        {
            File.WriteAllText(Path.Combine(staged.Place.Staging, "a.txt"), "a");
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
        using (var staged = new StagedDirectory(_folder.At("out"), overwrite: false, WhyForeign))
            File.WriteAllText(Path.Combine(staged.Place.Staging, "a.txt"), "a");

        Assert.That(_folder.Entries(), Is.Empty);
    }

    [Test]
    public void New_ExistingDirectory_IsRefusedWithTheRemedy()
    {
        Make("out", "ours");

        var failure = Assert.Throws<GpuAlsException>(() => new StagedDirectory(_folder.At("out"), overwrite: false, WhyForeign).Dispose());

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Output));
        Assert.That(failure.Message, Does.Contain("exists already").And.Contain("--overwrite"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Commit_Overwrite_ReplacesAllFiles(bool byFiles)
    {
        Make("out", "ours");
        using (var staged = new StagedDirectory(_folder.At("out"), overwrite: true, WhyForeign, path => byFiles ? new MovedInFiles(path) : new RenamedFolder(path)))
        {
            File.WriteAllText(Path.Combine(staged.Place.Staging, "new.txt"), "new");
            staged.Commit();
        }

        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "out" }));
        Assert.That(Directory.EnumerateFiles(_folder.At("out")).Select(Path.GetFileName), Is.EquivalentTo(new[] { "new.txt", "_SUCCESS" }));
    }

    [Test]
    public void New_OverwriteOfAForeignDirectory_IsRefused()
    {
        Make("home", "thesis.txt");

        var failure = Assert.Throws<GpuAlsException>(() => new StagedDirectory(_folder.At("home"), overwrite: true, WhyForeign).Dispose());

        Assert.That(failure.Message, Does.Contain("leaves it alone"));
        Assert.That(File.Exists(_folder.At("home", "thesis.txt")), Is.True);
    }

    [Test]
    public void New_BelowAFile_IsAnOutputFailure()
    {
        File.WriteAllText(_folder.At("file"), "");

        Assert.That(
            () => new StagedDirectory(_folder.At("file", "out"), overwrite: false, WhyForeign).Dispose(),
            Throws.InstanceOf<GpuAlsException>().With.Property(nameof(GpuAlsException.Kind)).EqualTo(FailureKind.Output));
    }

    [Test]
    public void Commit_DirectoryThatAppearedMeanwhile_IsNotReplaced()
    {
        using (var staged = new StagedDirectory(_folder.At("out"), overwrite: false, WhyForeign))
        {
            Make("out", "of-another-run.txt");
            Assert.That(staged.Commit, Throws.InstanceOf<GpuAlsException>().With.Message.Contains("exists already"));
        }

        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "out" }));
        Assert.That(File.Exists(_folder.At("out", "of-another-run.txt")), Is.True);
    }

    [Test]
    public void Commit_DirectoryThatVanishedMeanwhile_AppearsAgain()
    {
        Make("out", "ours");
        using var staged = new StagedDirectory(_folder.At("out"), overwrite: true, WhyForeign);
        Directory.Delete(_folder.At("out"), recursive: true);

        Assert.That(staged.Commit(), Is.Null);

        Assert.That(File.Exists(_folder.At("out", "_SUCCESS")), Is.True);
    }

    private void Make(string directory, string file)
    {
        Directory.CreateDirectory(_folder.At(directory));
        File.WriteAllText(_folder.At(directory, file), "");
    }

    private static string? WhyForeign(string directory, IEnumerable<string> names) => names.SequenceEqual(["ours"]) ? null : "is foreign";
}
