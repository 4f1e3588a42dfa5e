using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using SdkOptions = Microsoft.Extensions.Options.Options;

namespace GpuAls.Tests.Cli.Operations;

/// <summary>A request that a receiver got.</summary>
internal sealed record OtlpRequest(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>A span that a receiver got.</summary>
internal sealed record OtlpSpan(
    string TraceId, string Id, string ParentId, string Name, ulong Start, ulong End,
    IReadOnlyDictionary<string, object> Attributes, IReadOnlyList<string> Events, ulong Status);

/// <summary>A point of a gauge that a receiver got.</summary>
internal sealed record OtlpPoint(
    string Name, string Unit, double Value, IReadOnlyDictionary<string, object> Attributes);

/// <summary>
/// A collector of OpenTelemetry on 127.0.0.1, by HTTP (protobuf) or gRPC. It decodes what it gets by the numbers of
/// OTLP's fields, without the code that wrote it.
/// </summary>
internal sealed class OtlpReceiver : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly bool _isGrpc;
    private readonly ConcurrentQueue<OtlpRequest> _requests = new();

    private OtlpReceiver(bool isGrpc)
    {
        _isGrpc = isGrpc;
        var kestrel = new KestrelServerOptions();
        kestrel.Listen(
            IPAddress.Loopback, 0,
            listen => listen.Protocols = isGrpc ? HttpProtocols.Http2 : HttpProtocols.Http1);
        var sockets = new SocketTransportFactory(
            SdkOptions.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        _server = new KestrelServer(SdkOptions.Create(kestrel), sockets, NullLoggerFactory.Instance);
    }

    /// <summary>The status of each answer.</summary>
    public int Status { get; set; } = 200;

    /// <summary>How long each answer takes.</summary>
    public TimeSpan Delay { get; set; }

    public IReadOnlyList<OtlpRequest> Requests => [.. _requests];

    public string Endpoint => _server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();

    public static async Task<OtlpReceiver> StartAsync(bool isGrpc = false)
    {
        var receiver = new OtlpReceiver(isGrpc);
        await receiver._server.StartAsync(receiver, default);
        return receiver;
    }

    public IReadOnlyList<OtlpSpan> Spans =>
    [
        .. from request in OfKind("trace")
           from resource in Proto.Parse(request.Body).All(1)
           from scope in resource.All(2)
           from span in scope.All(2)
           select new OtlpSpan(
               span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5), span.Number(7), span.Number(8),
               Attributes(span.All(9)), [.. span.All(11).Select(told => told.Text(2))],
               span.All(15).FirstOrDefault()?.Number(3) ?? 0),
    ];

    public IReadOnlyList<OtlpPoint> Points =>
    [
        .. from request in OfKind("metrics")
           from resource in Proto.Parse(request.Body).All(1)
           from scope in resource.All(2)
           from metric in scope.All(2)
           from gauge in metric.All(5)
           from point in gauge.All(1)
           select new OtlpPoint(
               metric.Text(1), metric.Text(3), BitConverter.UInt64BitsToDouble(point.Number(4)),
               Attributes(point.All(7))),
    ];

    /// <summary>The attributes of each resource, of traces and of metrics.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, object>> Resources =>
    [
        .. from request in _requests
           from resource in Proto.Parse(request.Body).All(1)
           select Attributes(resource.All(1).Single().All(1)),
    ];

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public async Task ProcessRequestAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        await Task.Delay(Delay);
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString());
        // gRPC has a flag and the length before the message.
        var message = body.ToArray()[(_isGrpc ? 5 : 0)..];
        _requests.Enqueue(new OtlpRequest(context.Request.Path, headers, message));
        context.Response.StatusCode = Status;
        context.Response.ContentType = _isGrpc ? "application/grpc" : "application/x-protobuf";
        if (!_isGrpc) return;
        await context.Response.Body.WriteAsync(new byte[5]);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // It has nothing of its own.
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _server.StopAsync(now.Token);
        _server.Dispose();
    }

    private IEnumerable<OtlpRequest> OfKind(string kind) =>
        _requests.Where(request => request.Path.Contains(kind, StringComparison.OrdinalIgnoreCase));

    private static Dictionary<string, object> Attributes(IEnumerable<Proto> pairs) => pairs.ToDictionary(
        pair => pair.Text(1),
        object (pair) =>
        {
            var value = pair.All(2).Single();
            return value.Has(1) ? value.Text(1)
                : value.Has(4) ? BitConverter.UInt64BitsToDouble(value.Number(4))
                : (long)value.Number(value.Has(2) ? 2 : 3);
        });
}

/// <summary>A message of protobuf: its fields by number, numbers or bytes.</summary>
internal sealed class Proto
{
    private readonly List<(int Field, ulong Number, byte[]? Bytes)> _fields = [];

    public static Proto Parse(ReadOnlySpan<byte> bytes)
    {
        var message = new Proto();
        while (bytes.Length > 0)
        {
            var key = Varint(ref bytes);
            var (field, number, data) = ((int)(key >> 3), 0UL, default(byte[]));
            switch (key & 7)
            {
                case 0:
                    number = Varint(ref bytes);
                    break;
                case 1:
                    number = BitConverter.ToUInt64(bytes);
                    bytes = bytes[8..];
                    break;
                case 2:
                    var length = (int)Varint(ref bytes);
                    data = bytes[..length].ToArray();
                    bytes = bytes[length..];
                    break;
                case 5:
                    number = BitConverter.ToUInt32(bytes);
                    bytes = bytes[4..];
                    break;
                default: throw new FormatException($"wire type {key & 7}");
            }

            message._fields.Add((field, number, data));
        }

        return message;
    }

    public bool Has(int field) => _fields.Any(found => found.Field == field);

    public IEnumerable<Proto> All(int field) =>
        _fields.Where(found => found.Field == field).Select(found => Parse(found.Bytes));

    public string Text(int field) => System.Text.Encoding.UTF8.GetString(Bytes(field));

    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field));

    public ulong Number(int field) => _fields.FirstOrDefault(found => found.Field == field).Number;

    private byte[] Bytes(int field) => _fields.FirstOrDefault(found => found.Field == field).Bytes ?? [];

    private static ulong Varint(ref ReadOnlySpan<byte> bytes)
    {
        var (value, shift) = (0UL, 0);
        for (; ; shift += 7)
        {
            var part = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return value;
        }
    }
}
