using System.Buffers.Binary;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;

namespace GpuAls.Connectors.S3;

/// <summary>How often and how long a request or the read of a range is tried.</summary>
internal sealed record S3Limits
{
    /// <summary>Tries of a request, and of a body that is cut; AWS_MAX_ATTEMPTS or the profile decide first.</summary>
    public int Attempts { get; init; } = FallbackInternalConfigurationFactory.MaxAttempts ?? 6;

    /// <summary>No byte for this long counts as a cut connection.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>No answer to a request for this long counts as a failed try; of uploads it includes the body.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>All tries of one request or range together.</summary>
    public TimeSpan Total { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest wait before the second try; it doubles with each one, up to 20 s.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Requests in flight at once.</summary>
    public int Requests { get; init; } = 16;

    /// <summary>
    /// Length of a part of an upload. Uploads take memory for the parts in flight, and for one more of each file that
    /// is being written.
    /// </summary>
    public int PartBytes { get; init; } = 8 << 20;

    /// <summary>Parts in flight at once.</summary>
    public int Parts { get; init; } = 4;

    /// <summary>Files up to this length wait in memory and go up in one request.</summary>
    public int SmallBytes { get; init; } = 1 << 20;

    /// <summary>Exponential backoff with full jitter: any time up to a limit that doubles.</summary>
    /// <param name="failures">Number of failed tries so far, from 1.</param>
    public TimeSpan Delay(int failures)
    {
        var longest = Math.Min(20_000, Backoff.TotalMilliseconds * Math.Pow(2, failures - 1));
#pragma warning disable CA5394 // jitter needs no secrecy
        return TimeSpan.FromMilliseconds(longest * Random.Shared.NextDouble());
#pragma warning restore CA5394
    }
}

/// <summary>
/// A client of Amazon S3, or of a server that speaks its protocol. Credentials, region, endpoint and number of
/// attempts come from where the AWS SDK finds them: environment, profile, container, instance.
/// </summary>
internal sealed class S3Client : IDisposable
{
    private readonly SemaphoreSlim _requests;
    private readonly Lazy<AmazonS3Client> _once;

    /// <param name="sdk">The client of the SDK.</param>
    /// <param name="limits">How often and how long requests are tried.</param>
    /// <param name="isAws">Whether the endpoint is Amazon's.</param>
    /// <param name="once">Makes a client that never repeats a request by itself; null where that one does not.</param>
    internal S3Client(AmazonS3Client sdk, S3Limits limits, bool isAws, Func<AmazonS3Client>? once = null)
    {
        (Sdk, Limits, IsAws) = (sdk, limits, isAws);
        _requests = new SemaphoreSlim(limits.Requests);
        Parts = new SemaphoreSlim(limits.Parts);
        _once = new Lazy<AmazonS3Client>(once ?? (() => sdk));
    }

    /// <summary>The client of the SDK, which retries requests; bodies of responses it does not.</summary>
    public AmazonS3Client Sdk { get; }

    /// <summary>A client that never repeats a request by itself.</summary>
    public AmazonS3Client Once => _once.Value;

    public S3Limits Limits { get; }

    /// <summary>
    /// Whether the endpoint is Amazon's. Others may lack chunked signing and checksums that are not required.
    /// </summary>
    public bool IsAws { get; }

    /// <summary>Bounds the parts in flight, of all uploads together.</summary>
    public SemaphoreSlim Parts { get; }

    /// <summary>Whether uploads bring a CRC-32; without, the signature covers the bytes.</summary>
    public bool SendsChecksums =>
        Sdk.Config.RequestChecksumCalculation == RequestChecksumCalculation.WHEN_SUPPORTED;

    /// <summary>True where TLS and a CRC-32 protect the bytes; null leaves them signed.</summary>
    public bool? MayLeavePayloadUnsigned =>
        SendsChecksums && Sdk.Config.ServiceURL?.StartsWith("http:", StringComparison.OrdinalIgnoreCase) is not true
            ? true
            : null;

    /// <exception cref="GpuAlsException">Kind BadInput: no region is configured.</exception>
    public static S3Client Create(S3Limits? limits = null)
    {
        limits ??= new S3Limits();
        var config = ConfigOf(limits, out var isAws);
        try
        {
            return new S3Client(
                new AmazonS3Client(config), limits, isAws,
                () => new AmazonS3Client(ConfigOf(limits, out _, isRepeated: false)));
        }
        catch (AmazonClientException exception)
        {
            throw S3Errors.Explain(exception, FailureKind.BadInput, "S3 cannot be used");
        }
    }

    private static AmazonS3Config ConfigOf(S3Limits limits, out bool isAws, bool isRepeated = true)
    {
        var config = new AmazonS3Config();
        isAws = true;
        // The SDK finds AWS_ENDPOINT_URL, but prefers a region to it unless it is set here.
        if (config.ServiceURL is { Length: > 0 } url)
        {
            var region = FallbackRegionFactory.GetRegionEndpoint(includeInstanceMetadata: false)?.SystemName;
            config = new AmazonS3Config
            {
                ServiceURL = url,
                AuthenticationRegion = region ?? "us-east-1",
                ForcePathStyle = true,
            };
            isAws = IsAmazons(config.ServiceURL);
        }

        if (!isAws) RelaxChecksums(config);
        config.RetryMode = FallbackInternalConfigurationFactory.RetryMode ?? RequestRetryMode.Standard;
        config.MaxErrorRetry = isRepeated ? Math.Max(0, limits.Attempts - 1) : 0;
        if (!isRepeated) config.MaxStaleConnectionRetries = 0;
        (config.ConnectTimeout, config.Timeout) = (limits.Silence, limits.Answer);
        return config;
    }

    /// <summary>The CRC-32 of a body, as S3 takes it; null where none is sent.</summary>
    public string? Crc32(ReadOnlySpan<byte> bytes)
    {
        if (!SendsChecksums) return null;
        Span<byte> checksum = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(checksum, System.IO.Hashing.Crc32.HashToUInt32(bytes));
        return Convert.ToBase64String(checksum);
    }

    /// <summary>
    /// Runs requests, not too many at once. Failures become errors that say what could not be done and why.
    /// </summary>
    /// <param name="what">What cannot be done then, such as <c>cannot read 's3://bucket/key'</c>.</param>
    /// <param name="kind">The kind of failures.</param>
    /// <param name="request">The request, to be stopped by the token it is given.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">The kind given: it failed, or took too long.</exception>
    public async Task<T> RunAsync<T>(
        string what, FailureKind kind, Func<CancellationToken, Task<T>> request, CancellationToken cancellation)
    {
        await _requests.WaitAsync(cancellation).ConfigureAwait(false);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            limited.CancelAfter(Limits.Total);
            return await request(limited.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (
            exception is not GpuAlsException and not OutOfMemoryException && !cancellation.IsCancellationRequested)
        {
            throw S3Errors.Explain(exception, kind, what, Sdk.Config);
        }
        finally
        {
            _requests.Release();
        }
    }

    public void Dispose()
    {
        Sdk.Dispose();
        if (_once.IsValueCreated) _once.Value.Dispose();
        Parts.Dispose();
        _requests.Dispose();
    }

    private static bool IsAmazons(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && (uri.Host.EndsWith(".amazonaws.com", StringComparison.OrdinalIgnoreCase)
            || uri.Host.EndsWith(".amazonaws.com.cn", StringComparison.OrdinalIgnoreCase));

    private static void RelaxChecksums(AmazonS3Config config)
    {
        config.RequestChecksumCalculation = FallbackInternalConfigurationFactory.RequestChecksumCalculation
            ?? RequestChecksumCalculation.WHEN_REQUIRED;
        config.ResponseChecksumValidation = FallbackInternalConfigurationFactory.ResponseChecksumValidation
            ?? ResponseChecksumValidation.WHEN_REQUIRED;
    }
}
