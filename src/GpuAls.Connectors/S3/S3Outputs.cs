namespace GpuAls.Connectors.S3;

/// <summary>Files that go up to S3, and are published or abandoned together.</summary>
internal abstract class S3Output : IOutput
{
    /// <summary>Aborting uploads must not keep a process that was told to stop.</summary>
    internal static readonly TimeSpan MostCleanup = TimeSpan.FromSeconds(8);

    private readonly List<(string File, S3Upload Upload)> _uploads = [];
    private readonly List<S3Location> _replacedNothing = [];
    private bool _committed;

    /// <param name="store">The store.</param>
    /// <param name="folder">The folder; its key is empty or ends with a slash.</param>
    /// <param name="publisher">Makes its objects visible; null for one of a run of its own.</param>
    protected S3Output(S3Store store, S3Location folder, S3Publisher? publisher = null)
    {
        (Store, Folder, Publisher) = (store, folder, publisher ?? new S3Publisher(store.Client));
        Name = folder.ToString().TrimEnd('/');
    }

    /// <inheritdoc/>
    public string Name { get; }

    protected S3Store Store { get; }

    protected S3Location Folder { get; }

    protected S3Publisher Publisher { get; }

    /// <summary>Whether another process makes the files visible.</summary>
    protected virtual bool IsForAnother => false;

    /// <summary>The names of the files, in the order in which they were begun.</summary>
    protected IReadOnlyList<string> Files => [.. _uploads.Select(upload => upload.File)];

    /// <inheritdoc/>
    public string NameOf(string file) => Below(file).ToString();

    /// <inheritdoc/>
    public async ValueTask<Stream> CreateAsync(string file, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var before = _uploads.FindIndex(upload => upload.File == file);
        if (before >= 0)
        {
            var replaced = _uploads[before].Upload;
            _uploads.RemoveAt(before);
            await replaced.AbandonAsync(cancellation).ConfigureAwait(false);
        }

        var upload = new S3Upload(Publisher, Below(file), cancellation, IsForAnother);
        _uploads.Add((file, upload));
        return upload;
    }

    /// <inheritdoc/>
    public async ValueTask<string?> CommitAsync(CancellationToken cancellation)
    {
        await PublishAsync(cancellation).ConfigureAwait(false);
        _committed = true;
        return null;
    }

    /// <inheritdoc/>
    /// <remarks>Objects that a failed commit has made are deleted again; what replaced others stays.</remarks>
    public async ValueTask DisposeAsync()
    {
        if (!_committed)
        {
            using var limit = new CancellationTokenSource(MostCleanup);
            await Task.WhenAll(_uploads.Select(upload => upload.Upload.AbandonAsync(limit.Token)))
                .ConfigureAwait(false);
            await Task.WhenAll(_replacedNothing.Select(made => TryDeleteOwnAsync(made, limit.Token)))
                .ConfigureAwait(false);
        }

        foreach (var (_, upload) in _uploads) await upload.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A folder's key ends with a slash, unless it is the whole bucket.</summary>
    internal static S3Location AsFolder(S3Location location) =>
        location.Key is "" or [.., '/'] ? location : location with { Key = location.Key + '/' };

    /// <summary>[files], what another process needs to make the files visible.</summary>
    protected Task<S3Receipt[]> ReceiptsAsync(CancellationToken cancellation) =>
        Task.WhenAll(_uploads.Select(upload => upload.Upload.ReceiptAsync(upload.File, cancellation)));

    /// <summary>Takes over a file that another process has uploaded, as if it was begun before all others.</summary>
    protected void TakeOver(S3Receipt receipt) =>
        _uploads.Insert(0, (receipt.File, new S3Upload(Publisher, Below(receipt.File), receipt)));

    /// <summary>Makes all files visible.</summary>
    protected abstract Task PublishAsync(CancellationToken cancellation);

    protected S3Location Below(string file) => Folder with { Key = Folder.Key + file };

    /// <summary>Shows before the work that objects can be written, without one that others would see.</summary>
    protected async Task ProbeAsync(string file, CancellationToken cancellation)
    {
        var location = Below(file);
        var probe = new S3Upload(Publisher, location, cancellation);
        try
        {
            await probe.BeginAsync().ConfigureAwait(false);
        }
        finally
        {
            await probe.AbandonAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Makes a file visible.</summary>
    /// <param name="file">Its name.</param>
    /// <param name="replaces">Whether there is an object in its stead.</param>
    /// <param name="condition">What has to hold.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Whether the condition holds.</returns>
    protected Task<bool> PublishAsync(
        string file, bool replaces, S3Condition condition, CancellationToken cancellation)
    {
        var upload = _uploads.Single(upload => upload.File == file).Upload;
        if (!replaces) _replacedNothing.Add(upload.Location);
        return upload.PublishAsync(condition, cancellation);
    }

    /// <summary>Makes an empty object.</summary>
    /// <inheritdoc cref="PublishAsync(string, bool, S3Condition, CancellationToken)"/>
    protected async Task<bool> PublishEmptyAsync(string file, S3Condition condition, CancellationToken cancellation)
    {
        var location = Below(file);
        _replacedNothing.Add(location);
        return await Publisher.PutAsync(location, default, condition, cancellation).ConfigureAwait(false) is not null;
    }

    private async Task TryDeleteOwnAsync(S3Location location, CancellationToken cancellation)
    {
        try
        {
            if (await Publisher.FindOwnAsync(location, cancellation).ConfigureAwait(false) is not null)
                await Publisher.DeleteAsync(location, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is GpuAlsException or OperationCanceledException)
        {
            // The failure that led here is what is reported.
        }
    }
}

/// <summary>Files in a folder that may hold others.</summary>
internal sealed class S3FilesOutput : S3Output
{
    private readonly IReadOnlyList<string> _files;
    private readonly bool _overwrite;

    private S3FilesOutput(S3Store store, S3Location folder, IReadOnlyList<string> files, bool overwrite)
        : base(store, folder) => (_files, _overwrite) = (files, overwrite);

    /// <exception cref="GpuAlsException">Kind Output: a file exists, or cannot be written there.</exception>
    public static async Task<S3FilesOutput> OpenAsync(
        S3Store store,
        S3Location folder,
        IReadOnlyList<string> files,
        bool overwrite,
        CancellationToken cancellation)
    {
        var output = new S3FilesOutput(store, AsFolder(folder), files, overwrite);
        foreach (var file in files)
            if (!overwrite && await output.FindAsync(file, cancellation).ConfigureAwait(false) is not null)
                throw OutputErrors.AlreadyThere(output.NameOf(file));
        await output.ProbeAsync(files[0], cancellation).ConfigureAwait(false);
        return output;
    }

    /// <inheritdoc/>
    /// <remarks>Each object is replaced at once; a failure in between leaves those before it replaced.</remarks>
    protected override async Task PublishAsync(CancellationToken cancellation)
    {
        foreach (var file in _files.Where(Files.Contains))
        {
            var replaces = await FindAsync(file, cancellation).ConfigureAwait(false) is not null;
            var condition = _overwrite ? S3Condition.None : S3Condition.Absent;
            if (!await PublishAsync(file, replaces, condition, cancellation).ConfigureAwait(false))
                throw OutputErrors.AlreadyThere(NameOf(file));
        }
    }

    private Task<S3Object?> FindAsync(string file, CancellationToken cancellation) =>
        Store.FindObjectAsync(Below(file), cancellation, FailureKind.Output);
}
