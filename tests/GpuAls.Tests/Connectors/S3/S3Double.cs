using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace GpuAls.Tests.Connectors.S3;

/// <summary>
/// An S3 server in this process, on 127.0.0.1, that is as strict as S3 where clients go wrong (signatures, checksums,
/// preconditions, sizes of parts) and that fails when it is told to.
/// <code>
/// await using var s3 = await S3Double.StartAsync();
/// s3.Store.Put("plays", "2026/a.parquet", bytes);                       // objects; buckets are made by the way
/// s3.Faults.On(S3Operation.GetObject, S3Fault.CutResponse(1000), nth: 2);     // the second GET breaks off
/// using var client = s3.Client();                                        // or s3.Environment for a process
/// …
/// Assert.That(s3.Store.Keys("models"), Is.Empty);
/// Assert.That(s3.Store.OpenUploads, Is.Empty);
/// Assert.That(s3.Requests.Count(request => request.Operation == S3Operation.GetObject), Is.EqualTo(3));
/// </code>
/// It needs no test framework, so that benchmarks can use it too.
/// </summary>
internal sealed class S3Double : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly ConcurrentQueue<S3Request> _requests = new();
    private int _inFlight;
    private int _peakInFlight;

    private S3Double(S3DoubleOptions options)
    {
        Options = options;
        Store = new S3DoubleStore(options);
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        var sockets = new SocketTransportFactory(
            Microsoft.Extensions.Options.Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        _server = new KestrelServer(
            Microsoft.Extensions.Options.Options.Create(kestrel), sockets, NullLoggerFactory.Instance);
    }

    public S3DoubleOptions Options { get; }

    /// <summary>Buckets, objects and uploads.</summary>
    public S3DoubleStore Store { get; }

    /// <summary>What is to go wrong.</summary>
    public S3Faults Faults { get; } = new();

    /// <summary>All requests so far, in the order in which they came.</summary>
    public IReadOnlyList<S3Request> Requests => [.. _requests];

    /// <summary>The most requests that were underway at once.</summary>
    public int PeakInFlight => _peakInFlight;

    /// <summary>Where it listens.</summary>
    public Uri Endpoint => new(_server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

    /// <summary>The environment of a process that is to use it.</summary>
    public (string Name, string Value)[] Environment =>
    [
        ("AWS_ENDPOINT_URL_S3", Endpoint.ToString()),
        ("AWS_ACCESS_KEY_ID", Options.AccessKey),
        ("AWS_SECRET_ACCESS_KEY", Options.SecretKey),
        ("AWS_SESSION_TOKEN", Options.SessionToken ?? ""),
        ("AWS_REGION", Options.Region),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];

    /// <summary>What a shell puts before a command that is to use it.</summary>
    public string Shell => $"env {string.Join(' ', Environment.Select(pair => $"{pair.Name}='{pair.Value}'"))} ";

    public static async Task<S3Double> StartAsync(S3DoubleOptions? options = null)
    {
        var s3 = new S3Double(options ?? new S3DoubleOptions());
        await s3._server.StartAsync(s3, CancellationToken.None);
        return s3;
    }

    /// <summary>A client of the AWS SDK.</summary>
    public Amazon.S3.AmazonS3Client Client(Action<Amazon.S3.AmazonS3Config>? configure = null)
    {
        var config = new Amazon.S3.AmazonS3Config
        {
            ServiceURL = Endpoint.ToString(),
            AuthenticationRegion = Options.Region,
            ForcePathStyle = true,
            MaxErrorRetry = 0,
            MaxStaleConnectionRetries = 0,
        };
        configure?.Invoke(config);
        return new Amazon.S3.AmazonS3Client(Options.AccessKey, Options.SecretKey, config);
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
        await _server.StopAsync(atOnce.Token);
        _server.Dispose();
    }

    HttpContext IHttpApplication<HttpContext>.CreateContext(IFeatureCollection contextFeatures) =>
        new DefaultHttpContext(contextFeatures);

    void IHttpApplication<HttpContext>.DisposeContext(HttpContext context, Exception? exception)
    {
    }

    async Task IHttpApplication<HttpContext>.ProcessRequestAsync(HttpContext context)
    {
        var request = S3Request.Of(context.Request);
        _requests.Enqueue(request);
        Peak(Interlocked.Increment(ref _inFlight));
        try
        {
            var fault = Faults.Next(request.Operation);
            fault?.Before?.Invoke();
            if (fault is { Delay: var delay } && delay > TimeSpan.Zero) await Task.Delay(delay, context.RequestAborted);
            await AnswerAsync(context, request, fault);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            context.Abort(); // The client has gone.
        }
        catch (Exception exception)
        {
            await new S3Error(500, "InternalError", $"the double failed: {exception}").Answer()
                .SendAsync(context, request, fault: null);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    private async Task AnswerAsync(HttpContext context, S3Request request, S3Fault? fault)
    {
        S3Response response;
        try
        {
            if (fault?.RequestBytes is { } count) await SkipAsync(context.Request.Body, count, context.RequestAborted);
            if (fault is { CutsRequest: true })
            {
                context.Abort();
                return;
            }

            if (fault?.Error is { } error) throw error;
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            response = Perform(request, body.ToArray());
        }
        catch (S3Error error)
        {
            response = error.Answer();
            // The rest of the body is not worth reading.
            if (fault is { Error: not null, RequestBytes: not null }) context.Response.Headers.Connection = "close";
        }

        if (fault is { LosesResponse: true }) context.Abort();
        else await response.SendAsync(context, request, fault);
    }

    private S3Response Perform(S3Request request, byte[] body)
    {
        var signature = S3Signature.Verify(request, Options);
        var (payload, trailers) = signature.Decode(request, body);
        request.BodyBytes = payload.Length;
        S3Checksums.Verify(request, payload, trailers);
        return Store.Perform(request, payload, trailers);
    }

    private void Peak(int now)
    {
        for (var peak = _peakInFlight; now > peak;)
        {
            var seen = Interlocked.CompareExchange(ref _peakInFlight, now, peak);
            if (seen == peak) return;
            peak = seen;
        }
    }

    private static async Task SkipAsync(Stream body, int count, CancellationToken cancellation)
    {
        var buffer = new byte[Math.Max(1, count)];
        for (var read = 0; read < count;)
        {
            var more = await body.ReadAsync(buffer.AsMemory(read, count - read), cancellation);
            if (more == 0) return;
            read += more;
        }
    }
}

/// <summary>What the double expects and how it is limited.</summary>
internal sealed record S3DoubleOptions
{
    public string Region { get; init; } = "eu-central-1";

    public string AccessKey { get; init; } = "AKIADOUBLE";

    public string SecretKey { get; init; } = "secret-of-the-double";

    /// <summary>If set, requests must bring it, as with temporary credentials.</summary>
    public string? SessionToken { get; init; }

    /// <summary>Only these buckets exist; null makes buckets by the way.</summary>
    public IReadOnlyList<string>? Buckets { get; init; }

    /// <summary>Every part but the last has at least this length.</summary>
    public int MinimumPartBytes { get; init; } = 5 << 20;

    /// <summary>Objects on a page of a listing, at most.</summary>
    public int ListPage { get; init; } = 1000;
}
