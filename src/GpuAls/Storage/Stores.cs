using System.Buffers;
using System.Collections.Concurrent;

namespace GpuAls;

/// <summary>
/// A storage system other than the local file system. It owns all locations with its URL scheme, such as
/// <c>s3://</c>.
/// </summary>
internal interface IStore
{
    /// <summary>
    /// Finds what a location stands for: a file, all files below a folder, or those that match a pattern with *, ? and
    /// **. Names that start with _ or . are skipped below folders and by wildcards.
    /// </summary>
    /// <returns>The files in ordinal order of their names; empty where there are none.</returns>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: a malformed location. Kind BadInput: it cannot be read.
    /// </exception>
    ValueTask<IReadOnlyList<IByteSource>> FindAsync(string location, CancellationToken cancellation);

    /// <summary>Finds the file of exactly this name; null if there is none.</summary>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: a malformed location. Kind BadInput: it cannot be read.
    /// </exception>
    ValueTask<IByteSource?> FindFileAsync(string location, CancellationToken cancellation);

    /// <summary>Opens a folder whose files are published together and replace those of an existing one.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it exists, or cannot be written.</exception>
    Task<IFolderOutput> OpenFolderAsync(
        string location, bool overwrite, ForeignCheck whyForeign, CancellationToken cancellation);

    /// <summary>Joins a folder that another process has opened.</summary>
    /// <param name="location">The name of that output.</param>
    /// <param name="invitation">Its invitation.</param>
    IJoinedOutput JoinFolder(string location, string invitation);

    /// <summary>Opens files in a folder that may hold others.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">The names of the files, in the order in which they are published.</param>
    /// <param name="overwrite">Whether existing files are replaced.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind Output: a file exists, or cannot be written there.</exception>
    Task<IOutput> OpenFilesAsync(
        string folder, IReadOnlyList<string> files, bool overwrite, CancellationToken cancellation);

    /// <summary>Opens a folder that fills while a job runs.</summary>
    /// <param name="location">The folder.</param>
    /// <param name="log">The name of the log that marks it as the job's own.</param>
    /// <param name="whyForeign">
    /// Said of a folder that has files and no such log, to follow its name in a sentence.
    /// </param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind Output: the folder has other files, or cannot be used.</exception>
    Task<IWorkFolder> OpenWorkFolderAsync(
        string location, string log, string whyForeign, CancellationToken cancellation);

    /// <summary>Opens a folder that a job reads and changes file by file; it need not exist.</summary>
    IStoreFolder OpenStoreFolder(string location);

    /// <summary>The one form of all ways to write a location, without a slash at its end.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: a malformed location.</exception>
    string Normalize(string location);
}

/// <summary>
/// The storage systems of this process. A program adds those it wants when it starts; none is created before a location
/// asks for it, so that a run on local files does not load what they need.
/// </summary>
internal static class Stores
{
    private const string SchemeEnd = "://";

    private static readonly SearchValues<char> SchemeCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    private static readonly ConcurrentDictionary<string, Func<IStore>> Known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds a storage system.</summary>
    /// <param name="find">Called for each location; to give the same store each time is its own business.</param>
    /// <param name="schemes">What its locations begin with, such as <c>s3</c>.</param>
    public static void Add(Func<IStore> find, params ReadOnlySpan<string> schemes)
    {
        foreach (var scheme in schemes) Known[scheme] = find;
    }

    /// <summary>Whether a location is a URL; all others are local paths.</summary>
    public static bool IsUrl(string location) => SchemeOf(location) is not null;

    /// <summary>The storage system of a location; null for the local file system.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: a scheme that is not supported.</exception>
    public static IStore? Of(string location)
    {
        if (SchemeOf(location) is not { } scheme) return null;
        if (Known.TryGetValue(scheme, out var find)) return find();
        var schemes = string.Join(", ", Known.Keys.Order(StringComparer.Ordinal).Select(known => known + SchemeEnd));
        throw new GpuAlsException(
            FailureKind.Usage,
            $"'{UrlSecrets.Masked(location)}': {scheme}{SchemeEnd} is not supported; expected a local path"
                + (schemes.Length > 0 ? $" or {schemes}." : "."));
    }

    /// <summary>The name of a file in a folder, which may be a URL.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="file">The name below it, with slashes.</param>
    public static string Combine(string folder, string file) =>
        IsUrl(folder) ? $"{folder.TrimEnd('/')}/{file}" : Path.Combine(folder, file);

    /// <summary>Finds a single file, local or not; null if there is none.</summary>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: a malformed location. Kind BadInput: it cannot be read.
    /// </exception>
    public static async ValueTask<IByteSource?> FindFileAsync(string location, CancellationToken cancellation)
    {
        if (Of(location) is { } store) return await store.FindFileAsync(location, cancellation).ConfigureAwait(false);
        return File.Exists(location) ? new FileByteSource(location) : null;
    }

    /// <summary>At least two letters, so that <c>C:\</c> is a path.</summary>
    private static string? SchemeOf(string location)
    {
        var end = location.IndexOf(SchemeEnd, StringComparison.Ordinal);
        return end > 1 && location.AsSpan(0, end).IndexOfAnyExcept(SchemeCharacters) < 0 ? location[..end] : null;
    }
}
