using System.Runtime.CompilerServices;
using Amazon.Runtime;
using GpuAls.Cli;
using GpuAls.Connectors.S3;

namespace GpuAls.Tests.Connectors.S3;

/// <summary>
/// The double, and <c>s3://</c> leading to it in the test that started it, with short waits and small parts.
/// </summary>
internal sealed class S3Session : IAsyncDisposable
{
    public const string Bucket = "music";

    private static readonly AsyncLocal<S3Store?> Current = new();

    private readonly S3Client _client;

    static S3Session()
    {
        RuntimeHelpers.RunClassConstructor(typeof(CommandLine).TypeHandle); // it adds the store that this one replaces
        var environment = new S3Store();
        Stores.Add(() => Current.Value ?? environment, "s3", "s3a");
    }

    private S3Session(S3Double s3, S3Client client) => (Double, _client) = (s3, client);

    public static S3Limits QuickLimits { get; } = new()
    {
        Attempts = 3,
        Backoff = TimeSpan.FromMilliseconds(1),
        Silence = TimeSpan.FromSeconds(5),
        Answer = TimeSpan.FromSeconds(5),
        PartBytes = 1 << 10,
        SmallBytes = 200,
    };

    public S3Double Double { get; }

    public S3DoubleStore Store => Double.Store;

    /// <summary>
    /// Starts the double. What an asynchronous set-up does to its context is lost to the test, so this one is not.
    /// </summary>
    /// <param name="limits">How often and how long requests are tried.</param>
    /// <param name="checksums">Whether uploads bring checksums, as they do to Amazon's endpoint.</param>
    public static S3Session Start(S3Limits? limits = null, bool checksums = true)
    {
        var quick = limits ?? QuickLimits;
        var s3 = S3Double.StartAsync(new S3DoubleOptions { MinimumPartBytes = 0 }).GetAwaiter().GetResult();
        var client = new S3Client(s3.Client(Configure), quick, isAws: checksums, () => s3.Client(config =>
        {
            Configure(config);
            config.MaxErrorRetry = 0;
        }));
        Current.Value = new S3Store(new Lazy<S3Client>(client));
        return new S3Session(s3, client);

        void Configure(Amazon.S3.AmazonS3Config config)
        {
            config.MaxErrorRetry = quick.Attempts - 1;
            config.Timeout = quick.Answer;
            config.RetryMode = RequestRetryMode.Standard;
            config.RequestChecksumCalculation =
                checksums ? RequestChecksumCalculation.WHEN_SUPPORTED : RequestChecksumCalculation.WHEN_REQUIRED;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Double.DisposeAsync();
    }
}
