using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace GpuAls.Connectors.S3;

/// <summary>What has to hold for an object to be written.</summary>
/// <param name="IsAbsent">There is no such object.</param>
/// <param name="ETag">The object is this version.</param>
internal readonly record struct S3Condition(bool IsAbsent, string? ETag = null)
{
    /// <summary>Whatever is there is replaced.</summary>
    public static S3Condition None => default;

    /// <summary>There is no such object.</summary>
    public static S3Condition Absent => new(IsAbsent: true);

    /// <summary>The header If-None-Match.</summary>
    public string? IfNoneMatch => IsAbsent ? "*" : null;

    /// <summary>The header If-Match.</summary>
    public string? IfMatch => ETag;
}

/// <summary>
/// Makes objects visible, whole and on a condition. An answer may get lost after the object was written, and then a
/// repeated request fails because of what the first one did. Every object therefore carries a token of its writer,
/// which writes an object once.
/// </summary>
internal sealed class S3Publisher(S3Client client)
{
    /// <summary>Metadata that says which run wrote an object.</summary>
    public const string TokenName = "gpuals-run";

    /// <summary>The client.</summary>
    public S3Client Client => client;

    /// <summary>Says which run wrote an object.</summary>
    public string Token { get; init; } = Guid.NewGuid().ToString("N");

    /// <summary>Writes a small object.</summary>
    /// <returns>Its ETag; null where the condition does not hold.</returns>
    /// <exception cref="GpuAlsException">Kind Output: it cannot be written.</exception>
    public Task<string?> PutAsync(
        S3Location location, ReadOnlyMemory<byte> bytes, S3Condition condition, CancellationToken cancellation) =>
        PublishAsync(location, condition, async token =>
        {
            using var body = new MemoryStream(bytes.ToArray(), writable: false);
            var request = new PutObjectRequest
            {
                BucketName = location.Bucket,
                Key = location.Key,
                InputStream = body,
                AutoCloseStream = false,
                IfNoneMatch = condition.IfNoneMatch,
                IfMatch = condition.IfMatch,
                UseChunkEncoding = false,
                ChecksumCRC32 = client.Crc32(bytes.Span),
                DisablePayloadSigning = client.MayLeavePayloadUnsigned,
            };
            request.Metadata.Add(TokenName, Token);
            return (await client.Sdk.PutObjectAsync(request, token).ConfigureAwait(false)).ETag;
        }, cancellation);

    /// <summary>Makes an object of parts that were uploaded.</summary>
    /// <returns>Its ETag; null where the condition does not hold.</returns>
    /// <exception cref="GpuAlsException">Kind Output: it cannot be written.</exception>
    public Task<string?> CompleteAsync(
        S3Location location, string upload, List<PartETag> parts, S3Condition condition,
        CancellationToken cancellation) =>
        PublishAsync(location, condition, async token =>
        {
            var request = new CompleteMultipartUploadRequest
            {
                BucketName = location.Bucket,
                Key = location.Key,
                UploadId = upload,
                PartETags = parts,
                IfNoneMatch = condition.IfNoneMatch,
                IfMatch = condition.IfMatch,
            };
            return (await client.Sdk.CompleteMultipartUploadAsync(request, token).ConfigureAwait(false)).ETag;
        }, cancellation);

    /// <summary>The ETag of an object, if this writer wrote it.</summary>
    public async Task<string?> FindOwnAsync(S3Location location, CancellationToken cancellation)
    {
        try
        {
            var request = new GetObjectMetadataRequest { BucketName = location.Bucket, Key = location.Key };
            var found = await client.Sdk.GetObjectMetadataAsync(request, cancellation).ConfigureAwait(false);
            return found.Metadata[TokenName] == Token ? found.ETag : null;
        }
        catch (Exception exception) when (S3Errors.IsFailure(exception) && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Deletes an object, if it is there.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it cannot be deleted.</exception>
    public Task DeleteAsync(S3Location location, CancellationToken cancellation) => client.RunAsync(
        $"cannot delete '{location}'",
        FailureKind.Output,
        token => client.Sdk.DeleteObjectAsync(location.Bucket, location.Key, token),
        cancellation);

    private async Task<string?> PublishAsync(
        S3Location location,
        S3Condition condition,
        Func<CancellationToken, Task<string?>> send,
        CancellationToken cancellation)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await client.RunAsync($"cannot write '{location}'", FailureKind.Output, send, cancellation)
                    .ConfigureAwait(false);
            }
            catch (GpuAlsException exception) when (exception.InnerException is AmazonS3Exception answer)
            {
                if (await FindOwnAsync(location, cancellation).ConfigureAwait(false) is { } written) return written;
                var isLast = failures >= client.Limits.Attempts;
                var isConflict = answer.StatusCode == HttpStatusCode.Conflict;
                if (condition != S3Condition.None && IsRefusedByCondition(answer) && (!isConflict || isLast))
                    return null;
                if (isLast || !(isConflict || IsErrorAfterOk(answer))) throw;
            }

            await Task.Delay(client.Limits.Delay(failures), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>An object that should have a version, but is absent, is one that another run has deleted.</summary>
    private static bool IsRefusedByCondition(AmazonS3Exception answer) =>
        answer.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict
        || answer.ErrorCode == "NoSuchKey";

    /// <summary>S3 may answer 200 before it puts parts together, and then say in the body that it failed.</summary>
    private static bool IsErrorAfterOk(AmazonS3Exception answer) => answer.StatusCode == HttpStatusCode.OK;
}
