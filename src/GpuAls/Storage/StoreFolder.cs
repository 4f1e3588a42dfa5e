using System.IO.Enumeration;
using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>
/// A folder that a job reads and changes file by file, such as that of checkpoints: a local one, or a prefix of an
/// object store. Every file is there whole or not at all, whatever kills the process. One job uses a folder at a time.
/// </summary>
internal interface IStoreFolder
{
    /// <summary>How messages name it: the path or URL as the user gave it.</summary>
    string Name { get; }

    /// <summary>How messages name a file of it.</summary>
    string NameOf(string file);

    /// <summary>
    /// The names of its files, also of those in folders below, with slashes, in ordinal order. A folder that does not
    /// exist has none; files that are still being written are not among them.
    /// </summary>
    /// <param name="prefix">What the names begin with; empty for all.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind Output: it cannot be looked into.</exception>
    ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellation);

    /// <summary>
    /// The names of the folders that are directly in it, in ordinal order, without links to folders elsewhere. A folder
    /// that does not exist has none.
    /// </summary>
    /// <param name="prefix">What the names begin with; empty for all.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind Output: it cannot be looked into.</exception>
    ValueTask<IReadOnlyList<string>> ListFoldersAsync(string prefix, CancellationToken cancellation);

    /// <summary>A file; null if it is not there.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it cannot be looked into.</exception>
    ValueTask<IByteSource?> FindAsync(string file, CancellationToken cancellation);

    /// <summary>
    /// Writes a file, and replaces one of the same name. It appears whole or not at all, and is durable on return.
    /// </summary>
    /// <param name="file">Its name, with slashes.</param>
    /// <param name="write">Writes the bytes from front to back.</param>
    /// <param name="cancellation">Stops it; nothing of the file appears then.</param>
    /// <exception cref="GpuAlsException">Kind Output: it cannot be written.</exception>
    ValueTask ReplaceAsync(string file, Func<Stream, Task> write, CancellationToken cancellation);

    /// <summary>Deletes a file, if it is there, and the folders below this one that it leaves empty.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it cannot be deleted.</exception>
    ValueTask DeleteAsync(string file, CancellationToken cancellation);
}

/// <summary>Opens the folder of a location.</summary>
internal static class StoreFolder
{
    /// <summary>Opens a folder, which need not exist; it is made when the first file is written.</summary>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: a location that is not supported. Kind Output: it is a file, or cannot be looked into.
    /// </exception>
    public static IStoreFolder Open(string location) => OutputLocation.Of(location).OpenStoreFolder();
}

/// <summary>
/// A local folder. Files are written aside under hidden names, flushed to the disk and renamed; what killed runs of
/// this machine left of that is removed when the folder is opened. Folders that had to be made are removed when they
/// hold nothing any more.
/// </summary>
internal sealed class LocalStoreFolder : IStoreFolder
{
    private const string StagingName = "store";

    private static readonly EnumerationOptions AllFiles =
        new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true };

    private readonly string _path;
    private readonly ParentFolders _made = new();

    /// <exception cref="GpuAlsException">Kind Output: it is a file, or cannot be looked into.</exception>
    public LocalStoreFolder(OutputLocation location)
    {
        (Name, _path) = (location.Name, location.Path);
        if (File.Exists(_path)) throw OutputErrors.NotADirectory(Name);
        StagingNames.RemoveStale(_path, StagingName, _path);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string NameOf(string file) => Path.Combine(Name, file);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var top = Path.Combine(_path, prefix[..(prefix.LastIndexOf('/') + 1)]);
        if (!Directory.Exists(top)) return new ValueTask<IReadOnlyList<string>>([]);
        return new ValueTask<IReadOnlyList<string>>(OutputErrors.Guard<IReadOnlyList<string>>(Name, () =>
        [
            .. FilesBelow(top)
                .Select(path => OutputLocation.NameBelow(_path, path))
                .Where(file => file.StartsWith(prefix, StringComparison.Ordinal)
                    && !StagingNames.IsOf(file, StagingName))
                .Order(StringComparer.Ordinal),
        ]));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> ListFoldersAsync(string prefix, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!Directory.Exists(_path)) return new ValueTask<IReadOnlyList<string>>([]);
        return new ValueTask<IReadOnlyList<string>>(OutputErrors.Guard<IReadOnlyList<string>>(Name, () =>
        [
            .. new DirectoryInfo(_path).EnumerateDirectories()
                .Where(folder => folder.LinkTarget is null && folder.Name.StartsWith(prefix, StringComparison.Ordinal))
                .Select(folder => folder.Name)
                .Order(StringComparer.Ordinal),
        ]));
    }

    /// <inheritdoc/>
    public ValueTask<IByteSource?> FindAsync(string file, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var path = Path.Combine(_path, file);
        return new ValueTask<IByteSource?>(
            OutputErrors.Guard(path, () => File.Exists(path) ? new FileByteSource(path) : null));
    }

    /// <inheritdoc/>
    public async ValueTask ReplaceAsync(string file, Func<Stream, Task> write, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var final = Path.Combine(_path, file);
        var path = new StagedPath(StagingNames.HiddenIn(_path, StagingName), final);
        var folder = Path.GetDirectoryName(final)!;
        try
        {
            OutputErrors.Guard(path, () => _made.MakeAbove(final, () => { }));
            var stream = new LocalFileStream(path);
            await using (stream.ConfigureAwait(false))
            {
                await write(stream).ConfigureAwait(false);
                stream.FlushToDisk();
            }

            cancellation.ThrowIfCancellationRequested();
            OutputErrors.Guard(path, () => File.Move(path.Staging, path.Final, overwrite: true));
            FolderSync.Flush(folder);
        }
        catch
        {
            Cleanup.TryDelete(path.Staging);
            RemoveIfEmpty();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string file, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var path = Path.Combine(_path, file);
        if (IsLinkToFolder(path)) OutputErrors.Guard(path, () => Directory.Delete(path));
        else if (File.Exists(path)) OutputErrors.Guard(path, () => File.Delete(path));
        for (var slash = file.LastIndexOf('/'); slash > 0; slash = file.LastIndexOf('/', slash - 1))
            if (!TryRemoveEmpty(Path.Combine(_path, file[..slash]))) break;
        RemoveIfEmpty();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// The files, and links to folders like them: what is below those is elsewhere, and not to be deleted.
    /// </summary>
    private static FileSystemEnumerable<string> FilesBelow(string top)
    {
        return new FileSystemEnumerable<string>(top, (ref entry) => entry.ToFullPath(), AllFiles)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory || IsLink(ref entry),
            ShouldRecursePredicate = (ref entry) => !IsLink(ref entry),
        };

        static bool IsLink(ref FileSystemEntry entry) => entry.ToFileSystemInfo().LinkTarget is not null;
    }

    private static bool IsLinkToFolder(string path) =>
        new DirectoryInfo(path) is { Exists: true, LinkTarget: not null };

    /// <summary>Not recursive: what is in it by now stays.</summary>
    private static bool TryRemoveEmpty(string folder) =>
        Directory.Exists(folder) && Cleanup.TryDelete(folder, recursive: false);

    private void RemoveIfEmpty()
    {
        if (Directory.Exists(_path) && !Directory.EnumerateFileSystemEntries(_path).Any()) _made.Remove();
    }
}

/// <summary>
/// Makes the names in a folder durable: on Unix a file that was flushed may still lose its new name with the power.
/// </summary>
internal static partial class FolderSync
{
    /// <summary>Flushes a folder, where the system has such a thing and the file system knows it.</summary>
    public static void Flush(string folder)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS()) return;
        const int ReadOnly = 0;
        if (Open(folder, ReadOnly) is var descriptor && descriptor < 0) return;
        _ = Fsync(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
