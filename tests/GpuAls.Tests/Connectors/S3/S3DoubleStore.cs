using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace GpuAls.Tests.Connectors.S3;

/// <summary>An object.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="ETag">With quotes.</param>
/// <param name="Modified">When it got its bytes.</param>
internal sealed record S3DoubleObject(S3Content Content, string ETag, DateTimeOffset Modified)
{
    /// <summary>By algorithm; those of a multipart upload are over the checksums of its parts.</summary>
    public IReadOnlyDictionary<string, string> Checksums { get; init; } = new Dictionary<string, string>();

    /// <summary>Content-Type, Content-Encoding and x-amz-meta-*.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

/// <summary>A multipart upload that is neither complete nor aborted.</summary>
internal sealed record S3OpenUpload(string Id, string Bucket, string Key, S3Request Begun)
{
    public SortedDictionary<int, (byte[] Bytes, string ETag, string? Checksum)> Parts { get; } = [];

    /// <summary>Its checksum's algorithm; null if the client chose none.</summary>
    public string? Algorithm => Begun.Header("x-amz-checksum-algorithm")?.ToLowerInvariant();
}

/// <summary>Buckets, objects and uploads, and what S3's operations do to them.</summary>
internal sealed class S3DoubleStore(S3DoubleOptions options)
{
    private const int MostParts = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, SortedDictionary<string, S3DoubleObject>> _buckets =
        options.Buckets?.ToDictionary(name => name, _ => NewBucket()) ?? [];

    private readonly Dictionary<string, S3OpenUpload> _uploads = [];
    private int _uploadCount;

    public IReadOnlyList<S3OpenUpload> OpenUploads
    {
        get
        {
            lock (_lock) return [.. _uploads.Values];
        }
    }

    /// <summary>Aborts all uploads, as a rule of the bucket's lifecycle does in time.</summary>
    public void AbortAll()
    {
        lock (_lock) _uploads.Clear();
    }

    /// <summary>The keys in a bucket, in the order of listings.</summary>
    public IReadOnlyList<string> Keys(string bucket, string prefix = "")
    {
        lock (_lock)
        {
            IEnumerable<string> keys = _buckets.GetValueOrDefault(bucket)?.Keys ?? (IEnumerable<string>)[];
            return [.. keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal))];
        }
    }

    public S3DoubleObject? Find(string bucket, string key)
    {
        lock (_lock) return _buckets.GetValueOrDefault(bucket)?.GetValueOrDefault(key);
    }

    public byte[] Bytes(string bucket, string key)
    {
        var content = Find(bucket, key)?.Content ?? throw new KeyNotFoundException($"s3://{bucket}/{key}");
        var bytes = new byte[content.Length];
        content.Read(0, bytes);
        return bytes;
    }

    public string Text(string bucket, string key) => Encoding.UTF8.GetString(Bytes(bucket, key));

    public void Put(string bucket, string key, byte[] bytes) => Prepare(bucket, key, bytes)();

    /// <summary>
    /// A put that is ready: its ETag is computed now, which could take longer than a request that waits for the put.
    /// </summary>
    public Action Prepare(string bucket, string key, byte[] bytes)
    {
        var value = new S3DoubleObject(new S3Content.OfBytes(bytes), ETagOf(bytes), Now());
        return () => Put(bucket, key, value);
    }

    public void Put(string bucket, string key, string text) => Put(bucket, key, Encoding.UTF8.GetBytes(text));

    /// <summary>An object whose bytes stay in a file, which may be larger than memory.</summary>
    public void PutFile(string bucket, string key, string path)
    {
        var content = new S3Content.OfFile(path);
        var etag = ETagOf(Encoding.UTF8.GetBytes($"{path} {content.Length}"));
        Put(bucket, key, new S3DoubleObject(content, etag, Now()));
    }

    /// <summary>All files of a folder, below a prefix.</summary>
    public void PutFolder(string bucket, string prefix, string folder)
    {
        foreach (var path in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
            Put(bucket, prefix + Path.GetRelativePath(folder, path).Replace('\\', '/'), File.ReadAllBytes(path));
    }

    public void Delete(string bucket, string key)
    {
        lock (_lock) _buckets.GetValueOrDefault(bucket)?.Remove(key);
    }

    /// <exception cref="S3Error">It is refused.</exception>
    internal S3Response Perform(S3Request request, byte[] payload, Dictionary<string, string> trailers)
    {
        lock (_lock)
        {
            var bucket = _buckets.GetValueOrDefault(request.Bucket);
            if (bucket is null)
            {
                if (options.Buckets is not null)
                    throw new S3Error(404, "NoSuchBucket", "The specified bucket does not exist")
                    {
                        Details = new Dictionary<string, string> { ["BucketName"] = request.Bucket },
                    };
                bucket = _buckets[request.Bucket] = NewBucket();
            }

            return request.Operation switch
            {
                S3Operation.HeadBucket => new S3Response(200),
                S3Operation.ListObjectsV2 => List(request, bucket),
                S3Operation.ListMultipartUploads => ListUploads(request),
                S3Operation.DeleteObjects => DeleteMany(bucket, payload),
                S3Operation.GetObject or S3Operation.HeadObject => Get(request, bucket),
                S3Operation.PutObject => Put(request, bucket, payload, trailers),
                S3Operation.CopyObject => Copy(request, bucket),
                S3Operation.DeleteObject => Delete(request, bucket),
                S3Operation.CreateMultipartUpload => Create(request),
                S3Operation.UploadPart => UploadPart(request, payload, trailers),
                S3Operation.ListParts => ListParts(request),
                S3Operation.CompleteMultipartUpload => Complete(request, bucket, payload),
                S3Operation.AbortMultipartUpload => Abort(request),
                _ => throw new S3Error(501, "NotImplemented", $"{request.Method} {request.Path} {request.Query.Count}"),
            };
        }
    }

    private static SortedDictionary<string, S3DoubleObject> NewBucket() => new(new Utf8Order());

    /// <summary>Listings give whole seconds, but nothing here depends on it.</summary>
    private static DateTimeOffset Now() => DateTimeOffset.UtcNow;

    private static string ETagOf(byte[] bytes) => $"\"{Convert.ToHexStringLower(MD5.HashData(bytes))}\"";

    private static S3Error NoSuchKey() => new(404, "NoSuchKey", "The specified key does not exist.");

    private static S3Error PreconditionFailed() =>
        new(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");

    private void Put(string bucket, string key, S3DoubleObject value)
    {
        lock (_lock)
        {
            if (!_buckets.TryGetValue(bucket, out var objects)) _buckets.Add(bucket, objects = NewBucket());
            objects[key] = value;
        }
    }

    private static S3Response Get(S3Request request, SortedDictionary<string, S3DoubleObject> bucket)
    {
        var found = bucket.GetValueOrDefault(request.Key) ?? throw NoSuchKey();
        if (request.Header("if-match") is { } match && match != "*" && match != found.ETag)
            throw PreconditionFailed();
        if (request.Header("if-none-match") is { } none && (none == "*" || none == found.ETag))
            return new S3Response(304);
        var headers = new Dictionary<string, string>(found.Metadata)
        {
            ["ETag"] = found.ETag,
            ["Last-Modified"] = S3Response.Rfc1123(found.Modified),
            ["Accept-Ranges"] = "bytes",
        };
        var (offset, count) = (0L, found.Content.Length);
        if (request.Header("range") is { } range)
        {
            (offset, count) = Range(range, found.Content.Length);
            headers["Content-Range"] = string.Create(
                CultureInfo.InvariantCulture, $"bytes {offset}-{offset + count - 1}/{found.Content.Length}");
        }
        else if (request.Header("x-amz-checksum-mode") == "ENABLED")
        {
            foreach (var (algorithm, value) in found.Checksums) headers[S3Checksums.Prefix + algorithm] = value;
        }

        var status = headers.ContainsKey("Content-Range") ? 206 : 200;
        return new S3Response(status) { Headers = headers, Content = found.Content, Offset = offset, Count = count };
    }

    private static (long Offset, long Count) Range(string range, long length)
    {
        var bounds = range["bytes=".Length..].Split('-');
        var first = bounds[0] == "" ? Math.Max(0, length - Parse(bounds[1])) : Parse(bounds[0]);
        var last = bounds[0] == "" || bounds[1] == "" ? length - 1 : Math.Min(length - 1, Parse(bounds[1]));
        return first <= last ? (first, last - first + 1)
            : throw new S3Error(416, "InvalidRange", "The requested range is not satisfiable");

        static long Parse(string digits) => long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static S3Response Put(
        S3Request request,
        SortedDictionary<string, S3DoubleObject> bucket,
        byte[] payload,
        Dictionary<string, string> trailers)
    {
        CheckReplaceable(request, bucket);
        var made = new S3DoubleObject(new S3Content.OfBytes(payload), ETagOf(payload), Now())
        {
            Checksums = S3Checksums.Given(request, trailers),
            Metadata = Metadata(request),
        };
        bucket[request.Key] = made;
        return new S3Response(200) { Headers = { ["ETag"] = made.ETag } };
    }

    private static void CheckReplaceable(S3Request request, SortedDictionary<string, S3DoubleObject> bucket)
    {
        var existing = bucket.GetValueOrDefault(request.Key);
        var isRefused = request.Header("if-none-match") switch
        {
            null => false,
            "*" => existing is not null,
            var other => throw new S3Error(501, "NotImplemented", $"If-None-Match: {other}; S3 takes * only"),
        };
        if (request.Header("if-match") is { } match)
        {
            if (existing is null) throw NoSuchKey();
            isRefused |= match != "*" && match != existing.ETag;
        }

        if (isRefused)
            throw PreconditionFailed();
    }

    private static Dictionary<string, string> Metadata(S3Request request) => request.Headers
        .Where(header => header.Key is "content-type" or "content-encoding" || header.Key.StartsWith("x-amz-meta-"))
        .Select(header => header.Key == "content-encoding"
            ? new(header.Key, string.Join(',', header.Value.Split(',').Where(part => part.Trim() != "aws-chunked")))
            : header)
        .Where(header => header.Value != "").ToDictionary();

    private S3Response Copy(S3Request request, SortedDictionary<string, S3DoubleObject> bucket)
    {
        CheckReplaceable(request, bucket);
        var source = Uri.UnescapeDataString(request.Header("x-amz-copy-source")!).TrimStart('/').Split('/', 2);
        var found = _buckets.GetValueOrDefault(source[0])?.GetValueOrDefault(source[1]) ?? throw NoSuchKey();
        if (request.Header("x-amz-copy-source-if-match") is { } match && match != found.ETag)
            throw PreconditionFailed();
        bucket[request.Key] = found with { Modified = Now() };
        return new S3Response(200) { Xml = new XElement("CopyObjectResult", new XElement("ETag", found.ETag)) };
    }

    private static S3Response Delete(S3Request request, SortedDictionary<string, S3DoubleObject> bucket)
    {
        if (request.Header("if-match") is not null) CheckReplaceable(request, bucket);
        bucket.Remove(request.Key);
        return new S3Response(204);
    }

    private static S3Response DeleteMany(SortedDictionary<string, S3DoubleObject> bucket, byte[] payload)
    {
        var keys = Parse(payload).Descendants().Where(element => element.Name.LocalName == "Key")
            .Select(element => element.Value).ToArray();
        foreach (var key in keys) bucket.Remove(key);
        return new S3Response(200)
        {
            Xml = new XElement("DeleteResult", keys.Select(key => new XElement("Deleted", new XElement("Key", key)))),
        };
    }

    private S3Response List(S3Request request, SortedDictionary<string, S3DoubleObject> bucket)
    {
        var (prefix, delimiter) = (request.Argument("prefix") ?? "", request.Argument("delimiter") ?? "");
        var after = request.Argument("continuation-token") ?? request.Argument("start-after") ?? "";
        var most = Math.Min(
            options.ListPage, int.Parse(request.Argument("max-keys") ?? "1000", CultureInfo.InvariantCulture));
        var isEncoded = request.Argument("encoding-type") == "url";
        var (order, folders, entries) = (new Utf8Order(), new SortedSet<string>(new Utf8Order()), new List<XElement>());
        var last = "";
        var isTruncated = false;
        foreach (var (key, value) in bucket)
        {
            if (!key.StartsWith(prefix, StringComparison.Ordinal)) continue;
            var cut = delimiter == "" ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            var folder = cut < 0 ? null : key[..(cut + delimiter.Length)];
            // A page may end with a folder: what is in it does not come again.
            if (order.Compare(key, after) <= 0 || (folder is not null && folder == after)) continue;
            if (folder is not null && folders.Contains(folder)) continue;
            if (entries.Count + folders.Count == most)
            {
                isTruncated = true;
                break;
            }

            last = folder ?? key;
            if (folder is not null) folders.Add(folder);
            else
                entries.Add(new XElement(
                    "Contents", new XElement("Key", Name(key)), new XElement("ETag", value.ETag),
                    new XElement("Size", value.Content.Length), new XElement("StorageClass", "STANDARD"),
                    new XElement("LastModified", Iso(value.Modified))));
        }

        return new S3Response(200)
        {
            Xml = new XElement(
                "ListBucketResult", new XElement("Name", request.Bucket), new XElement("Prefix", Name(prefix)),
                new XElement("KeyCount", entries.Count + folders.Count), new XElement("MaxKeys", most),
                new XElement("IsTruncated", isTruncated), isEncoded ? new XElement("EncodingType", "url") : null,
                isTruncated ? new XElement("NextContinuationToken", last) : null, entries,
                folders.Select(folder => new XElement("CommonPrefixes", new XElement("Prefix", Name(folder))))),
        };

        string Name(string key) => isEncoded ? Uri.EscapeDataString(key).Replace("%2F", "/") : key;
    }

    private static string Iso(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private S3Response Create(S3Request request)
    {
        var id = $"upload-{++_uploadCount}";
        _uploads.Add(id, new S3OpenUpload(id, request.Bucket, request.Key, request));
        return new S3Response(200)
        {
            Xml = new XElement(
                "InitiateMultipartUploadResult", new XElement("Bucket", request.Bucket),
                new XElement("Key", request.Key), new XElement("UploadId", id)),
        };
    }

    private S3OpenUpload Upload(S3Request request)
    {
        var upload = _uploads.GetValueOrDefault(request.Argument("uploadId")!);
        return upload is not null && upload.Bucket == request.Bucket && upload.Key == request.Key ? upload
            : throw new S3Error(
                404, "NoSuchUpload", "The specified upload does not exist. It may have been aborted or completed.");
    }

    private S3Response UploadPart(S3Request request, byte[] payload, Dictionary<string, string> trailers)
    {
        var upload = Upload(request);
        var number = int.Parse(request.Argument("partNumber")!, CultureInfo.InvariantCulture);
        if (number is < 1 or > MostParts)
            throw new S3Error(400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive");
        var checksum = S3Checksums.Given(request, trailers).GetValueOrDefault(upload.Algorithm ?? "");
        if (upload.Algorithm is not null && checksum is null)
            throw new S3Error(
                400, "InvalidRequest", $"Checksum Type mismatch occurred, expected {upload.Algorithm}, actual null");
        var etag = ETagOf(payload);
        upload.Parts[number] = (payload, etag, checksum);
        var response = new S3Response(200) { Headers = { ["ETag"] = etag } };
        if (checksum is not null) response.Headers[S3Checksums.Prefix + upload.Algorithm] = checksum;
        return response;
    }

    private S3Response Complete(S3Request request, SortedDictionary<string, S3DoubleObject> bucket, byte[] payload)
    {
        var upload = Upload(request);
        var parts = Parts(upload, payload);
        CheckReplaceable(request, bucket);
        var hashes = parts.SelectMany(part => Convert.FromHexString(part.ETag.Trim('"'))).ToArray();
        var etag = $"\"{Convert.ToHexStringLower(MD5.HashData(hashes))}-{parts.Count}\"";
        var checksums = new Dictionary<string, string>();
        if (upload.Algorithm is { } algorithm)
        {
            var sums = parts.SelectMany(part => Convert.FromBase64String(part.Checksum!)).ToArray();
            checksums[algorithm] = $"{Convert.ToBase64String(S3Checksums.Of(algorithm, sums))}-{parts.Count}";
        }

        var content = new S3Content.OfBytes(Joined(parts.Select(part => part.Bytes)));
        bucket[request.Key] =
            new S3DoubleObject(content, etag, Now()) { Checksums = checksums, Metadata = Metadata(upload.Begun) };
        _uploads.Remove(upload.Id);
        return new S3Response(200)
        {
            Xml = new XElement(
                "CompleteMultipartUploadResult", new XElement("Bucket", request.Bucket),
                new XElement("Key", request.Key), new XElement("ETag", etag)),
        };
    }

    /// <summary>The parts that are named, if they may become an object.</summary>
    private List<(byte[] Bytes, string ETag, string? Checksum)> Parts(S3OpenUpload upload, byte[] payload)
    {
        var (parts, before) = (new List<(byte[] Bytes, string ETag, string? Checksum)>(), 0);
        foreach (var element in Parse(payload).Elements().Where(element => element.Name.LocalName == "Part"))
        {
            string? Value(string name) =>
                element.Elements().FirstOrDefault(child => child.Name.LocalName == name)?.Value;
            var number = int.Parse(Value("PartNumber")!, CultureInfo.InvariantCulture);
            if (number <= before)
                throw new S3Error(400, "InvalidPartOrder", "The list of parts was not in ascending order.");
            before = number;
            if (!upload.Parts.TryGetValue(number, out var part) || part.ETag.Trim('"') != Value("ETag")?.Trim('"')
                || (upload.Algorithm is { } sum && Value("Checksum" + sum.ToUpperInvariant()) != part.Checksum))
                throw new S3Error(400, "InvalidPart", $"Part {number} could not be found, or differs.");
            if (parts.Count > 0 && parts[^1].Bytes.Length < options.MinimumPartBytes)
                throw new S3Error(
                    400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
            parts.Add(part);
        }

        return parts.Count > 0 ? parts : throw new S3Error(400, "MalformedXML", "no parts");
    }

    private S3Response Abort(S3Request request)
    {
        _uploads.Remove(Upload(request).Id);
        return new S3Response(204);
    }

    private S3Response ListUploads(S3Request request) => new(200)
    {
        Xml = new XElement(
            "ListMultipartUploadsResult", new XElement("Bucket", request.Bucket), new XElement("IsTruncated", false),
            _uploads.Values
                .Where(upload => upload.Bucket == request.Bucket
                    && upload.Key.StartsWith(request.Argument("prefix") ?? "", StringComparison.Ordinal))
                .Select(upload => new XElement(
                    "Upload", new XElement("Key", upload.Key), new XElement("UploadId", upload.Id),
                    new XElement("Initiated", Iso(Now()))))),
    };

    private S3Response ListParts(S3Request request) => new(200)
    {
        Xml = new XElement(
            "ListPartsResult", new XElement("Bucket", request.Bucket), new XElement("Key", request.Key),
            new XElement("UploadId", Upload(request).Id), new XElement("IsTruncated", false),
            Upload(request).Parts.Select(part => new XElement(
                "Part", new XElement("PartNumber", part.Key), new XElement("ETag", part.Value.ETag),
                new XElement("Size", part.Value.Bytes.Length)))),
    };

    private static byte[] Joined(IEnumerable<byte[]> pieces)
    {
        using var joined = new MemoryStream();
        foreach (var piece in pieces) joined.Write(piece);
        return joined.ToArray();
    }

    private static XElement Parse(byte[] xml)
    {
        try
        {
            return XElement.Load(new MemoryStream(xml));
        }
        catch (System.Xml.XmlException exception)
        {
            throw new S3Error(400, "MalformedXML", exception.Message);
        }
    }

    /// <summary>The order of listings.</summary>
    private sealed class Utf8Order : IComparer<string>
    {
        public int Compare(string? x, string? y) =>
            Encoding.UTF8.GetBytes(x!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y!));
    }
}

/// <summary>The bytes of an object.</summary>
internal abstract record S3Content(long Length)
{
    public abstract void Read(long offset, Span<byte> target);

    public sealed record OfBytes(byte[] Bytes) : S3Content(Bytes.Length)
    {
        public override void Read(long offset, Span<byte> target) =>
            Bytes.AsSpan((int)offset, target.Length).CopyTo(target);
    }

    public sealed record OfFile(string Path) : S3Content(new FileInfo(Path).Length)
    {
        private readonly Microsoft.Win32.SafeHandles.SafeFileHandle _file = File.OpenHandle(Path);

        public override void Read(long offset, Span<byte> target)
        {
            while (target.Length > 0)
            {
                var count = RandomAccess.Read(_file, target, offset);
                if (count == 0) throw new EndOfStreamException(Path);
                offset += count;
                target = target[count..];
            }
        }
    }
}
