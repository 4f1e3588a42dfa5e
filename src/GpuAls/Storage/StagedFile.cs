namespace GpuAls;

/// <summary>A file that is written aside and appears under its name only when it is whole.</summary>
public sealed class StagedFile : IDisposable
{
    private readonly bool _overwrite;
    private readonly ParentFolders _parents = new();
    private bool _committed;

    /// <param name="path">Where the file is to appear; a symbolic link stays one, what it leads to is replaced.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <exception cref="GpuAlsException">Kind Output: the file exists, or its place cannot be written.</exception>
    public StagedFile(string path, bool overwrite)
    {
        _overwrite = overwrite;
        var final = OutputPaths.Resolve(path);
        Place = new StagedPath(OutputPaths.HiddenBeside(final), final);
        CheckReplaceable();
        OutputPaths.RemoveStaleBeside(final);
        OutputErrors.Guard(Place, () => _parents.MakeAbove(Place.Staging, () => File.Create(Place.Staging).Dispose()));
    }

    /// <summary>Where the file is written, and where it is to appear.</summary>
    public StagedPath Place { get; }

    /// <summary>Gives the whole file its name.</summary>
    /// <exception cref="GpuAlsException">Kind Output: the rename was refused, or another run has written the file meanwhile.</exception>
    public void Commit()
    {
        CheckReplaceable();
        OutputErrors.Guard(Place, () => File.Move(Place.Staging, Place.Final, _overwrite));
        _committed = true;
    }

    /// <summary>Removes what was written unless it was committed.</summary>
    public void Dispose()
    {
        if (_committed) return;
        Cleanup.TryDelete(Place.Staging);
        _parents.Remove();
    }

    private void CheckReplaceable()
    {
        if (Directory.Exists(Place.Final)) throw new GpuAlsException(FailureKind.Output, $"'{Place.Final}' is a directory; expected a file name.");
        if (!_overwrite && File.Exists(Place.Final)) throw OutputErrors.AlreadyThere(Place.Final);
    }
}
