using System.Text;

namespace GpuAls;

/// <summary>
/// The file <c>latest</c> beside the versions of a model: the name of the newest one, and a newline. It is replaced at
/// once, by a rename or a single request, so that readers find the old name or the new one. It stands for the model
/// wherever one is read.
/// </summary>
internal static class LatestModel
{
    /// <summary>The name of the file. Frozen: other programs read it.</summary>
    public const string FileName = "latest";

    private const int MostBytes = 1024;
    private const int Attempts = 3;

    /// <summary>The folder of a model: the one that a <c>latest</c> names, or the location itself.</summary>
    /// <param name="location">A path or a URL.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: the file does not name a version, or cannot be read.
    /// </exception>
    public static async ValueTask<string> ResolveAsync(string location, CancellationToken cancellation)
    {
        var (folder, name) = Split(location);
        if (name != FileName) return location;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var file = await Stores.FindFileAsync(Stores.Combine(folder, name), cancellation).ConfigureAwait(false);
                return file is null
                    ? location
                    : Stores.Combine(folder, await ReadAsync(file, cancellation).ConfigureAwait(false));
            }
            catch (GpuAlsException) when (attempt < Attempts)
            {
                // An object that is replaced between finding and reading it is found again.
            }
            catch (Exception exception) when (OutputErrors.IsOfFileSystem(exception))
            {
                throw new GpuAlsException(
                    FailureKind.BadInput,
                    $"cannot read '{location}': {exception.Message.TrimEnd('.')}. Give the folder of a version.",
                    exception);
            }
        }
    }

    /// <summary>The version that the file names.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: it is not the name of a folder beside it.</exception>
    public static async ValueTask<string> ReadAsync(IByteSource file, CancellationToken cancellation)
    {
        var bytes = new byte[MostBytes];
        var stream = await file.OpenAsync(cancellation).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        var read = await stream.ReadAtLeastAsync(bytes, MostBytes, throwOnEndOfStream: false, cancellation)
            .ConfigureAwait(false);
        var name = Encoding.UTF8.GetString(bytes, 0, read).TrimEnd('\r', '\n');
        var isName = read < MostBytes && name is not ("" or "." or "..")
            && !name.AsSpan().ContainsAny('/', '\\') && !name.Any(char.IsControl);
        return isName
            ? name
            : throw new GpuAlsException(
                FailureKind.BadInput,
                $"'{file.Name}' does not name a version; expected one line with the name of a folder beside it. "
                + "Write that, or give the folder itself.");
    }

    /// <summary>Makes the file name a version.</summary>
    /// <param name="folder">The folder of the versions.</param>
    /// <param name="version">The name of one.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind Output: it cannot be written; then it is as it was.</exception>
    public static ValueTask PointAsync(IStoreFolder folder, string version, CancellationToken cancellation)
    {
        var bytes = Encoding.UTF8.GetBytes(version + '\n');
        return folder.ReplaceAsync(
            FileName, stream => stream.WriteAsync(bytes, cancellation).AsTask(), cancellation);
    }

    private static (string Folder, string Name) Split(string location)
    {
        if (!Stores.IsUrl(location))
        {
            var path = Path.TrimEndingDirectorySeparator(location);
            return (Path.GetDirectoryName(path) ?? "", Path.GetFileName(path));
        }

        var url = location.TrimEnd('/');
        var name = url.LastIndexOf('/') + 1;
        return (url[..name], url[name..]);
    }
}
