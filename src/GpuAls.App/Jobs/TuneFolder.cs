namespace GpuAls.App;

/// <summary>The folder of a search, which is filled while it runs, so that it can go on after a kill.</summary>
internal sealed class TuneFolder : IDisposable
{
    private readonly ParentFolders _parents = new();

    /// <param name="path">The folder; made where it is not there.</param>
    /// <exception cref="GpuAlsException">Kind Usage: it is the folder of a model. Kind Output: it holds other things than a search, or cannot be written.</exception>
    public TuneFolder(string path)
    {
        Collisions.CheckOutsideModels(Path.Combine(path, TuneWriter.Journal), "--output");
        Root = OutputPaths.Resolve(path);
        if (File.Exists(Root)) throw new GpuAlsException(FailureKind.Output, $"'{path}' is a file; expected a directory name.");
        OutputErrors.Guard(Root, () => _parents.MakeAbove(Journal, () => Check(path)));
    }

    /// <summary>The folder.</summary>
    public string Root { get; }

    private string Journal => Path.Combine(Root, TuneWriter.Journal);

    /// <summary>Opens the journal, as <see cref="TuneJournal.Open"/> does; what another search came to goes with its journal.</summary>
    public TuneJournal OpenJournal(string data, IReadOnlyDictionary<string, string> settings, bool overwrite)
    {
        var journal = TuneJournal.Open(Journal, data, settings, overwrite);
        if (overwrite) OutputErrors.Guard(Root, () => TuneWriter.Results.ToList().ForEach(name => File.Delete(Path.Combine(Root, name))));
        return journal;
    }

    /// <summary>Removes the folder if it was made and holds nothing.</summary>
    public void Dispose() => _parents.Remove();

    private void Check(string path)
    {
        if (!File.Exists(Journal) && Directory.EnumerateFileSystemEntries(Root).Any())
            throw new GpuAlsException(FailureKind.Output, $"'{path}' holds no {TuneWriter.Journal} of gpuals tune, but other files. Choose another --output.");
    }
}
