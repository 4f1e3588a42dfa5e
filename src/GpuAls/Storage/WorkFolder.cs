namespace GpuAls;

/// <summary>
/// A folder that fills while a job runs, so that the next run can go on from it: a log that marks the folder as the
/// job's own, and the job's results. Disposing removes the folder if it was made and holds nothing.
/// </summary>
internal interface IWorkFolder : IDisposable
{
    /// <summary>How messages name it.</summary>
    string Name { get; }

    /// <summary>Opens the log, or begins one.</summary>
    /// <exception cref="GpuAlsException">Kind Output: another run has it, or it cannot be used.</exception>
    Task<IAppendLog> OpenLogAsync(CancellationToken cancellation);

    /// <summary>Opens results, which are published together and replace earlier ones.</summary>
    /// <exception cref="GpuAlsException">Kind Output: they cannot be written.</exception>
    Task<IOutput> OpenResultsAsync(IReadOnlyList<string> files, CancellationToken cancellation);

    /// <summary>Removes results that no longer belong to the log.</summary>
    /// <exception cref="GpuAlsException">Kind Output: one cannot be removed.</exception>
    Task RemoveAsync(IReadOnlyList<string> files, CancellationToken cancellation);
}

/// <summary>A local folder that fills while a job runs.</summary>
internal sealed class WorkFolder : IWorkFolder
{
    private readonly ParentFolders _parents = new();
    private readonly string _log;

    /// <param name="location">The folder; made if it is not there.</param>
    /// <param name="log">The name of the log.</param>
    /// <param name="whyForeign">
    /// Said of a folder that has files and no such log, to follow its name in a sentence.
    /// </param>
    /// <exception cref="GpuAlsException">Kind Output: the folder has other files, or cannot be written.</exception>
    public WorkFolder(OutputLocation location, string log, string whyForeign)
    {
        (Name, _log) = (location.Path, Path.Combine(location.Path, log));
        if (File.Exists(Name)) throw OutputErrors.NotADirectory(location.Name);
        OutputErrors.Guard(Name, () => _parents.MakeAbove(_log, () =>
        {
            if (!File.Exists(_log) && Directory.EnumerateFileSystemEntries(Name).Any())
                throw OutputErrors.ForeignWork(location.Name, whyForeign);
        }));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public Task<IAppendLog> OpenLogAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult<IAppendLog>(new LocalAppendLog(_log));
    }

    /// <inheritdoc/>
    public Task<IOutput> OpenResultsAsync(IReadOnlyList<string> files, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult<IOutput>(new FilesOutput(Name, files, overwrite: true));
    }

    /// <inheritdoc/>
    public Task RemoveAsync(IReadOnlyList<string> files, CancellationToken cancellation)
    {
        OutputErrors.Guard(Name, () =>
        {
            foreach (var file in files) File.Delete(Path.Combine(Name, file));
        });
        return Task.CompletedTask;
    }

    public void Dispose() => _parents.Remove();
}

/// <summary>
/// Bytes that grow piece by piece: a piece that was appended survives a kill. One process has a log at a time.
/// </summary>
internal interface IAppendLog : IDisposable
{
    /// <summary>How messages name it.</summary>
    string Name { get; }

    /// <summary>All that is there.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it cannot be read.</exception>
    byte[] ReadAll();

    /// <summary>Keeps only the first bytes; what is appended next follows them.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it cannot be written.</exception>
    void Truncate(long length);

    /// <summary>Adds a piece at the end, and returns once it would survive a loss of power.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it cannot be written.</exception>
    void Append(ReadOnlyMemory<byte> piece);
}

/// <summary>A log in a local file.</summary>
/// <param name="path">The file; made if it is not there.</param>
internal sealed class LocalAppendLog(string path) : IAppendLog
{
    private readonly FileStream _file = OutputErrors.Guard(
        path, () => new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));

    public string Name => path;

    public byte[] ReadAll() => OutputErrors.Guard(path, () =>
    {
        var bytes = new byte[_file.Length];
        _file.Position = 0;
        _file.ReadExactly(bytes);
        return bytes;
    });

    public void Truncate(long length) => OutputErrors.Guard(path, () => _file.SetLength(_file.Position = length));

    public void Append(ReadOnlyMemory<byte> piece) => OutputErrors.Guard(path, () =>
    {
        _file.Write(piece.Span);
        _file.Flush(flushToDisk: true);
    });

    public void Dispose() => _file.Dispose();
}
