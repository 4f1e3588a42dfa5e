namespace GpuAls;

/// <summary>The folders that had to be made above an output, which a run that fails removes again.</summary>
internal sealed class ParentFolders
{
    /// <summary>Lowest last.</summary>
    private readonly Stack<string> _made = [];

    /// <summary>Makes the folders above a path that are not there, then the path itself; a failure leaves none of them.</summary>
    public void MakeAbove(string path, Action create)
    {
        try
        {
            Make(Path.GetDirectoryName(path)!);
            create();
        }
        catch
        {
            Remove();
            throw;
        }
    }

    /// <summary>Removes what was made, unless something else is in it by now.</summary>
    public void Remove()
    {
        while (_made.TryPop(out var folder)) Cleanup.TryDelete(folder, recursive: false);
    }

    private void Make(string folder)
    {
        if (Directory.Exists(folder)) return;
        if (Path.GetDirectoryName(folder) is { } parent) Make(parent);
        Directory.CreateDirectory(folder);
        _made.Push(folder);
    }
}
