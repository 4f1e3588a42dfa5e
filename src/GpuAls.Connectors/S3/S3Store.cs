using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3.Model;

namespace GpuAls.Connectors.S3;

/// <summary>Objects of Amazon S3, or of a server that speaks its protocol, as files and folders.</summary>
/// <param name="client">The client, created before the first request.</param>
internal sealed class S3Store(Lazy<S3Client> client) : IStore
{
    /// <summary>What some tools create to mark a folder.</summary>
    private const string FolderMark = "_$folder$";

    /// <summary>The S3 that the environment says; found out before the first request.</summary>
    public S3Store()
        : this(new Lazy<S3Client>(() => S3Client.Create()))
    {
    }

    /// <summary>The client.</summary>
    internal S3Client Client => client.Value;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<IByteSource>> FindAsync(string location, CancellationToken cancellation)
    {
        var searched = S3Location.Parse(location);
        IEnumerable<IByteSource> found;
        if (Glob.IsPattern(searched.Key))
        {
            var literal = searched.Key[..searched.Key.AsSpan().IndexOfAny('*', '?')];
            var pattern = searched.Key.TrimEnd('/').Split('/');
            found = (await ListAsync(searched with { Key = literal }, cancellation).ConfigureAwait(false))
                .Where(item => Glob.Matches(pattern, item.Key.Split('/'))).Select(Source);
        }
        else
        {
            if (await FindFileAsync(location, cancellation).ConfigureAwait(false) is { } single) return [single];
            var folder = searched.Key is "" or [.., '/'] ? searched : searched with { Key = searched.Key + '/' };
            found = (await ListAsync(folder, cancellation).ConfigureAwait(false))
                .Where(item => !item.Key[folder.Key.Length..].Split('/').Any(Glob.IsHidden)).Select(Source);
        }

        return [.. found.OrderBy(source => source.Name, StringComparer.Ordinal)];

        S3Object Source(Amazon.S3.Model.S3Object item) =>
            new(client.Value, searched with { Key = item.Key }, item.Size!.Value, item.ETag);
    }

    /// <inheritdoc/>
    public async ValueTask<IByteSource?> FindFileAsync(string location, CancellationToken cancellation)
    {
        var file = S3Location.Parse(location);
        if (file.Key is "" or [.., '/']) return null;
        // Not a HEAD request, whose failures have no body that says what is wrong.
        try
        {
            return await FindObjectAsync(file, cancellation).ConfigureAwait(false);
        }
        catch (GpuAlsException exception) when (IsDenied(exception))
        {
            // Who may not list a bucket may still read an object of it.
            if (await HeadAsync(file, cancellation).ConfigureAwait(false) is { } found) return found;
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<IFolderOutput> OpenFolderAsync(
        string location, bool overwrite, ForeignCheck whyForeign, CancellationToken cancellation) =>
        await S3FolderOutput.OpenAsync(this, S3Location.Parse(location), overwrite, whyForeign, cancellation)
            .ConfigureAwait(false);

    /// <inheritdoc/>
    public IJoinedOutput JoinFolder(string location, string invitation) =>
        new S3JoinedOutput(this, S3Location.Parse(location), invitation);

    /// <inheritdoc/>
    public async Task<IOutput> OpenFilesAsync(
        string folder, IReadOnlyList<string> files, bool overwrite, CancellationToken cancellation) =>
        await S3FilesOutput.OpenAsync(this, S3Location.Parse(folder), files, overwrite, cancellation)
            .ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<IWorkFolder> OpenWorkFolderAsync(
        string location, string log, string whyForeign, CancellationToken cancellation) =>
        await S3WorkFolder.OpenAsync(this, S3Location.Parse(location), log, whyForeign, cancellation)
            .ConfigureAwait(false);

    /// <inheritdoc/>
    public IStoreFolder OpenStoreFolder(string location) => new S3StoreFolder(this, S3Location.Parse(location));

    /// <inheritdoc/>
    public string Normalize(string location) => S3Location.Parse(location).ToString().TrimEnd('/');

    private static bool IsDenied(GpuAlsException exception) =>
        exception.InnerException is Amazon.S3.AmazonS3Exception { StatusCode: HttpStatusCode.Forbidden };

    private async Task<S3Object?> HeadAsync(S3Location file, CancellationToken cancellation)
    {
        try
        {
            var request = new GetObjectMetadataRequest { BucketName = file.Bucket, Key = file.Key };
            var found = await client.Value.Sdk.GetObjectMetadataAsync(request, cancellation).ConfigureAwait(false);
            return new S3Object(client.Value, file, found.ContentLength, found.ETag);
        }
        catch (Amazon.S3.AmazonS3Exception)
        {
            return null;
        }
    }

    /// <summary>
    /// The object of exactly this key; null if there is none. Of all keys that begin so it is the first, so one key is
    /// asked for, however many there are.
    /// </summary>
    internal async Task<S3Object?> FindObjectAsync(
        S3Location file, CancellationToken cancellation, FailureKind kind = FailureKind.BadInput)
    {
        var first = await PageAsync(file, after: null, keys: 1, cancellation, kind).ConfigureAwait(false);
        return first.S3Objects is [var item, ..] && item.Key == file.Key
            ? new S3Object(client.Value, file, item.Size!.Value, item.ETag)
            : null;
    }

    /// <summary>All objects whose keys begin so, without marks of folders.</summary>
    internal async Task<List<Amazon.S3.Model.S3Object>> ListAsync(
        S3Location prefix, CancellationToken cancellation, FailureKind kind = FailureKind.BadInput)
    {
        var listed = new List<Amazon.S3.Model.S3Object>();
        await foreach (var page in PagesAsync(prefix, delimiter: null, kind, cancellation).ConfigureAwait(false))
            listed.AddRange((page.S3Objects ?? []).Where(item =>
                !item.Key.EndsWith('/') && !item.Key.EndsWith(FolderMark, StringComparison.Ordinal)));
        return listed;
    }

    /// <summary>What is between a prefix and the next slash, for all keys that begin so and have one.</summary>
    internal async Task<List<string>> ListFoldersAsync(
        S3Location prefix, FailureKind kind, CancellationToken cancellation)
    {
        var folders = new List<string>();
        await foreach (var page in PagesAsync(prefix, "/", kind, cancellation).ConfigureAwait(false))
            folders.AddRange(page.CommonPrefixes ?? []);
        return folders;
    }

    private async IAsyncEnumerable<ListObjectsV2Response> PagesAsync(
        S3Location prefix, string? delimiter, FailureKind kind,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        ListObjectsV2Response? page = null;
        do
        {
            page = await PageAsync(prefix, page?.NextContinuationToken, keys: null, cancellation, kind, delimiter)
                .ConfigureAwait(false);
            yield return page;
        }
        while (page.IsTruncated is true);
    }

    private Task<ListObjectsV2Response> PageAsync(
        S3Location prefix, string? after, int? keys, CancellationToken cancellation,
        FailureKind kind = FailureKind.BadInput, string? delimiter = null)
    {
        var request = new ListObjectsV2Request
        {
            BucketName = prefix.Bucket,
            Prefix = prefix.Key,
            ContinuationToken = after,
            MaxKeys = keys,
            Delimiter = delimiter,
        };
        return client.Value.RunAsync(
            $"cannot list '{prefix}'",
            kind,
            token => client.Value.Sdk.ListObjectsV2Async(request, token),
            cancellation);
    }
}
