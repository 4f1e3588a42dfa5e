using S3Listed = Amazon.S3.Model.S3Object;

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
    protected S3Output(S3Store store, S3Location folder)
    {
        (Store, Folder, Publisher) = (store, folder, new S3Publisher(store.Client));
        Name = folder.ToString().TrimEnd('/');
    }

    /// <inheritdoc/>
    public string Name { get; }

    protected S3Store Store { get; }

    protected S3Location Folder { get; }

    protected S3Publisher Publisher { get; }

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

        var upload = new S3Upload(Publisher, Below(file), cancellation);
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

/// <summary>
/// A prefix that is filled as a folder, <c>_SUCCESS</c> last. All bytes are at S3 before the commit, which makes them
/// visible by a few short requests:
/// <list type="number">
/// <item>an old <c>_SUCCESS</c> goes, so that nobody takes a mixture for a complete folder;</item>
/// <item>the file that was created last, a model's manifest, is published on the condition that it is still the one
/// that was there or that none is: of two runs one wins, and the other leaves without a change;</item>
/// <item>objects that the new folder does not have are deleted;</item>
/// <item>the other files are published, then <c>_SUCCESS</c>.</item>
/// </list>
/// A run that is killed in between leaves a folder without <c>_SUCCESS</c> that the next one may overwrite.
/// </summary>
internal sealed class S3FolderOutput : S3Output
{
    private readonly bool _overwrite;
    private readonly ForeignCheck _whyForeign;

    private S3FolderOutput(S3Store store, S3Location folder, bool overwrite, ForeignCheck whyForeign)
        : base(store, folder) => (_overwrite, _whyForeign) = (overwrite, whyForeign);

    /// <param name="store">The store.</param>
    /// <param name="location">Where the folder is to appear.</param>
    /// <param name="overwrite">Whether an existing folder is replaced.</param>
    /// <param name="whyForeign">Keeps folders that other programs or people filled from being replaced.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind Output: the folder exists, or cannot be written there.</exception>
    public static async Task<S3FolderOutput> OpenAsync(
        S3Store store,
        S3Location location,
        bool overwrite,
        ForeignCheck whyForeign,
        CancellationToken cancellation)
    {
        var output = new S3FolderOutput(store, AsFolder(location), overwrite, whyForeign);
        await output.CheckReplaceableAsync(cancellation).ConfigureAwait(false);
        if (location.Key is not ("" or [.., '/']))
        {
            var file = await store.FindObjectAsync(location, cancellation, FailureKind.Output).ConfigureAwait(false);
            if (file is not null) throw OutputErrors.NotADirectory(location.ToString());
        }

        await output.ProbeAsync(FolderOutput.SuccessFile, cancellation).ConfigureAwait(false);
        return output;
    }

    /// <inheritdoc/>
    protected override async Task PublishAsync(CancellationToken cancellation)
    {
        var existing = await CheckReplaceableAsync(cancellation).ConfigureAwait(false);
        var hadMark = existing.ContainsKey(FolderOutput.SuccessFile);
        if (hadMark) await Publisher.DeleteAsync(Below(FolderOutput.SuccessFile), cancellation).ConfigureAwait(false);
        await PublishFirstAsync(Files[^1], existing, hadMark, cancellation).ConfigureAwait(false);
        try
        {
            foreach (var stale in existing.Keys.Except(Files).Where(file => file != FolderOutput.SuccessFile))
                await Publisher.DeleteAsync(Below(stale), cancellation).ConfigureAwait(false);
            foreach (var file in Files.SkipLast(1))
                await PublishAsync(file, existing.ContainsKey(file), S3Condition.None, cancellation)
                    .ConfigureAwait(false);
            var condition = _overwrite ? S3Condition.None : S3Condition.Absent;
            if (!await PublishEmptyAsync(FolderOutput.SuccessFile, condition, cancellation).ConfigureAwait(false))
                throw OtherRun();
        }
        catch (GpuAlsException exception) when (existing.Count > 0)
        {
            throw new GpuAlsException(
                exception.Kind,
                $"{exception.Message} Part of '{Name}' is replaced already, so it has no {FolderOutput.SuccessFile} "
                + "now. Run again with --overwrite.",
                exception);
        }
    }

    private async Task PublishFirstAsync(
        string first, Dictionary<string, S3Listed> existing, bool hadMark, CancellationToken cancellation)
    {
        var old = existing.GetValueOrDefault(first);
        var condition = old is null ? S3Condition.Absent : new S3Condition(IsAbsent: false, old.ETag);
        try
        {
            if (await PublishAsync(first, old is not null, condition, cancellation).ConfigureAwait(false)) return;
        }
        catch (GpuAlsException) when (hadMark)
        {
            // What is there is as it was, unless it was replaced and only the answer got lost.
            if (await Publisher.FindOwnAsync(Below(first), cancellation).ConfigureAwait(false) is null)
                await Publisher.PutAsync(Below(FolderOutput.SuccessFile), default, S3Condition.Absent, cancellation)
                    .ConfigureAwait(false);
            throw;
        }

        throw OtherRun();
    }

    private GpuAlsException OtherRun() => new(
        FailureKind.Output,
        $"'{Name}' was written by another run meanwhile. Look who else writes there, and run again.");

    /// <summary>The objects that are there, by their names in the folder.</summary>
    private async Task<Dictionary<string, S3Listed>> CheckReplaceableAsync(CancellationToken cancellation)
    {
        var listed = await Store.ListAsync(Folder, cancellation, FailureKind.Output).ConfigureAwait(false);
        var existing = listed.ToDictionary(found => found.Key[Folder.Key.Length..]);
        if (existing.Count == 0) return existing;
        if (!_overwrite) throw OutputErrors.AlreadyThere(Name);
        var files = new ExistingFiles(existing.Keys.Order(StringComparer.Ordinal), ReadAsync);
        if (await _whyForeign(files, cancellation).ConfigureAwait(false) is { } reason)
            throw new GpuAlsException(
                FailureKind.Output, $"'{Name}' {reason}, and --overwrite leaves it alone. Choose another name.");
        return existing;
    }

    private async ValueTask<byte[]?> ReadAsync(string file, CancellationToken cancellation)
    {
        try
        {
            var found = await Store.FindFileAsync(NameOf(file), cancellation).ConfigureAwait(false);
            return found is null ? null : await found.ReadAllAsync(cancellation).ConfigureAwait(false);
        }
        catch (GpuAlsException)
        {
            return null;
        }
    }
}
