namespace GpuAls.Connectors.S3;

/// <summary>A prefix whose objects a job reads and replaces one by one, such as checkpoints.</summary>
/// <param name="store">The store.</param>
/// <param name="location">The folder.</param>
internal sealed class S3StoreFolder(S3Store store, S3Location location) : IStoreFolder
{
    private readonly S3Location _folder = S3Output.AsFolder(location);

    /// <inheritdoc/>
    public string Name => _folder.ToString().TrimEnd('/');

    /// <inheritdoc/>
    public string NameOf(string file) => Below(file).ToString();

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellation)
    {
        var listed = await store.ListAsync(Below(prefix), cancellation, FailureKind.Output).ConfigureAwait(false);
        return [.. listed.Select(found => found.Key[_folder.Key.Length..]).Order(StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> ListFoldersAsync(string prefix, CancellationToken cancellation)
    {
        var found = await store.ListFoldersAsync(Below(prefix), FailureKind.Output, cancellation).ConfigureAwait(false);
        return [.. found.Select(key => key[_folder.Key.Length..].TrimEnd('/')).Order(StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public async ValueTask<IByteSource?> FindAsync(string file, CancellationToken cancellation) =>
        await store.FindObjectAsync(Below(file), cancellation, FailureKind.Output).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask ReplaceAsync(string file, Func<Stream, Task> write, CancellationToken cancellation)
    {
        var upload = new S3Upload(new S3Publisher(store.Client), Below(file), cancellation);
        try
        {
            await using (upload.ConfigureAwait(false)) await write(upload).ConfigureAwait(false);
            await upload.PublishAsync(S3Condition.None, cancellation).ConfigureAwait(false);
        }
        catch
        {
            using var limit = new CancellationTokenSource(S3Output.MostCleanup);
            await upload.AbandonAsync(limit.Token).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string file, CancellationToken cancellation) =>
        await new S3Publisher(store.Client).DeleteAsync(Below(file), cancellation).ConfigureAwait(false);

    private S3Location Below(string file) => _folder with { Key = _folder.Key + file };
}
