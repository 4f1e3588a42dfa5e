namespace GpuAls;

/// <summary>How a folder that was filled aside takes its place.</summary>
internal abstract class FolderPlacement(string final)
{
    /// <summary>Where the folder is to appear.</summary>
    protected string Final { get; } = final;

    /// <summary>Where it is filled.</summary>
    public abstract string Staging { get; }

    /// <summary>
    /// By renaming, where the file system lets a folder at that place be renamed. It refuses for a mount point, such as the volume
    /// of a container, and in a folder that may not be written: there the files are moved in one by one.
    /// </summary>
    public static FolderPlacement Choose(string final) => !Directory.Exists(final) || CanRename(final) ? new RenamedFolder(final) : new MovedInFiles(final);

    /// <summary>Removes what killed runs left, whichever way they went: within the folder it would count as foreign.</summary>
    public static void RemoveStale(string final)
    {
        OutputPaths.RemoveStaleBeside(final);
        MovedInFiles.RemoveStaleIn(final);
    }

    /// <summary>Puts the folder in its place; what was there before is back when that fails.</summary>
    /// <returns>Where the folder that was there before still lies, if it could not be deleted.</returns>
    public abstract string? Place();

    /// <summary>Deletes what was replaced.</summary>
    /// <returns>Its path, if that was refused.</returns>
    protected static string? DeleteOrName(string old) => Cleanup.TryDelete(old) ? null : old;

    /// <summary>Asked of the file system by doing it: mount points, layers and permissions all have their say.</summary>
    private static bool CanRename(string folder)
    {
        var probe = OutputPaths.HiddenBeside(folder);
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
