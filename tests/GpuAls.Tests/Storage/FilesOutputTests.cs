namespace GpuAls.Tests.Storage;

public sealed class FilesOutputTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Open_ExistingFile_IsRefusedWithTheRemedy()
    {
        File.WriteAllText(_folder.At("lists.csv"), "old");

        var failure = (await Assert.ThrowsAsync<GpuAlsException>(() => OpenAsync("lists.csv")))!;

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Output));
        Assert.That(failure.Message, Does.Contain("already exists").And.Contain("--overwrite"));
        Assert.That(File.ReadAllText(_folder.At("lists.csv")), Is.EqualTo("old"));
    }

    [Test]
    public async Task Commit_FileThatAppearedMeanwhile_IsNotReplaced()
    {
        await using (var output = (await OpenAsync("lists.csv")).Output)
        {
            File.WriteAllText(_folder.At("lists.csv"), "of another run");
            Assert.That(
                async () => await output.CommitAsync(default),
                Throws.InstanceOf<GpuAlsException>().With.Message.Contains("already exists"));
        }

        Assert.That(File.ReadAllText(_folder.At("lists.csv")), Is.EqualTo("of another run"));
        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "lists.csv" }));
    }

    [Test]
    public async Task Commit_Overwrite_ReplacesTheFileBehindALink()
    {
        File.WriteAllText(_folder.At("lists.csv"), "old");
        File.CreateSymbolicLink(_folder.At("latest.csv"), "lists.csv");
        var file = await OpenAsync("latest.csv", overwrite: true);
        await using (file.Output)
        {
            await file.WriteAsync(stream => stream.WriteAsync("new"u8.ToArray()).AsTask(), default);
            await file.Output.CommitAsync(default);
        }

        Assert.That(File.ReadAllText(_folder.At("lists.csv")), Is.EqualTo("new"));
        Assert.That(new FileInfo(_folder.At("latest.csv")).LinkTarget, Is.EqualTo("lists.csv"));
        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "latest.csv", "lists.csv" }));
    }

    [Test]
    public async Task Dispose_NotCommitted_LeavesNeitherFileNorFolders()
    {
        await (await OpenAsync("a/b/lists.csv")).Output.DisposeAsync();

        Assert.That(_folder.Entries(), Is.Empty);
    }

    [Test]
    public void Open_Directory_IsRefused()
    {
        Directory.CreateDirectory(_folder.At("lists.csv"));

        Assert.That(
            () => OpenAsync("lists.csv", overwrite: true),
            Throws.InstanceOf<GpuAlsException>().With.Message.Contains("expected a file name"));
    }

    [Test]
    public void Open_LinksInACircle_AreAnOutputFailure()
    {
        File.CreateSymbolicLink(_folder.At("a.csv"), "b.csv");
        File.CreateSymbolicLink(_folder.At("b.csv"), "a.csv");

        Assert.That(
            () => OpenAsync("a.csv", overwrite: true),
            Throws.InstanceOf<GpuAlsException>().With.Message.Contains("cannot write"));
    }

    [Test]
    public async Task Commit_SeveralFiles_AppearTogetherBesideOthers()
    {
        File.WriteAllText(_folder.At("journal.jsonl"), "kept");
        File.WriteAllText(_folder.At("b.txt"), "old");
        await using (var output = new FilesOutput(_folder.Root, ["a.txt", "b.txt"], overwrite: true))
        {
            await output.WriteAsync("a.txt", stream => stream.WriteAsync("a"u8.ToArray()).AsTask(), default);
            Assert.That(File.Exists(_folder.At("a.txt")), Is.False);
            await output.WriteAsync("b.txt", stream => stream.WriteAsync("b"u8.ToArray()).AsTask(), default);
            Assert.That(File.ReadAllText(_folder.At("b.txt")), Is.EqualTo("old"));
            await output.CommitAsync(default);
        }

        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "a.txt", "b.txt", "journal.jsonl" }));
        Assert.That(File.ReadAllText(_folder.At("a.txt")) + File.ReadAllText(_folder.At("b.txt")), Is.EqualTo("ab"));
    }

    /// <summary>What is given up early, in the middle of taking names, leaves none of them.</summary>
    [Test]
    public void Open_ALaterNameIsRefused_LeavesNothing()
    {
        Directory.CreateDirectory(_folder.At("b.txt"));

        Assert.That(
            () => new FilesOutput(_folder.Root, ["a.txt", "b.txt"], overwrite: true),
            Throws.InstanceOf<GpuAlsException>());

        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "b.txt" }));
    }

    private async Task<OutputFile> OpenAsync(string name, bool overwrite = false) =>
        await OutputLocation.Of(_folder.At(name)).OpenFileAsync(overwrite, default);
}
