namespace GpuAls;

/// <summary>
/// A directory that is filled aside and appears under its name only when it is whole; <c>_SUCCESS</c> is written last, as Spark does.
/// </summary>
public sealed class StagedDirectory : IDisposable
{
    /// <summary>The empty file that says that a directory is whole.</summary>
    public const string SuccessFile = "_SUCCESS";

    private readonly bool _overwrite;
    private readonly ForeignCheck _whyForeign;
    private readonly FolderPlacement _placement;
    private readonly ParentFolders _parents = new();
    private bool _committed;

    /// <param name="path">Where the directory is to appear; a symbolic link stays one, what it leads to is replaced.</param>
    /// <param name="overwrite">Whether an existing directory is replaced.</param>
    /// <param name="whyForeign">Tells directories of the kind that is written here from others, which are never replaced, so that no home folder is lost.</param>
    /// <exception cref="GpuAlsException">Kind Output: the directory exists, or its place cannot be written.</exception>
    public StagedDirectory(string path, bool overwrite, ForeignCheck whyForeign)
        : this(path, overwrite, whyForeign, FolderPlacement.Choose)
    {
    }

    internal StagedDirectory(string path, bool overwrite, ForeignCheck whyForeign, Func<string, FolderPlacement> choosePlacement)
    {
        var final = OutputPaths.Resolve(path);
        if (File.Exists(final)) throw new GpuAlsException(FailureKind.Output, $"'{path}' is a file; expected a directory name.");
        (_overwrite, _whyForeign) = (overwrite, whyForeign);
        FolderPlacement.RemoveStale(final);
        CheckReplaceable(final, staging: null);
        _placement = choosePlacement(final);
        Place = new StagedPath(_placement.Staging, final);
        OutputErrors.Guard(Place, () => _parents.MakeAbove(Place.Staging, () => Directory.CreateDirectory(Place.Staging)));
    }

    /// <summary>Where the directory is filled, and where it is to appear.</summary>
    public StagedPath Place { get; }

    /// <summary>Marks the directory as whole and gives it its name.</summary>
    /// <returns>Where the directory that was replaced still lies, if it could not be deleted.</returns>
    /// <exception cref="GpuAlsException">Kind Output: a rename was refused, or another run has written the directory meanwhile.</exception>
    public string? Commit()
    {
        CheckReplaceable(Place.Final, Place.Staging);
        string? leftover = null;
        OutputErrors.Guard(Place, () =>
        {
            File.Create(Path.Combine(Place.Staging, SuccessFile)).Dispose();
            leftover = _placement.Place();
        });
        _committed = true;
        return leftover;
    }

    /// <summary>Removes what was written unless it was committed.</summary>
    public void Dispose()
    {
        if (_committed) return;
        Cleanup.TryDelete(Place.Staging);
        _parents.Remove();
    }

    private void CheckReplaceable(string final, string? staging) => OutputErrors.Guard(final, () =>
    {
        if (!Directory.Exists(final) || !Directory.EnumerateFileSystemEntries(final).Any(entry => entry != staging)) return;
        if (!_overwrite) throw OutputErrors.AlreadyThere(final);
        if (_whyForeign(final, OutputPaths.FilesBelow(final, staging)) is { } reason)
            throw new GpuAlsException(FailureKind.Output, $"'{final}' {reason}, and --overwrite leaves it alone. Choose another name.");
    });
}
