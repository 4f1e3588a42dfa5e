using System.Net;
using System.Text.Json.Serialization;
using Amazon.Runtime;
using Amazon.S3.Model;

namespace GpuAls.Connectors.S3;

/// <summary>
/// A file on its way to S3: a stream whose bytes go up in parts while more are written, several parts at once. The
/// object is not visible before it is published. Small files wait in memory and go up in one request.
/// </summary>
/// <param name="publisher">Makes it visible.</param>
/// <param name="location">Bucket and key.</param>
/// <param name="cancellation">Stops the uploads of parts.</param>
/// <param name="isForAnother">Whether another process makes it visible; then small files go up too.</param>
internal sealed class S3Upload(
    S3Publisher publisher, S3Location location, CancellationToken cancellation, bool isForAnother = false)
    : WriteOnlyStream
{
    /// <summary>More than S3 takes.</summary>
    private const int MostParts = 10_000;

    /// <summary>After so many parts the next ones are twice as long, so that files of 490 GiB fit.</summary>
    private const int PartsOfALength = MostParts / 5;

    /// <summary>How far the clocks of this machine and of S3 may differ.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    private readonly S3Client _client = publisher.Client;
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private readonly List<Task<PartETag>> _parts = [];
    private RentedArray<byte>? _buffer;
    private int _used;
    private ReadOnlyMemory<byte> _small;
    private string? _id;
    private DateTime? _mayHaveBegun;
    private bool _isClosed;
    private bool _isWhole;
    private bool _isOver;

    /// <summary>Takes over what another process has uploaded.</summary>
    public S3Upload(S3Publisher publisher, S3Location location, S3Receipt receipt)
        : this(publisher, location, CancellationToken.None)
    {
        (_id, _isClosed, _isWhole) = (receipt.Upload, true, true);
        _parts.AddRange(receipt.Parts.Select((part, i) => Task.FromResult(
            new PartETag { PartNumber = i + 1, ETag = part.ETag, ChecksumCRC32 = part.Crc32 })));
    }

    /// <summary>Where it appears.</summary>
    public S3Location Location => location;

    /// <summary>Bytes of the next part.</summary>
    private int PartBytes => _client.Limits.PartBytes << (_parts.Count / PartsOfALength);

    /// <summary>Makes the file visible, whole; its stream is closed.</summary>
    /// <returns>Whether the condition holds.</returns>
    /// <exception cref="GpuAlsException">Kind Output: it cannot be written.</exception>
    public async Task<bool> PublishAsync(S3Condition condition, CancellationToken token)
    {
        var parts = await PartsAsync().ConfigureAwait(false);
        if (_id is null)
            return await publisher.PutAsync(location, _small, condition, token).ConfigureAwait(false) is not null;
        if (await publisher.CompleteAsync(location, _id, [.. parts], condition, token).ConfigureAwait(false) is null)
            return false;
        _isOver = true;
        await AbortOthersAsync(token).ConfigureAwait(false);
        return true;
    }

    /// <summary>What another process needs to make the file visible; its stream is closed.</summary>
    /// <param name="file">Its name in the folder.</param>
    /// <param name="token">Stops it.</param>
    public async Task<S3Receipt> ReceiptAsync(string file, CancellationToken token)
    {
        var parts = await PartsAsync().ConfigureAwait(false);
        await AbortOthersAsync(token).ConfigureAwait(false);
        return new S3Receipt(file, _id, [.. parts.Select(part => new S3Part(part.ETag, part.ChecksumCRC32))]);
    }

    /// <summary>Gives the upload up; nothing of it stays at S3, unless S3 is out of reach.</summary>
    public async Task AbandonAsync(CancellationToken token)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
        // A part that arrives after the abort would stay.
        await Task.WhenAll(_parts.Cast<Task>()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_isOver && _id is { } id) await TryAbortAsync(id, token).ConfigureAwait(false);
        if (!_isOver) await AbortOthersAsync(token).ConfigureAwait(false);
        _isOver = true;
    }

    public override void Flush()
    {
        // Parts have their length; a flush changes nothing.
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Put(ReadOnlySpan<byte> bytes)
    {
        MovedBytes.AddWritten(bytes.Length);
        while (bytes.Length > 0)
        {
            var room = Room();
            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room.Span);
            bytes = bytes[count..];
            _used += count;
            if (count == room.Length) SendAsync(CancellationToken.None).GetAwaiter().GetResult();
        }
    }

    protected override async ValueTask PutAsync(ReadOnlyMemory<byte> bytes, CancellationToken token)
    {
        MovedBytes.AddWritten(bytes.Length);
        while (bytes.Length > 0)
        {
            var room = Room();
            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            bytes = bytes[count..];
            _used += count;
            if (count == room.Length) await SendAsync(token).ConfigureAwait(false);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) CloseAsync().GetAwaiter().GetResult();
        base.Dispose(disposing);
    }

    /// <summary>The rest of the buffer, which is never empty.</summary>
    private Memory<byte> Room()
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        if (_parts.Count == MostParts)
            throw new GpuAlsException(
                FailureKind.Output,
                $"cannot write '{location}': it has more than {MostParts:N0} parts, which is as many as S3 takes. "
                + "Write fewer or shorter lists.");
        _buffer ??= new RentedArray<byte>(PartBytes);
        return _buffer.Memory[_used..];
    }

    /// <summary>The parts, all of which are at S3.</summary>
    private Task<PartETag[]> PartsAsync() => _isWhole
        ? Task.WhenAll(_parts)
        : throw new OperationCanceledException($"the upload of '{location}' was stopped");

    /// <summary>Sends what is left and waits for all parts, unless the upload was stopped.</summary>
    private async Task CloseAsync()
    {
        if (_isClosed) return;
        _isClosed = true;
        try
        {
            if (_stop.IsCancellationRequested) return;
            var small = isForAnother ? 0 : _client.Limits.SmallBytes;
            if (_id is null && _used <= small) _small = _buffer?.Span[.._used].ToArray() ?? [];
            else if (_used > 0) await SendAsync(_stop.Token).ConfigureAwait(false);
            await Task.WhenAll(_parts).ConfigureAwait(false);
            _isWhole = true;
        }
        finally
        {
            _buffer?.Dispose();
            _buffer = null;
        }
    }

    /// <summary>Sends the buffer as a part, as soon as fewer are on their way than may be.</summary>
    private async Task SendAsync(CancellationToken token)
    {
        foreach (var part in _parts)
            if (part.IsFaulted || part.IsCanceled) await part.ConfigureAwait(false);
        if (_id is null) await BeginAsync().ConfigureAwait(false);
        await _client.Parts.WaitAsync(token).ConfigureAwait(false);
        var (buffer, length) = (_buffer!, _used);
        (_buffer, _used) = (null, 0);
        _parts.Add(SendAsync(_parts.Count + 1, buffer, length));
    }

    private async Task<PartETag> SendAsync(int number, RentedArray<byte> buffer, int length)
    {
        try
        {
            var crc32 = _client.Crc32(buffer.Span[..length]);
            var sent = await _client.RunAsync($"cannot write '{location}'", FailureKind.Output, token =>
            {
                var request = new UploadPartRequest
                {
                    BucketName = location.Bucket,
                    Key = location.Key,
                    UploadId = _id,
                    PartNumber = number,
                    InputStream = new MemoryStream(buffer.Array, 0, length, writable: false),
                    PartSize = length,
                    UseChunkEncoding = false,
                    ChecksumCRC32 = crc32,
                    DisablePayloadSigning = _client.MayLeavePayloadUnsigned,
                };
                return _client.Sdk.UploadPartAsync(request, token);
            }, _stop.Token).ConfigureAwait(false);
            return new PartETag { PartNumber = number, ETag = sent.ETag, ChecksumCRC32 = crc32 };
        }
        finally
        {
            buffer.Dispose();
            _client.Parts.Release();
        }
    }

    /// <summary>
    /// Begins the upload. Here the SDK does not repeat a request whose answer was lost: the upload that it began would
    /// stay for ever, and nobody would know its id.
    /// </summary>
    public async Task BeginAsync()
    {
        for (var failures = 1; ; failures++)
        {
            var started = DateTime.UtcNow;
            try
            {
                _id = await _client.RunAsync(
                    $"cannot write '{location}'", FailureKind.Output, BeginOnceAsync, _stop.Token)
                    .ConfigureAwait(false);
                return;
            }
            catch (GpuAlsException exception) when (MayHaveBegun(exception.InnerException))
            {
                _mayHaveBegun ??= started;
                if (failures >= _client.Limits.Attempts) throw;
            }
            catch (OperationCanceledException)
            {
                _mayHaveBegun ??= started;
                throw;
            }

            await Task.Delay(_client.Limits.Delay(failures), _stop.Token).ConfigureAwait(false);
        }
    }

    private async Task<string> BeginOnceAsync(CancellationToken token)
    {
        var request = new InitiateMultipartUploadRequest { BucketName = location.Bucket, Key = location.Key };
        request.Metadata.Add(S3Publisher.TokenName, publisher.Token);
        if (_client.SendsChecksums) request.ChecksumAlgorithm = Amazon.S3.ChecksumAlgorithm.CRC32;
        return (await _client.Once.InitiateMultipartUploadAsync(request, token).ConfigureAwait(false)).UploadId;
    }

    /// <summary>No answer, or one of a server in trouble.</summary>
    private static bool MayHaveBegun(Exception? cause) => cause is not AmazonServiceException answer
        || answer.StatusCode is 0 or >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests;

    /// <summary>Aborts the uploads of this object that a request began whose answer was lost.</summary>
    private async Task AbortOthersAsync(CancellationToken token)
    {
        if (_mayHaveBegun is not { } started) return;
        try
        {
            var request = new ListMultipartUploadsRequest { BucketName = location.Bucket, Prefix = location.Key };
            var found = await _client.Sdk.ListMultipartUploadsAsync(request, token).ConfigureAwait(false);
            foreach (var upload in found.MultipartUploads ?? [])
                if (upload.Key == location.Key && upload.UploadId != _id
                    && upload.Initiated?.ToUniversalTime() >= started - Skew)
                    await TryAbortAsync(upload.UploadId, token).ConfigureAwait(false);
        }
        catch (Exception exception) when (S3Errors.IsFailure(exception))
        {
            // A rule of the bucket's lifecycle removes what cannot be aborted.
        }
    }

    private async Task TryAbortAsync(string id, CancellationToken token)
    {
        try
        {
            await _client.Sdk.AbortMultipartUploadAsync(location.Bucket, location.Key, id, token).ConfigureAwait(false);
        }
        catch (Exception exception) when (S3Errors.IsFailure(exception))
        {
            // As above; and one that is gone already is no failure.
        }
    }
}

/// <summary>A file that is at S3 and not visible, for the process that makes it so.</summary>
/// <param name="File">Its name in the folder.</param>
/// <param name="Upload">The id of its upload; null for a file without any bytes.</param>
/// <param name="Parts">Its parts, in order.</param>
internal sealed record S3Receipt(string File, string? Upload, IReadOnlyList<S3Part> Parts);

/// <summary>A part of an upload.</summary>
/// <param name="ETag">What S3 calls it.</param>
/// <param name="Crc32">Its checksum; null where none was sent.</param>
internal sealed record S3Part(string ETag, string? Crc32);

[JsonSerializable(typeof(S3Receipt[]))]
internal sealed partial class S3ReceiptJson : JsonSerializerContext;
