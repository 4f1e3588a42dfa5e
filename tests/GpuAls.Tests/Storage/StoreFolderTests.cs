using System.Text;

namespace GpuAls.Tests.Storage;

/// <summary>What every <see cref="IStoreFolder"/> promises, whatever stores it.</summary>
public abstract class StoreFolderTests
{
    private protected abstract IStoreFolder Open();

    [Test]
    public async Task List_FolderThatIsNotThere_HasNoFiles()
    {
        var folder = Open();

        Assert.That(await folder.ListAsync("", default), Is.Empty);
        Assert.That(await folder.FindAsync("a", default), Is.Null);
        Assert.That(async () => await folder.DeleteAsync("a", default), Throws.Nothing);
    }

    [Test]
    public async Task Replace_SeveralFiles_AreListedInOrderAndRead()
    {
        var folder = Open();
        foreach (var file in new[] { "b/2", "a", "b/10", "ba" }) await WriteAsync(folder, file, $"bytes of {file}");

        Assert.That(await folder.ListAsync("", default), Is.EqualTo(new[] { "a", "b/10", "b/2", "ba" }));
        Assert.That(await folder.ListAsync("b/", default), Is.EqualTo(new[] { "b/10", "b/2" }));
        Assert.That(await folder.ListAsync("b", default), Is.EqualTo(new[] { "b/10", "b/2", "ba" }));
        Assert.That(await ReadAsync(Open(), "b/10"), Is.EqualTo("bytes of b/10"));
    }

    [Test]
    public async Task ListFolders_FilesAndFoldersBelow_HasThoseDirectlyInIt()
    {
        var folder = Open();
        Assert.That(await folder.ListFoldersAsync("", default), Is.Empty);
        foreach (var file in new[] { "b/2", "b/c/10", "a", "b-/1", "c/x/y" }) await WriteAsync(folder, file, "bytes");

        Assert.That(await folder.ListFoldersAsync("", default), Is.EqualTo(new[] { "b", "b-", "c" }));
        Assert.That(await folder.ListFoldersAsync("b", default), Is.EqualTo(new[] { "b", "b-" }));
        Assert.That(await folder.ListFoldersAsync("x", default), Is.Empty);
    }

    [Test]
    public async Task Delete_LastFileOfAFolder_RemovesTheFolder()
    {
        var folder = Open();
        foreach (var file in new[] { "b/2", "b/c/10", "a" }) await WriteAsync(folder, file, "bytes");

        await folder.DeleteAsync("b/c/10", default);
        Assert.That(await folder.ListFoldersAsync("", default), Is.EqualTo(new[] { "b" }));
        await folder.DeleteAsync("b/2", default);

        Assert.That(await folder.ListFoldersAsync("", default), Is.Empty);
        Assert.That(await folder.ListAsync("", default), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public async Task Replace_FileThatIsThere_HasTheNewBytesOnly()
    {
        var folder = Open();
        await WriteAsync(folder, "file", "the old and longer bytes");
        await WriteAsync(folder, "file", "new");

        Assert.That(await ReadAsync(folder, "file"), Is.EqualTo("new"));
    }

    [Test]
    public async Task Replace_WriterThatFails_LeavesTheOldBytes()
    {
        var folder = Open();
        await WriteAsync(folder, "file", "old");

        Assert.That(
            async () => await folder.ReplaceAsync(
                "file",
                async stream =>
                {
                    await stream.WriteAsync(new byte[100_000]);
                    throw new InvalidOperationException("broken");
                },
                default),
            Throws.InvalidOperationException);
        Assert.That(await ReadAsync(folder, "file"), Is.EqualTo("old"));
        Assert.That(await folder.ListAsync("", default), Is.EqualTo(new[] { "file" }));
    }

    [Test]
    public async Task Replace_StoppedWhileWriting_LeavesNothing()
    {
        var folder = Open();
        using var stop = new CancellationTokenSource();

        Assert.That(
            async () => await folder.ReplaceAsync(
                "file",
                async stream =>
                {
                    await stream.WriteAsync(new byte[10]);
                    await stop.CancelAsync();
                },
                stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(await folder.ListAsync("", default), Is.Empty);
    }

    [Test]
    public async Task Delete_AFile_LeavesTheOthers()
    {
        var folder = Open();
        await WriteAsync(folder, "a", "1");
        await WriteAsync(folder, "b", "2");
        await folder.DeleteAsync("a", default);

        Assert.That(await folder.ListAsync("", default), Is.EqualTo(new[] { "b" }));
        Assert.That(await folder.FindAsync("a", default), Is.Null);
    }

    private protected static Task WriteAsync(IStoreFolder folder, string file, string text) =>
        folder.ReplaceAsync(file, stream => stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask(), default).AsTask();

    private static async Task<string> ReadAsync(IStoreFolder folder, string file)
    {
        var source = (await folder.FindAsync(file, default))!;
        var bytes = new byte[source.Length];
        await source.ReadExactlyAsync(0, bytes, default);
        return Encoding.UTF8.GetString(bytes);
    }
}

/// <summary>The same of a local folder, and what only that can show.</summary>
public sealed class LocalStoreFolderTests : StoreFolderTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Open_AfterAKilledWrite_RemovesWhatItLeft()
    {
        await WriteAsync(Open(), "file", "whole");
        var ours = StagingNames.HiddenIn(_folder.At("new", "store"), "store");
        var parts = Path.GetFileName(ours).Split('-');
        var killed = _folder.At("new", "store", $"{parts[0]}-999999999-00000000-1.tmp");
        File.WriteAllText(killed, "half of a fi");
        File.WriteAllText(ours, "being written by a run that lives");

        var folder = Open();

        Assert.That(File.Exists(killed), Is.False);
        Assert.That(File.Exists(ours), Is.True);
        Assert.That(await folder.ListAsync("", default), Is.EqualTo(new[] { "file" }));
    }

    [Test]
    public void Open_AFile_IsRefused()
    {
        File.WriteAllText(_folder.At("file"), "");

        Assert.That(
            () => StoreFolder.Open(_folder.At("file")),
            Throws.TypeOf<GpuAlsException>().With.Message.Contains("is a file; expected a directory name"));
    }

    [Test]
    public void Replace_WhereNoFolderCanBe_SaysWhichFile()
    {
        File.WriteAllText(_folder.At("new"), "");

        Assert.That(
            async () => await WriteAsync(Open(), "file", "bytes"),
            Throws.TypeOf<GpuAlsException>().With.Property("Kind").EqualTo(FailureKind.Output)
                .And.Message.Contains($"cannot write '{_folder.At("new", "store", "file")}'"));
    }

    private protected override IStoreFolder Open() => StoreFolder.Open(_folder.At("new", "store"));
}
