using GpuAls.Export;
using GpuAls.Storage;

namespace GpuAls.Jobs;

/// <summary>The folder of a search, which is filled while it runs, so that it can go on after a kill.</summary>
internal sealed class TuneFolder : IDisposable
{
    private readonly ParentFolders _parents = new();

    /// <param name="path">The folder; made where it is not there.</param>
    /// <param name="overwrite">Whether a search that is there is thrown away.</param>
    /// <exception cref="GpuAlsException">Kind Usage: it is the folder of a model. Kind Output: it holds other things than a search, or cannot be written.</exception>
    public TuneFolder(string path, bool overwrite)
    {
        Collisions.CheckOutsideModels(Path.Combine(path, TuneWriter.Journal), "--output");
        Root = OutputPaths.Resolve(path);
        if (File.Exists(Root)) throw new GpuAlsException(FailureKind.Output, $"'{path}' is a file; expected a directory name.");
        OutputErrors.Guard(Root, () => _parents.MakeAbove(Journal, () => Enter(path, overwrite)));
    }

    /// <summary>The folder.</summary>
    public string Root { get; }

    /// <summary>The file with the trials.</summary>
    public string Journal => Path.Combine(Root, TuneWriter.Journal);

    /// <summary>Removes the folder if it was made and holds nothing.</summary>
    public void Dispose() => _parents.Remove();

    private void Enter(string path, bool overwrite)
    {
        if (!File.Exists(Journal) && Directory.EnumerateFileSystemEntries(Root).Any())
            throw new GpuAlsException(FailureKind.Output, $"'{path}' holds no {TuneWriter.Journal} of gpuals tune, but other files. Choose another --output.");
        if (!overwrite) return;
        foreach (var name in TuneWriter.Files) File.Delete(Path.Combine(Root, name));
    }
}
