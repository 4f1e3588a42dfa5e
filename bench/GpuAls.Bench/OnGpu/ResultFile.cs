namespace GpuAls.Bench.OnGpu;

/// <summary>
/// A file that appears when it is whole. Not an <see cref="IOutput"/>: its names come from OpenSSL, which small images of Linux lack.
/// </summary>
internal sealed class ResultFile : IDisposable
{
    private readonly StagedPath _place;
    private readonly bool _overwrite;

    /// <param name="path">Its name; the folder is there.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <exception cref="GpuAlsException">Kind Output: it exists, or cannot be written. Said before minutes are spent.</exception>
    public ResultFile(string path, bool overwrite)
    {
        var final = Path.GetFullPath(path);
        if (Directory.Exists(final)) throw new GpuAlsException(FailureKind.Output, $"'{final}' is a directory; expected a file name.");
        if (!overwrite && File.Exists(final)) throw OutputErrors.AlreadyThere(final);
        _place = new StagedPath($"{final}.{Environment.ProcessId}.tmp", final);
        _overwrite = overwrite;
        OutputErrors.Guard(_place, () => File.Create(_place.Staging).Dispose());
    }

    /// <summary>Writes it all.</summary>
    /// <param name="write">Writes to a path.</param>
    public void Write(Action<string> write) => OutputErrors.Guard(_place, () =>
    {
        write(_place.Staging);
        File.Move(_place.Staging, _place.Final, _overwrite);
    });

    /// <summary>Removes what is not whole.</summary>
    public void Dispose() => File.Delete(_place.Staging);
}
