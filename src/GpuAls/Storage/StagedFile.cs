namespace GpuAls.Storage;

/// <summary>A file that is written aside and appears under its name only when it is whole.</summary>
public sealed class StagedFile : IDisposable
{
    private readonly bool _overwrite;

    /// <param name="path">Where the file is to appear.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <exception cref="GpuAlsException">Kind Output: the file exists, or its place cannot be written.</exception>
    public StagedFile(string path, bool overwrite)
    {
        FinalPath = Path.GetFullPath(path);
        _overwrite = overwrite;
        if (Directory.Exists(FinalPath)) throw new GpuAlsException(FailureKind.Output, $"'{path}' is a directory; expected a file name.");
        if (!overwrite && File.Exists(FinalPath)) throw StagedDirectory.AlreadyThere(path);
        StagingPath = StagedDirectory.SiblingOf(FinalPath);
        OutputErrors.Guard(path, () =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(FinalPath)!);
            File.Create(StagingPath).Dispose();
        });
    }

    /// <summary>Where the file is to appear.</summary>
    public string FinalPath { get; }

    /// <summary>Where it is written meanwhile, on the same volume.</summary>
    public string StagingPath { get; }

    /// <summary>Gives the whole file its name.</summary>
    /// <exception cref="GpuAlsException">Kind Output: the rename was refused.</exception>
    public void Commit() => OutputErrors.Guard(FinalPath, () => File.Move(StagingPath, FinalPath, _overwrite));

    /// <summary>Removes what was written unless it was committed.</summary>
    public void Dispose()
    {
        if (File.Exists(StagingPath)) File.Delete(StagingPath);
    }
}
