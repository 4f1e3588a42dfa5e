using System.Net;
using Amazon.S3.Model;

namespace GpuAls.Connectors.S3;

/// <summary>
/// An object to read. All reads are of ranges and ask for the version that was found: an object that is replaced
/// meanwhile gives an error, never a mixture.
/// </summary>
/// <param name="client">The client.</param>
/// <param name="location">Bucket and key.</param>
/// <param name="length">Its length when it was found.</param>
/// <param name="etag">Its ETag then.</param>
internal sealed class S3Object(S3Client client, S3Location location, long length, string etag) : IByteSource
{
    /// <summary>The largest range of one request; larger reads are divided.</summary>
    public const int RangeBytes = 1 << 23;

    /// <inheritdoc/>
    public string Name { get; } = location.ToString();

    /// <inheritdoc/>
    public long Length => length;

    /// <summary>The version that was found.</summary>
    public string ETag => etag;

    /// <inheritdoc/>
    public int ReadAheadBytes => 1 << 26;

    private string Failure => $"cannot read '{Name}'";

    /// <inheritdoc/>
    public ValueTask<Stream> OpenAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return new ValueTask<Stream>(new ReadAheadStream(this));
    }

    /// <inheritdoc/>
    public async ValueTask ReadExactlyAsync(long offset, Memory<byte> target, CancellationToken cancellation)
    {
        if (offset < 0 || offset > length - target.Length)
            throw new EndOfStreamException($"it ends before byte {offset + target.Length:N0}");
        if (target.Length <= RangeBytes)
        {
            await ReadRangeAsync(offset, target, cancellation).ConfigureAwait(false);
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reading = new List<Task>();
        for (var start = 0; start < target.Length; start += RangeBytes)
            reading.Add(ReadRangeAsync(
                offset + start, target.Slice(start, Math.Min(RangeBytes, target.Length - start)), stop.Token));
        await foreach (var ended in Task.WhenEach(reading).ConfigureAwait(false))
        {
            if (ended.IsCompletedSuccessfully) continue;
            // The others write into the target, so none may outlive this call.
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ended.ConfigureAwait(false);
        }
    }

    /// <summary>Reads a range. After a cut connection the read goes on where it was cut.</summary>
    private async Task ReadRangeAsync(long offset, Memory<byte> target, CancellationToken cancellation)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(client.Limits.Total);
        var read = 0;
        for (var failures = 0; read < target.Length;)
        {
            var cut = await client.RunAsync(
                Failure, FailureKind.BadInput, ReceiveAsync, cancellation).ConfigureAwait(false);
            if (cut is null) continue;
            if (++failures >= client.Limits.Attempts || limited.IsCancellationRequested)
                throw S3Errors.Explain(cut, FailureKind.BadInput, Failure, client.Sdk.Config);
            await Task.Delay(client.Limits.Delay(failures), cancellation).ConfigureAwait(false);
        }

        // Returns what cut the body; null at its end.
        async Task<Exception?> ReceiveAsync(CancellationToken token)
        {
            using var response = await RequestAsync(offset + read, target.Length - read, token).ConfigureAwait(false);
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(token, limited.Token);
            try
            {
                while (read < target.Length)
                {
                    silence.CancelAfter(client.Limits.Silence);
                    var count = await response.ResponseStream.ReadAsync(target[read..], silence.Token)
                        .ConfigureAwait(false);
                    if (count == 0) return new EndOfStreamException("the body of the answer ends too early");
                    read += count;
                    MovedBytes.AddRead(count);
                }

                return null;
            }
            catch (Exception exception) when (
                exception is IOException or OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                return exception;
            }
        }
    }

    private async Task<GetObjectResponse> RequestAsync(long offset, int count, CancellationToken cancellation)
    {
        var request = new GetObjectRequest
        {
            BucketName = location.Bucket,
            Key = location.Key,
            ByteRange = new ByteRange(offset, offset + count - 1),
            EtagToMatch = etag,
        };
        var response = await client.Sdk.GetObjectAsync(request, cancellation).ConfigureAwait(false);
        var isRange = response.HttpStatusCode == HttpStatusCode.PartialContent
            ? response.ContentRange?.StartsWith($"bytes {offset}-", StringComparison.OrdinalIgnoreCase) ?? true
            : offset == 0 && response.ContentLength == length;
        if (isRange) return response;
        response.Dispose();
        throw new GpuAlsException(
            FailureKind.BadInput,
            $"{Failure}: the endpoint ignores the Range header, which gpuals needs. Copy the object to a local file.");
    }
}
