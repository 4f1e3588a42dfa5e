namespace GpuAls.Storage;

/// <summary>
/// A directory that is filled aside and appears under its name only when it is whole; <c>_SUCCESS</c> is written last, as Spark does.
/// </summary>
public sealed class StagedDirectory : IDisposable
{
    /// <summary>The empty file that says that a directory is whole.</summary>
    public const string SuccessFile = "_SUCCESS";

    private const string SiblingExtension = ".tmp";

    /// <summary>A dot, 32 hexadecimal digits and the extension.</summary>
    private const int SiblingSuffixLength = 33 + 4;

    private readonly bool _replace;

    /// <param name="path">Where the directory is to appear.</param>
    /// <param name="overwrite">Whether an existing directory is replaced.</param>
    /// <param name="marker">A file that tells directories of the same kind: one without it is never replaced, so that no home folder is lost.</param>
    /// <exception cref="GpuAlsException">Kind Output: the directory exists, or its place cannot be written.</exception>
    public StagedDirectory(string path, bool overwrite, string marker)
    {
        FinalPath = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (File.Exists(FinalPath)) throw new GpuAlsException(FailureKind.Output, $"'{path}' is a file; expected a directory name.");
        _replace = Directory.Exists(FinalPath);
        if (_replace) CheckReplaceable(path, overwrite, marker);
        StagingPath = SiblingOf(FinalPath);
        OutputErrors.Guard(path, () => Directory.CreateDirectory(StagingPath));
    }

    /// <summary>Where the directory is to appear.</summary>
    public string FinalPath { get; }

    /// <summary>Where it is filled meanwhile, on the same volume.</summary>
    public string StagingPath { get; }

    /// <summary>Marks the directory as whole and gives it its name.</summary>
    /// <exception cref="GpuAlsException">Kind Output: a rename was refused.</exception>
    public void Commit() => OutputErrors.Guard(FinalPath, () =>
    {
        File.Create(Path.Combine(StagingPath, SuccessFile)).Dispose();
        if (!_replace)
        {
            Directory.Move(StagingPath, FinalPath);
            return;
        }

        var old = SiblingOf(FinalPath);
        Directory.Move(FinalPath, old);
        Directory.Move(StagingPath, FinalPath);
        Directory.Delete(old, recursive: true);
    });

    /// <summary>Removes what was written unless it was committed.</summary>
    public void Dispose()
    {
        if (Directory.Exists(StagingPath)) Directory.Delete(StagingPath, recursive: true);
    }

    /// <summary>A name beside <paramref name="path"/> that no other run uses; readers of folders skip the leading dot.</summary>
    internal static string SiblingOf(string path) =>
        Path.Combine(Path.GetDirectoryName(path) ?? path, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}{SiblingExtension}");

    /// <summary>The path whose <see cref="SiblingOf"/> this is; any other path as it is.</summary>
    internal static string FinalOf(string path)
    {
        var name = Path.GetFileName(path);
        var isSibling = name.Length > SiblingSuffixLength + 1 && name[0] == '.' && name.EndsWith(SiblingExtension, StringComparison.Ordinal);
        return isSibling ? Path.Combine(Path.GetDirectoryName(path) ?? "", name[1..^SiblingSuffixLength]) : path;
    }

    internal static GpuAlsException AlreadyThere(string path) =>
        new(FailureKind.Output, $"'{path}' exists already. Choose another name, or replace it with --overwrite.");

    private static void CheckReplaceable(string path, bool overwrite, string marker)
    {
        if (!Directory.EnumerateFileSystemEntries(path).Any()) return;
        if (!overwrite) throw AlreadyThere(path);
        if (!File.Exists(Path.Combine(path, marker)))
            throw new GpuAlsException(
                FailureKind.Output, $"'{path}' has no {marker}, so it is not a directory that gpuals wrote, and --overwrite leaves it alone. Choose another name.");
    }
}
