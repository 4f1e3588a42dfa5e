namespace GpuAls;

/// <summary>Files move in one by one, the mark of a whole folder last; old ones move out before, their mark first.</summary>
internal sealed class MovedInFiles(string final) : FolderPlacement(final)
{
    private const string StagingName = "staging";
    private const string OldName = "old";

    public override string Staging { get; } = OutputPaths.HiddenIn(final, StagingName);

    /// <summary>Removes what killed runs left in a folder.</summary>
    public static void RemoveStaleIn(string folder)
    {
        foreach (var name in (string[])[StagingName, OldName]) StagingNames.RemoveStale(folder, name, folder);
    }

    public override string? Place()
    {
        var old = Directory.CreateDirectory(OutputPaths.HiddenIn(Final, OldName)).FullName;
        try
        {
            Moves.Run(moves =>
            {
                foreach (var name in Names(Final).Where(name => !IsOurs(name, old)).OrderByDescending(IsMark)) MoveInto(moves, Final, name, old);
                foreach (var name in Names(Staging).OrderBy(IsMark)) MoveInto(moves, Staging, name, Final);
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

    private static string[] Names(string folder) => [.. Directory.GetFileSystemEntries(folder).Select(path => Path.GetFileName(path)!)];

    private static bool IsMark(string name) => name == StagedDirectory.SuccessFile;

    private static void MoveInto(Moves moves, string from, string name, string to) => moves.Move(Path.Combine(from, name), Path.Combine(to, name));

    private bool IsOurs(string name, string old) => name == Path.GetFileName(Staging) || name == Path.GetFileName(old);
}
