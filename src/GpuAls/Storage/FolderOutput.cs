namespace GpuAls;

/// <summary>
/// A local folder that is filled aside and appears under its name once it is complete; <c>_SUCCESS</c> is written last,
/// as Spark does.
/// </summary>
internal sealed class FolderOutput : IFolderOutput
{
    /// <summary>The empty file that says that a folder is complete.</summary>
    public const string SuccessFile = "_SUCCESS";

    /// <summary>What cannot be looked into is refused, not overlooked.</summary>
    private static readonly EnumerationOptions AllFiles =
        new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    private readonly StagedPath _path;
    private readonly bool _overwrite;
    private readonly ForeignCheck _whyForeign;
    private readonly FolderPlacement _placement;
    private readonly ParentFolders _parents = new();
    private bool _committed;

    private FolderOutput(string final, bool overwrite, ForeignCheck whyForeign, FolderPlacement placement)
    {
        (_overwrite, _whyForeign, _placement) = (overwrite, whyForeign, placement);
        _path = new StagedPath(placement.Staging, final);
        OutputErrors.Guard(
            _path, () => _parents.MakeAbove(_path.Staging, () => Directory.CreateDirectory(_path.Staging)));
    }

    /// <inheritdoc/>
    public string Name => _path.Final;

    /// <inheritdoc/>
    public string Invitation => _path.Staging;

    /// <param name="location">Where the folder is to appear.</param>
    /// <param name="overwrite">Whether an existing folder is replaced.</param>
    /// <param name="whyForeign">Keeps folders that other programs or people filled from being replaced.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind Output: the folder exists, or cannot be written there.</exception>
    public static Task<FolderOutput> OpenAsync(
        OutputLocation location, bool overwrite, ForeignCheck whyForeign, CancellationToken cancellation) =>
        OpenAsync(location, overwrite, whyForeign, FolderPlacement.Choose, cancellation);

    internal static async Task<FolderOutput> OpenAsync(
        OutputLocation location,
        bool overwrite,
        ForeignCheck whyForeign,
        Func<string, FolderPlacement> place,
        CancellationToken cancellation)
    {
        var final = location.Path;
        if (File.Exists(final)) throw OutputErrors.NotADirectory(location.Name);
        FolderPlacement.RemoveStale(final);
        var check = CheckReplaceableAsync(final, staging: null, overwrite, whyForeign, cancellation);
        await OutputErrors.GuardAsync(final, () => check).ConfigureAwait(false);
        return new FolderOutput(final, overwrite, whyForeign, place(final));
    }

    /// <summary>Whether a folder could be opened, as far as can be told without touching anything.</summary>
    /// <exception cref="GpuAlsException">Kind Output: the folder exists, or is a file.</exception>
    public static async Task CheckAsync(
        OutputLocation location, bool overwrite, ForeignCheck whyForeign, CancellationToken cancellation)
    {
        if (File.Exists(location.Path)) throw OutputErrors.NotADirectory(location.Name);
        var check = CheckReplaceableAsync(location.Path, staging: null, overwrite, whyForeign, cancellation);
        await OutputErrors.GuardAsync(location.Path, () => check).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public string NameOf(string file) => _path.Below(file).Final;

    /// <inheritdoc/>
    public ValueTask<Stream> CreateAsync(string file, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var path = _path.Below(file);
        OutputErrors.Guard(path, () => Directory.CreateDirectory(Path.GetDirectoryName(path.Staging)!));
        return new ValueTask<Stream>(new LocalFileStream(path));
    }

    /// <inheritdoc/>
    public void TakeOver(string receipt)
    {
        // The files are where this one writes its own.
    }

    /// <inheritdoc/>
    public async ValueTask<string?> CommitAsync(CancellationToken cancellation)
    {
        var check = CheckReplaceableAsync(_path.Final, _path.Staging, _overwrite, _whyForeign, cancellation);
        await OutputErrors.GuardAsync(_path.Final, () => check).ConfigureAwait(false);
        var leftover = OutputErrors.Guard(_path, () =>
        {
            File.Create(Path.Combine(_path.Staging, SuccessFile)).Dispose();
            return _placement.Place();
        });
        _committed = true;
        return leftover;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_committed) return ValueTask.CompletedTask;
        Cleanup.TryDelete(_path.Staging);
        _parents.Remove();
        return ValueTask.CompletedTask;
    }

    private static async Task CheckReplaceableAsync(
        string final, string? staging, bool overwrite, ForeignCheck whyForeign, CancellationToken cancellation)
    {
        if (!Directory.Exists(final)) return;
        if (!Directory.EnumerateFileSystemEntries(final).Any(entry => entry != staging)) return;
        if (!overwrite) throw OutputErrors.AlreadyThere(final);
        var existing = new ExistingFiles(
            FilesBelow(final, staging), (file, token) => ReadAsync(Path.Combine(final, file), token));
        if (await whyForeign(existing, cancellation).ConfigureAwait(false) is { } reason)
            throw new GpuAlsException(
                FailureKind.Output, $"'{final}' {reason}, so --overwrite does not replace it. Choose another name.");
    }

    private static IEnumerable<string> FilesBelow(string folder, string? except)
    {
        var skipped = except is null ? null : except + Path.DirectorySeparatorChar;
        return Directory.EnumerateFiles(folder, "*", AllFiles)
            .Where(path => skipped is null || !path.StartsWith(skipped, StringComparison.Ordinal))
            .Select(path => OutputLocation.NameBelow(folder, path))
            .Order(StringComparer.Ordinal);
    }

    private static async ValueTask<byte[]?> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllBytesAsync(path, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (OutputErrors.IsOfFileSystem(exception))
        {
            return null;
        }
    }
}

/// <summary>Files in a local folder that another process, perhaps of another machine, fills aside.</summary>
internal sealed class JoinedFolderOutput : IJoinedOutput
{
    private readonly StagedPath _folder;
    private readonly HashSet<string> _files = [];
    private bool _committed;

    /// <param name="final">Where the folder is to appear.</param>
    /// <param name="invitation">Of the process that has opened it.</param>
    /// <exception cref="GpuAlsException">Kind Output: this machine does not see that folder.</exception>
    public JoinedFolderOutput(string final, string invitation)
    {
        _folder = new StagedPath(invitation, final);
        if (!Directory.Exists(invitation))
            throw new GpuAlsException(
                FailureKind.Output,
                $"'{final}' is on a disk that process 0 does not share with this machine. Use s3:// or a network file "
                + "system, or leave out the slash at the end: a single file is written by process 0 alone.");
    }

    /// <inheritdoc/>
    public string Name => _folder.Final;

    /// <inheritdoc/>
    public string NameOf(string file) => _folder.Below(file).Final;

    /// <inheritdoc/>
    public ValueTask<Stream> CreateAsync(string file, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _files.Add(file);
        return new ValueTask<Stream>(new LocalFileStream(_folder.Below(file)));
    }

    /// <inheritdoc/>
    public ValueTask<string> CompleteAsync(CancellationToken cancellation) => new("");

    /// <inheritdoc/>
    public ValueTask<string?> CommitAsync(CancellationToken cancellation)
    {
        _committed = true;
        return new ValueTask<string?>(result: null);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_committed) return ValueTask.CompletedTask;
        foreach (var file in _files) Cleanup.TryDelete(_folder.Below(file).Staging);
        return ValueTask.CompletedTask;
    }
}
