using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace GpuAls.Tests.Connectors.S3;

/// <summary>What a request asks for, by the names of S3's API.</summary>
internal enum S3Operation
{
    Unknown,
    HeadBucket,
    ListObjectsV2,
    ListMultipartUploads,
    DeleteObjects,
    GetObject,
    HeadObject,
    PutObject,
    CopyObject,
    DeleteObject,
    CreateMultipartUpload,
    UploadPart,
    ListParts,
    CompleteMultipartUpload,
    AbortMultipartUpload,
}

/// <summary>A request, path style, and what became of it.</summary>
internal sealed record S3Request
{
    public required string Method { get; init; }

    public required string Bucket { get; init; }

    /// <summary>Decoded; empty where the request is about the bucket.</summary>
    public required string Key { get; init; }

    /// <summary>The path as it was sent, decoded.</summary>
    public required string Path { get; init; }

    /// <summary>Decoded.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Query { get; init; }

    /// <summary>Names in lower case.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public S3Operation Operation { get; private init; }

    /// <summary>Length of the body without the framing of chunks; 0 if it was not read to its end.</summary>
    public long BodyBytes { get; set; }

    /// <summary>The status that was sent; 0 if none was.</summary>
    public int Status { get; set; }

    public static S3Request Of(HttpRequest request)
    {
        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var path = Uri.UnescapeDataString(question < 0 ? target : target[..question]);
        var parts = path.TrimStart('/').Split('/', 2);
        var parsed = new S3Request
        {
            Method = request.Method,
            Path = path,
            Bucket = parts[0],
            Key = parts.Length > 1 ? parts[1] : "",
            Query = question < 0 ? [] : [.. target[(question + 1)..].Split('&').Where(pair => pair != "").Select(Pair)],
            Headers = request.Headers.ToDictionary(
                header => header.Key.ToLowerInvariant(), header => string.Join(',', header.Value.ToArray())),
        };
        return parsed with { Operation = parsed.Find() };
    }

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public string? Argument(string name) =>
        Query.Where(pair => pair.Key == name).Select(pair => pair.Value).FirstOrDefault();

    private static KeyValuePair<string, string> Pair(string pair)
    {
        var parts = pair.Split('=', 2);
        return new(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
    }

    private S3Operation Find() => (Method, Key.Length > 0) switch
    {
        ("HEAD", false) => S3Operation.HeadBucket,
        ("GET", false) when Argument("uploads") is not null => S3Operation.ListMultipartUploads,
        ("GET", false) when Argument("list-type") == "2" => S3Operation.ListObjectsV2,
        ("POST", false) when Argument("delete") is not null => S3Operation.DeleteObjects,
        ("GET", true) when Argument("uploadId") is not null => S3Operation.ListParts,
        ("GET", true) => S3Operation.GetObject,
        ("HEAD", true) => S3Operation.HeadObject,
        ("PUT", true) when Argument("partNumber") is not null => S3Operation.UploadPart,
        ("PUT", true) when Header("x-amz-copy-source") is not null => S3Operation.CopyObject,
        ("PUT", true) => S3Operation.PutObject,
        ("DELETE", true) when Argument("uploadId") is not null => S3Operation.AbortMultipartUpload,
        ("DELETE", true) => S3Operation.DeleteObject,
        ("POST", true) when Argument("uploads") is not null => S3Operation.CreateMultipartUpload,
        ("POST", true) when Argument("uploadId") is not null => S3Operation.CompleteMultipartUpload,
        _ => S3Operation.Unknown,
    };
}

/// <summary>A refusal, as S3 says it.</summary>
internal sealed class S3Error(int status, string code, string message) : Exception(message)
{
    public string Code { get; } = code;

    public int Status { get; } = status;

    /// <summary>Further elements of the body, such as the region to use.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();

    /// <summary>Further headers.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public S3Response Answer() => new(Status)
    {
        Headers = new Dictionary<string, string>(Headers),
        Xml = new XElement(
            "Error", new XElement("Code", Code), new XElement("Message", Message), new XElement("RequestId", "double"),
            Details.Select(detail => new XElement(detail.Key, detail.Value))),
    };
}

/// <summary>An answer: headers, and XML or a range of an object.</summary>
internal sealed record S3Response(int Status)
{
    private const int PieceBytes = 1 << 16;
    private const string XmlHead = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

    public Dictionary<string, string> Headers { get; init; } = [];

    public XElement? Xml { get; init; }

    public S3Content? Content { get; init; }

    public long Offset { get; init; }

    /// <summary>Bytes of the content that are sent.</summary>
    public long Count { get; init; }

    public async Task SendAsync(HttpContext context, S3Request request, S3Fault? fault)
    {
        var sent = fault is null ? this : fault.Change(this);
        var xml = sent.Xml is null ? [] : Encoding.UTF8.GetBytes(XmlHead + sent.Xml);
        var content = sent.Content ?? new S3Content.OfBytes(xml);
        var (offset, count) = sent.Content is null ? (0, xml.Length) : (sent.Offset, sent.Count);
        context.Response.StatusCode = request.Status = sent.Status;
        foreach (var (name, value) in sent.Headers) context.Response.Headers[name] = value;
        if (sent.Xml is not null) context.Response.ContentType = "application/xml";
        if (sent.Status is not 204 and not 304) context.Response.ContentLength = count;
        var isHead = request.Method == "HEAD";
        await SendAsync(context, content, offset, isHead ? 0 : Math.Min(count, fault?.ResponseBytes ?? count), fault);
        if (fault?.ResponseBytes is null || isHead) return;
        await context.Response.Body.FlushAsync(context.RequestAborted);
        context.Abort();
    }

    private static async Task SendAsync(HttpContext context, S3Content content, long offset, long count, S3Fault? fault)
    {
        var buffer = new byte[Math.Min(PieceBytes, count)];
        for (var done = 0L; done < count;)
        {
            var piece = buffer.AsMemory(0, (int)Math.Min(buffer.Length, count - done));
            content.Read(offset + done, piece.Span);
            if (fault?.FlippedByte is { } flipped && flipped >= done && flipped < done + piece.Length)
                piece.Span[(int)(flipped - done)] ^= 1;
            await context.Response.Body.WriteAsync(piece, context.RequestAborted);
            done += piece.Length;
        }
    }

    /// <summary>The time that headers and listings give.</summary>
    public static string Rfc1123(DateTimeOffset time) => time.ToString("r", CultureInfo.InvariantCulture);
}
