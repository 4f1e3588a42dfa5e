namespace GpuAls.Tests.Storage;

/// <summary>
/// Both ways to put a folder at its path: whole, or file by file where a folder cannot be renamed.
/// </summary>
public sealed class FolderPlacementTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TempFolder();
        Directory.CreateDirectory(_folder.At("out"));
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Choose_AFolderThatCanBeRenamed_IsByRename()
    {
        File.WriteAllText(_folder.At("out", "old.txt"), "");

        Assert.That(FolderPlacement.Choose(_folder.At("out")), Is.InstanceOf<RenamedFolder>());
        Assert.That(FolderPlacement.Choose(_folder.At("new")), Is.InstanceOf<RenamedFolder>());
        Assert.That(File.Exists(_folder.At("out", "old.txt")), Is.True);
    }

    [Test]
    public void Choose_AFolderThatCannotBeRenamed_IsByFiles() =>
        Assert.That(FolderPlacement.Choose("/"), Is.InstanceOf<MovedInFiles>());

    [TestCase(false)]
    [TestCase(true)]
    public void Place_OverAnOlderFolder_LeavesTheNewFilesOnly(bool byFiles)
    {
        File.WriteAllText(_folder.At("out", "old.txt"), "old");
        File.WriteAllText(_folder.At("out", "both.txt"), "old");
        var placement = Stage(byFiles, "both.txt", "lists/new.txt", "_SUCCESS");

        Assert.That(placement.Place(), Is.Null);

        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "out" }));
        Assert.That(
            Directory.GetFileSystemEntries(_folder.At("out")).Select(Path.GetFileName),
            Is.EquivalentTo(new[] { "both.txt", "lists", "_SUCCESS" }));
        Assert.That(File.ReadAllText(_folder.At("out", "both.txt")), Is.EqualTo("new"));
        Assert.That(File.Exists(_folder.At("out", "lists", "new.txt")), Is.True);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Place_RefusedByTheFileSystem_OldFolderStands(bool byFiles)
    {
        File.WriteAllText(_folder.At("out", "old.txt"), "old");
        FolderPlacement placement = byFiles
            ? new MovedInFiles(_folder.At("out"))
            : new RenamedFolder(_folder.At("out"));

        Assert.That(placement.Place, Throws.InstanceOf<IOException>());

        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "out" }));
        Assert.That(
            Directory.GetFileSystemEntries(_folder.At("out")), Is.EqualTo(new[] { _folder.At("out", "old.txt") }));
    }

    [Test]
    public void Run_ALaterMoveRefused_UndoesTheEarlierOnes()
    {
        File.WriteAllText(_folder.At("a"), "a");
        File.WriteAllText(_folder.At("b"), "b");

        Assert.That(
            () => Moves.Run(moves =>
            {
                moves.Move(_folder.At("a"), _folder.At("c"));
                moves.Move(_folder.At("b"), _folder.At("a"));
                moves.Move(_folder.At("missing"), _folder.At("d"));
            }),
            Throws.InstanceOf<IOException>());

        Assert.That(File.ReadAllText(_folder.At("a")) + File.ReadAllText(_folder.At("b")), Is.EqualTo("ab"));
        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "a", "b", "out" }));
    }

    private FolderPlacement Stage(bool byFiles, params string[] names)
    {
        FolderPlacement placement = byFiles
            ? new MovedInFiles(_folder.At("out"))
            : new RenamedFolder(_folder.At("out"));
        foreach (var name in names)
        {
            var path = Path.Combine(placement.Staging, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "new");
        }

        return placement;
    }
}
