namespace GpuAls;

/// <summary>How a folder that was filled aside replaces the one under its name.</summary>
internal abstract class FolderPlacement(string final)
{
    /// <summary>Where the folder is to appear.</summary>
    protected string Final { get; } = final;

    /// <summary>Where it is filled.</summary>
    public abstract string Staging { get; }

    /// <summary>
    /// By renaming, where the file system lets this folder be renamed. It refuses for a mount point, such as the volume
    /// of a container, and in a folder that may not be written: there the files are moved in one by one.
    /// </summary>
    public static FolderPlacement Choose(string final) =>
        !Directory.Exists(final) || CanRename(final) ? new RenamedFolder(final) : new MovedInFiles(final);

    /// <summary>
    /// Removes what killed runs left, whichever way they went: within the folder it would count as foreign.
    /// </summary>
    public static void RemoveStale(string final)
    {
        StagingNames.RemoveStaleBeside(final);
        MovedInFiles.RemoveStaleIn(final);
    }

    /// <summary>Gives the folder its name; what was there before is back when that fails.</summary>
    /// <returns>Where the folder that was there before still is, if it could not be deleted.</returns>
    public abstract string? Place();

    /// <summary>Deletes what was replaced.</summary>
    /// <returns>Its path, if that was refused.</returns>
    protected static string? DeleteOrName(string old) => Cleanup.TryDelete(old) ? null : old;

    /// <summary>
    /// Asked of the file system by doing it: mount points, layers and permissions all have their say.
    /// </summary>
    private static bool CanRename(string folder)
    {
        var probe = StagingNames.HiddenBeside(folder);
        try
        {
            Directory.Move(folder, probe);
        }
        catch (Exception exception) when (OutputErrors.IsOfFileSystem(exception))
        {
            return false;
        }

        OutputErrors.Guard(folder, () => Directory.Move(probe, folder));
        return true;
    }
}

/// <summary>The whole folder appears at once.</summary>
internal sealed class RenamedFolder(string final) : FolderPlacement(final)
{
    public override string Staging { get; } = StagingNames.HiddenBeside(final);

    public override string? Place()
    {
        var old = StagingNames.AsideOf(Final);
        Moves.Run(moves =>
        {
            if (Directory.Exists(Final)) moves.Move(Final, old);
            moves.Move(Staging, Final);
        });
        return DeleteOrName(old);
    }
}

/// <summary>
/// Files move in one by one, the mark of a complete folder last; old ones move out before, their mark first.
/// </summary>
internal sealed class MovedInFiles(string final) : FolderPlacement(final)
{
    private const string StagingName = "staging";
    private const string OldName = "old";

    public override string Staging { get; } = StagingNames.HiddenIn(final, StagingName);

    /// <summary>Removes what killed runs left in a folder.</summary>
    public static void RemoveStaleIn(string folder)
    {
        foreach (var name in (string[])[StagingName, OldName]) StagingNames.RemoveStale(folder, name, folder);
    }

    public override string? Place()
    {
        var old = Directory.CreateDirectory(StagingNames.HiddenIn(Final, OldName)).FullName;
        try
        {
            Moves.Run(moves =>
            {
                var before = Names(Final).Where(name => !IsOurs(name, old)).OrderByDescending(IsMark);
                foreach (var name in before) Move(moves, Final, name, old);
                foreach (var name in Names(Staging).OrderBy(IsMark)) Move(moves, Staging, name, Final);
            });
        }
        catch
        {
            Cleanup.TryDelete(old, recursive: false);
            throw;
        }

        Cleanup.TryDelete(Staging, recursive: false);
        return DeleteOrName(old);
    }

    private static string[] Names(string folder) =>
        [.. Directory.GetFileSystemEntries(folder).Select(path => Path.GetFileName(path)!)];

    private static bool IsMark(string name) => name == FolderOutput.SuccessFile;

    private static void Move(Moves moves, string from, string name, string to) =>
        moves.Move(Path.Combine(from, name), Path.Combine(to, name));

    private bool IsOurs(string name, string old) => name == Path.GetFileName(Staging) || name == Path.GetFileName(old);
}

/// <summary>Renames that are all done or all undone.</summary>
internal sealed class Moves
{
    private readonly Stack<StagedPath> _done = [];

    /// <summary>Runs some moves; when one is refused, those before it are undone, the last one first.</summary>
    public static void Run(Action<Moves> work)
    {
        var moves = new Moves();
        try
        {
            work(moves);
        }
        catch
        {
            while (moves._done.TryPop(out var move)) Rename(move.Final, move.Staging);
            throw;
        }
    }

    /// <summary>Gives a file or folder another name on the same volume.</summary>
    public void Move(string from, string to)
    {
        Rename(from, to);
        _done.Push(new StagedPath(from, to));
    }

    private static void Rename(string from, string to)
    {
        if (Directory.Exists(from)) Directory.Move(from, to);
        else File.Move(from, to);
    }
}
