using System.Globalization;
using System.Net;
using System.Xml.Linq;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace GpuAls.Bench.S3;

/// <summary>
/// Serves one file on the loopback device as S3 serves an object: a listing, and ranges. Uploads are taken and dropped.
/// It checks nothing, so that it takes as little as possible of the cores it shares with the client.
/// </summary>
internal sealed class RangeServer : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private const int PieceBytes = 1 << 17;
    private const string ETag = "\"bench\"";

    private readonly SafeFileHandle _file;
    private readonly long _length;
    private readonly string _key;
    private readonly KestrelServer _server;

    private RangeServer(string path)
    {
        (_file, _key) = (File.OpenHandle(path), Path.GetFileName(path));
        _length = RandomAccess.GetLength(_file);
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Limits.MaxResponseBufferSize = 4 * PieceBytes;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Listen(IPAddress.Loopback, 0);
        _server = new KestrelServer(
            Options.Create(kestrel),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
    }

    /// <summary>Where it listens.</summary>
    public string Endpoint => _server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();

    /// <summary>The file's URL.</summary>
    public string Location => $"s3://bench/{_key}";

    /// <summary>Where something may be written.</summary>
    public const string Target = "s3://bench/written";

    public static async Task<RangeServer> StartAsync(string path)
    {
        var server = new RangeServer(path);
        await server._server.StartAsync(server, CancellationToken.None).ConfigureAwait(false);
        return server;
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // There is nothing to dispose of.
    }

    public Task ProcessRequestAsync(HttpContext context) => context.Request.Method switch
    {
        "PUT" => DropAsync(context),
        "POST" => AnswerAsync(context, new XElement(
            context.Request.Query.ContainsKey("uploads")
                ? "InitiateMultipartUploadResult"
                : "CompleteMultipartUploadResult",
            new XElement("UploadId", 1), new XElement("ETag", ETag))),
        "DELETE" => Task.CompletedTask,
        _ => context.Request.Headers.Range is [{ } range] ? SendAsync(context, range) : ListAsync(context),
    };

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(CancellationToken.None).ConfigureAwait(false);
        _server.Dispose();
        _file.Dispose();
    }

    private Task ListAsync(HttpContext context) => AnswerAsync(context, new XElement(
        "ListBucketResult", new XElement("KeyCount", 1), new XElement("IsTruncated", false), new XElement(
            "Contents", new XElement("Key", _key), new XElement("Size", _length), new XElement("ETag", ETag))));

    private static Task AnswerAsync(HttpContext context, XElement answer) =>
        context.Response.WriteAsync(answer.ToString());

    private static async Task DropAsync(HttpContext context)
    {
        var body = context.Request.BodyReader;
        for (var isOver = false; !isOver;)
        {
            var read = await body.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            isOver = read.IsCompleted;
            body.AdvanceTo(read.Buffer.End);
        }

        context.Response.Headers.ETag = ETag;
    }

    private async Task SendAsync(HttpContext context, string range)
    {
        var bounds = range["bytes=".Length..].Split('-');
        var (first, last) = (
            long.Parse(bounds[0], CultureInfo.InvariantCulture), long.Parse(bounds[1], CultureInfo.InvariantCulture));
        var response = context.Response;
        response.StatusCode = StatusCodes.Status206PartialContent;
        response.ContentLength = last - first + 1;
        response.Headers.ETag = ETag;
        response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {first}-{last}/{_length}");
        for (var offset = first; offset <= last;)
        {
            var piece = response.BodyWriter.GetMemory(PieceBytes);
            var count = (int)Math.Min(piece.Length, last - offset + 1);
            count = RandomAccess.Read(_file, piece.Span[..count], offset);
            response.BodyWriter.Advance(count);
            offset += count;
            await response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }
    }
}
