using IOPath = System.IO.Path;

namespace GpuAls;

/// <summary>
/// Where something is written, as a user names it. This is where the kind of a location is recognised; all others see
/// an <see cref="IOutput"/>.
/// </summary>
internal sealed class OutputLocation
{
    private readonly IStore? _store;

    private OutputLocation(string name, string path, IStore? store) => (Name, Path, _store) = (name, path, store);

    /// <summary>As the user gave it.</summary>
    public string Name { get; }

    /// <summary>
    /// The full path, each symbolic link on the way followed, so that a link to an output stays a link; or the URL.
    /// </summary>
    public string Path { get; }

    /// <summary>The last part of the path.</summary>
    public string FileName => IOPath.GetFileName(Path);

    /// <summary>Finds out where a path or URL leads.</summary>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: a location that is not supported. Kind Output: links that lead in a circle, or a folder that may not
    /// be looked into.
    /// </exception>
    public static OutputLocation Of(string name)
    {
        var store = Stores.Of(name);
        return new OutputLocation(name, store?.Normalize(name) ?? Resolve(name), store);
    }

    /// <summary>Opens a folder whose files are published together and replace those of an existing one.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it exists, or cannot be written.</exception>
    public async Task<IFolderOutput> OpenFolderAsync(
        bool overwrite, ForeignCheck whyForeign, CancellationToken cancellation)
    {
        if (_store is not null)
            return await _store.OpenFolderAsync(Path, overwrite, whyForeign, cancellation).ConfigureAwait(false);
        return await FolderOutput.OpenAsync(this, overwrite, whyForeign, cancellation).ConfigureAwait(false);
    }

    /// <summary>Joins a folder that another process has opened.</summary>
    /// <param name="invitation">Of that output, whose name this location is.</param>
    /// <exception cref="GpuAlsException">Kind Output: this machine does not see that folder.</exception>
    public IJoinedOutput JoinFolder(string invitation) =>
        _store?.JoinFolder(Path, invitation) ?? new JoinedFolderOutput(Path, invitation);

    /// <summary>Opens a single file; its output has no other.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it exists, or cannot be written.</exception>
    public async ValueTask<OutputFile> OpenFileAsync(bool overwrite, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var folder = Parents.FirstOrDefault() ?? Path;
        Require.Usage(_store is null || folder != Path, $"'{Name}' names no file.");
        IOutput output = _store is null
            ? new FilesOutput(folder, [FileName], overwrite)
            : await _store.OpenFilesAsync(Path[..(Path.LastIndexOf('/') + 1)], [FileName], overwrite, cancellation)
                .ConfigureAwait(false);
        return new OutputFile(output, FileName);
    }

    /// <summary>Opens a folder that fills while a job runs.</summary>
    /// <inheritdoc cref="IStore.OpenWorkFolderAsync"/>
    public async Task<IWorkFolder> OpenWorkFolderAsync(
        string log, string whyForeign, CancellationToken cancellation) =>
        _store is null
            ? new WorkFolder(this, log, whyForeign)
            : await _store.OpenWorkFolderAsync(Path, log, whyForeign, cancellation).ConfigureAwait(false);

    /// <summary>Opens a folder that a job reads and changes file by file; it need not exist.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it is a file, or cannot be looked into.</exception>
    public IStoreFolder OpenStoreFolder() =>
        _store is null ? new LocalStoreFolder(this) : _store.OpenStoreFolder(Path);

    /// <summary>Whether a folder could be opened, as far as can be told without touching anything.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it exists.</exception>
    public async Task CheckFolderAsync(bool overwrite, ForeignCheck whyForeign, CancellationToken cancellation)
    {
        if (_store is null)
            await FolderOutput.CheckAsync(this, overwrite, whyForeign, cancellation).ConfigureAwait(false);
        else if (!overwrite && (await _store.FindAsync(Path, cancellation).ConfigureAwait(false)).Count > 0)
            throw OutputErrors.AlreadyThere(Name);
    }

    /// <summary>Whether a file could be opened, as far as can be told without touching anything.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it exists.</exception>
    public async Task CheckFileAsync(bool overwrite, CancellationToken cancellation)
    {
        if (_store is null)
            FilesOutput.CheckReplaceable(Path, overwrite);
        else if (!overwrite && await _store.FindFileAsync(Path, cancellation).ConfigureAwait(false) is not null)
            throw OutputErrors.AlreadyThere(Name);
    }

    /// <summary>The folders it lies in, the nearest first.</summary>
    public IEnumerable<string> Parents
    {
        get
        {
            if (_store is null)
            {
                for (var folder = IOPath.GetDirectoryName(Path); folder is not null;)
                {
                    yield return folder;
                    folder = IOPath.GetDirectoryName(folder);
                }
            }
            else
            {
                var name = Path.IndexOf("://", StringComparison.Ordinal) + 3;
                for (var end = Path.LastIndexOf('/'); end >= name; end = Path.LastIndexOf('/', end - 1))
                    yield return Path[..end];
            }
        }
    }

    /// <summary>Whether both lead to the same file or folder.</summary>
    public bool IsSameAs(OutputLocation other) => Path == other.Path;

    /// <summary>Whether the other is this folder or lies below it.</summary>
    public bool Contains(OutputLocation other)
    {
        if (_store != other._store) return false;
        var name = FileBelow(other);
        return name != ".." && !name.StartsWith("../", StringComparison.Ordinal) && !IOPath.IsPathRooted(name);
    }

    /// <summary>The name of a file below this folder, with slashes; a dot for the folder itself.</summary>
    public string FileBelow(OutputLocation file) => NameBelow(Path, file.Path);

    /// <summary>The name of a path below a folder, with slashes.</summary>
    public static string NameBelow(string folder, string path) =>
        Stores.IsUrl(folder)
            ? NameInStore(folder, path)
            : IOPath.GetRelativePath(folder, path).Replace(IOPath.DirectorySeparatorChar, '/');

    /// <summary>The full path, symbolic links followed.</summary>
    /// <exception cref="GpuAlsException">
    /// Kind Output: links that lead in a circle, or a folder that may not be looked into.
    /// </exception>
    internal static string Resolve(string path) =>
        OutputErrors.Guard(path, () => Follow(IOPath.TrimEndingDirectorySeparator(IOPath.GetFullPath(path))));

    /// <summary>Keys of a store are no paths: in them a dot or two stand for themselves.</summary>
    private static string NameInStore(string folder, string url) =>
        url == folder ? "."
        : url.StartsWith(folder + '/', StringComparison.Ordinal) ? url[(folder.Length + 1)..]
        : "..";

    private static string Follow(string path)
    {
        if (IOPath.GetDirectoryName(path) is not { } parent) return path;
        var here = new FileInfo(IOPath.Combine(Follow(parent), IOPath.GetFileName(path)));
        if (here.LinkTarget is null) return here.FullName;
        return Follow(here.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
    }
}
