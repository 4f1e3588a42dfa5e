namespace GpuAls;

/// <summary>
/// Files in a local folder that may hold others: each is written aside, and gets its name by a rename once all are
/// complete.
/// </summary>
internal sealed class FilesOutput : IOutput
{
    private readonly Dictionary<string, StagedPath> _files = [];
    private readonly ParentFolders _parents = new();
    private readonly bool _overwrite;
    private bool _committed;

    /// <param name="folder">The folder; it is made if it is not there.</param>
    /// <param name="files">
    /// The names of the files, in the order in which they are published; a symbolic link stays one.
    /// </param>
    /// <param name="overwrite">Whether existing files are replaced.</param>
    /// <exception cref="GpuAlsException">Kind Output: a file exists, or cannot be written there.</exception>
    public FilesOutput(string folder, IEnumerable<string> files, bool overwrite)
    {
        (Name, _overwrite) = (folder, overwrite);
        try
        {
            foreach (var file in files) Reserve(file);
        }
        catch
        {
            Abandon();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string NameOf(string file) => _files[file].Final;

    /// <inheritdoc/>
    public ValueTask<Stream> CreateAsync(string file, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return new ValueTask<Stream>(new LocalFileStream(_files[file]));
    }

    /// <inheritdoc/>
    /// <remarks>Each file is replaced at once; a refusal in between leaves those before it published.</remarks>
    public ValueTask<string?> CommitAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var path in _files.Values) CheckReplaceable(path.Final, _overwrite);
        foreach (var path in _files.Values)
            OutputErrors.Guard(path, () => File.Move(path.Staging, path.Final, _overwrite));
        _committed = true;
        return new ValueTask<string?>(result: null);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (!_committed) Abandon();
        return ValueTask.CompletedTask;
    }

    /// <summary>An empty file shows before the work that the location can be written.</summary>
    private void Reserve(string file)
    {
        var final = OutputLocation.Resolve(Path.Combine(Name, file));
        CheckReplaceable(final, _overwrite);
        StagingNames.RemoveStaleBeside(final);
        var path = StagedPath.Beside(final);
        OutputErrors.Guard(path, () => _parents.MakeAbove(path.Staging, () => File.Create(path.Staging).Dispose()));
        _files.Add(file, path);
    }

    /// <exception cref="GpuAlsException">Kind Output: the file exists, or is a directory.</exception>
    public static void CheckReplaceable(string final, bool overwrite)
    {
        if (Directory.Exists(final))
            throw new GpuAlsException(FailureKind.Output, $"'{final}' is a directory; expected a file name.");
        if (!overwrite && File.Exists(final)) throw OutputErrors.AlreadyThere(final);
    }

    private void Abandon()
    {
        foreach (var path in _files.Values) Cleanup.TryDelete(path.Staging);
        _parents.Remove();
    }
}
