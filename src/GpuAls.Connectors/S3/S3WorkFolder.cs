namespace GpuAls.Connectors.S3;

/// <summary>A prefix that fills while a job runs, so that the next run can go on from it.</summary>
internal sealed class S3WorkFolder : IWorkFolder
{
    private readonly S3Store _store;
    private readonly S3Location _folder;
    private readonly string _log;

    private S3WorkFolder(S3Store store, S3Location folder, string log) =>
        (_store, _folder, _log) = (store, folder, log);

    /// <inheritdoc/>
    public string Name => _folder.ToString().TrimEnd('/');

    /// <exception cref="GpuAlsException">Kind Output: the folder has other files, or cannot be looked into.</exception>
    public static async Task<S3WorkFolder> OpenAsync(
        S3Store store, S3Location location, string log, string whyForeign, CancellationToken cancellation)
    {
        var folder = S3Output.AsFolder(location);
        var listed = await store.ListAsync(folder, cancellation, FailureKind.Output).ConfigureAwait(false);
        if (listed.Count > 0 && listed.TrueForAll(found => found.Key != folder.Key + log))
            throw OutputErrors.ForeignWork(location.ToString(), whyForeign);
        return new S3WorkFolder(store, folder, log);
    }

    /// <inheritdoc/>
    public async Task<IAppendLog> OpenLogAsync(CancellationToken cancellation) =>
        await S3AppendLog.OpenAsync(_store, Below(_log), cancellation).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<IOutput> OpenResultsAsync(IReadOnlyList<string> files, CancellationToken cancellation) =>
        await S3FilesOutput.OpenAsync(_store, _folder, files, overwrite: true, cancellation).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task RemoveAsync(IReadOnlyList<string> files, CancellationToken cancellation)
    {
        var publisher = new S3Publisher(_store.Client);
        foreach (var file in files) await publisher.DeleteAsync(Below(file), cancellation).ConfigureAwait(false);
    }

    public void Dispose()
    {
        // A prefix is not there before an object is.
    }

    private S3Location Below(string file) => _folder with { Key = _folder.Key + file };
}

/// <summary>
/// A log in an object, which is written anew with each piece, on the condition that no other run has written it.
/// </summary>
internal sealed class S3AppendLog : IAppendLog
{
    private readonly S3Client _client;
    private readonly S3Location _location;
    private readonly MemoryStream _bytes = new();
    private string? _etag;

    private S3AppendLog(S3Client client, S3Location location, string? etag) =>
        (_client, _location, _etag) = (client, location, etag);

    public string Name => _location.ToString();

    /// <exception cref="GpuAlsException">Kind Output: it cannot be read.</exception>
    public static async Task<S3AppendLog> OpenAsync(
        S3Store store, S3Location location, CancellationToken cancellation)
    {
        var found = await store.FindObjectAsync(location, cancellation, FailureKind.Output).ConfigureAwait(false);
        var log = new S3AppendLog(store.Client, location, found?.ETag);
        if (found is null) return log;
        try
        {
            log._bytes.Write(await found.ReadAllAsync(cancellation).ConfigureAwait(false));
        }
        catch (GpuAlsException exception)
        {
            throw new GpuAlsException(FailureKind.Output, exception.Message, exception);
        }

        return log;
    }

    public byte[] ReadAll() => _bytes.ToArray();

    /// <remarks>The object changes with the next piece.</remarks>
    public void Truncate(long length) => _bytes.SetLength(length);

    /// <remarks>The search that appends is not asynchronous.</remarks>
    public void Append(ReadOnlyMemory<byte> piece)
    {
        _bytes.Position = _bytes.Length;
        _bytes.Write(piece.Span);
        var condition = _etag is null ? S3Condition.Absent : new S3Condition(IsAbsent: false, _etag);
        // A token of its own, so that what an earlier piece wrote is not taken for this one.
        var publisher = new S3Publisher(_client);
        _etag = publisher.PutAsync(_location, _bytes.ToArray(), condition, CancellationToken.None)
            .GetAwaiter().GetResult() ?? throw new GpuAlsException(
                FailureKind.Output,
                $"'{Name}' was written by another run meanwhile. Let one search at a time use it, and run again.");
    }

    public void Dispose() => _bytes.Dispose();
}
