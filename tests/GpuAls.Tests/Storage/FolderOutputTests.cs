using System.Text;

namespace GpuAls.Tests.Storage;

public sealed class FolderOutputTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Commit_NewDirectory_AppearsWholeWithSuccessFile()
    {
        await using (var output = await OpenAsync("out"))
        {
            await WriteAsync(output, "a.txt", "a");
            Assert.That(Directory.Exists(_folder.At("out")), Is.False);
            await output.CommitAsync(default);
        }

        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "out" }));
        Assert.That(File.Exists(_folder.At("out", "_SUCCESS")), Is.True);
        Assert.That(File.ReadAllText(_folder.At("out", "a.txt")), Is.EqualTo("a"));
    }

    [Test]
    public async Task Dispose_NotCommitted_LeavesNothing()
    {
        await using (var output = await OpenAsync("out"))
            await WriteAsync(output, "a.txt", "a");

        Assert.That(_folder.Entries(), Is.Empty);
    }

    [Test]
    public async Task Open_ExistingDirectory_IsRefusedWithTheRemedy()
    {
        Make("out", "ours");

        var failure = (await Assert.ThrowsAsync<GpuAlsException>(() => OpenAsync("out")))!;

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Output));
        Assert.That(failure.Message, Does.Contain("already exists").And.Contain("--overwrite"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Commit_Overwrite_ReplacesAllFiles(bool byFiles)
    {
        Make("out", "ours");
        await using (var output = await FolderOutput.OpenAsync(
            OutputLocation.Of(_folder.At("out")), overwrite: true, WhyForeignAsync, path => byFiles
                ? new MovedInFiles(path)
                : new RenamedFolder(path), default))
        {
            await WriteAsync(output, "new.txt", "new");
            await output.CommitAsync(default);
        }

        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "out" }));
        Assert.That(
            Directory.EnumerateFiles(_folder.At("out")).Select(Path.GetFileName),
            Is.EquivalentTo(new[] { "new.txt", "_SUCCESS" }));
    }

    [Test]
    public async Task Open_OverwriteOfAForeignDirectory_IsRefused()
    {
        Make("home", "thesis.txt");

        var failure = (await Assert.ThrowsAsync<GpuAlsException>(() => OpenAsync("home", overwrite: true)))!;

        Assert.That(failure.Message, Does.Contain("so --overwrite does not replace it"));
        Assert.That(File.Exists(_folder.At("home", "thesis.txt")), Is.True);
    }

    [Test]
    public void Open_BelowAFile_IsAnOutputFailure()
    {
        File.WriteAllText(_folder.At("file"), "");

        Assert.That(
            () => OpenAsync("file/out"),
            Throws.InstanceOf<GpuAlsException>().With.Property(nameof(GpuAlsException.Kind))
                .EqualTo(FailureKind.Output));
    }

    [Test]
    public async Task Commit_DirectoryThatAppearedMeanwhile_IsNotReplaced()
    {
        await using (var output = await OpenAsync("out"))
        {
            Make("out", "of-another-run.txt");
            Assert.That(
                async () => await output.CommitAsync(default),
                Throws.InstanceOf<GpuAlsException>().With.Message.Contains("already exists"));
        }

        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "out" }));
        Assert.That(File.Exists(_folder.At("out", "of-another-run.txt")), Is.True);
    }

    [Test]
    public async Task Commit_DirectoryThatVanishedMeanwhile_AppearsAgain()
    {
        Make("out", "ours");
        await using var output = await OpenAsync("out", overwrite: true);
        Directory.Delete(_folder.At("out"), recursive: true);

        Assert.That(await output.CommitAsync(default), Is.Null);

        Assert.That(File.Exists(_folder.At("out", "_SUCCESS")), Is.True);
    }

    private void Make(string directory, string file)
    {
        Directory.CreateDirectory(_folder.At(directory));
        File.WriteAllText(_folder.At(directory, file), "");
    }

    private Task<FolderOutput> OpenAsync(string name, bool overwrite = false) =>
        FolderOutput.OpenAsync(OutputLocation.Of(_folder.At(name)), overwrite, WhyForeignAsync, default);

    private static Task WriteAsync(IOutput output, string file, string text) =>
        output.WriteAsync(file, stream => stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask(), default);

    private static ValueTask<string?> WhyForeignAsync(ExistingFiles existing, CancellationToken cancellation) =>
        new(existing.Files.SequenceEqual(["ours"]) ? null : "is foreign");
}
