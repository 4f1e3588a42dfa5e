using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace GpuAls.Tests.Connectors.S3;

/// <summary>
/// AWS's Signature Version 4, as the server checks it: the request's own, then those of the chunks of its body and of
/// the trailer, each of which signs the one before.
/// </summary>
internal sealed class S3Signature
{
    private const string Unsigned = "UNSIGNED-PAYLOAD";
    private const string SignedChunks = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    private const string TrailerSuffix = "-TRAILER";
    private const string UnsignedChunks = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

    private static readonly TimeSpan MostSkew = TimeSpan.FromMinutes(15);

    private readonly byte[] _key;
    private readonly string _date;
    private readonly string _scope;
    private string _last;

    private S3Signature(byte[] key, string date, string scope, string seed) =>
        (_key, _date, _scope, _last) = (key, date, scope, seed);

    /// <exception cref="S3Error">The request is not signed, or not by whom the options name.</exception>
    public static S3Signature Verify(S3Request request, S3DoubleOptions options)
    {
        const string Scheme = "AWS4-HMAC-SHA256 ";
        if (request.Header("authorization") is not { } authorization || !authorization.StartsWith(Scheme))
            throw new S3Error(403, "AccessDenied", "Access Denied: the request is not signed");
        var fields = authorization[Scheme.Length..].Split(',', StringSplitOptions.TrimEntries)
            .Select(field => field.Split('=', 2)).ToDictionary(field => field[0], field => field[1]);
        var credential = fields["Credential"].Split('/'); // key/day/region/s3/aws4_request
        var signed = fields["SignedHeaders"].Split(';');
        var date = request.Header("x-amz-date") ?? throw new S3Error(403, "AccessDenied", "x-amz-date is missing");
        CheckCredential(request, options, credential, date);
        var unsigned = request.Headers.Keys.Append("host")
            .FirstOrDefault(name => (name.StartsWith("x-amz-") || name == "host") && !signed.Contains(name));
        if (unsigned is not null) throw new S3Error(403, "AccessDenied", $"the header {unsigned} is not signed");

        var scope = string.Join('/', credential[1..]);
        var key = Encoding.UTF8.GetBytes("AWS4" + options.SecretKey);
        foreach (var part in credential[1..]) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        var signature = new S3Signature(key, date, scope, "");
        signature._last = signature.Sign("AWS4-HMAC-SHA256", Hash(Encoding.UTF8.GetBytes(Canonical(request, signed))));
        if (signature._last != fields["Signature"]) throw DoesNotMatch("the request");
        return signature;
    }

    /// <returns>The body without the framing of chunks, and the trailers; both verified.</returns>
    /// <exception cref="S3Error">A signature or a hash does not match, or the framing is damaged.</exception>
    public (byte[] Payload, Dictionary<string, string> Trailers) Decode(S3Request request, byte[] body)
    {
        var sha256 = request.Header("x-amz-content-sha256")
            ?? throw new S3Error(
                400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
        if (sha256 == Unsigned) return (body, []);
        if (!sha256.StartsWith("STREAMING-"))
        {
            if (sha256 != Hash(body))
                throw new S3Error(
                    400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match.");
            return (body, []);
        }

        if (sha256 is not (SignedChunks or SignedChunks + TrailerSuffix or UnsignedChunks))
            throw new S3Error(501, "NotImplemented", $"x-amz-content-sha256: {sha256}");
        if (request.Header("content-encoding")?.Contains("aws-chunked") != true)
            throw new S3Error(400, "InvalidRequest", "a body in chunks needs Content-Encoding: aws-chunked");
        var (payload, trailers) = Chunks(body, sha256 != UnsignedChunks, sha256.EndsWith(TrailerSuffix));
        if (request.Header("x-amz-decoded-content-length") != payload.Length.ToString(CultureInfo.InvariantCulture))
            throw new S3Error(400, "IncompleteBody", $"x-amz-decoded-content-length is not {payload.Length}");
        return (payload, trailers);
    }

    private static void CheckCredential(S3Request request, S3DoubleOptions options, string[] credential, string date)
    {
        if (credential[0] != options.AccessKey)
            throw new S3Error(
                403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.");
        if (options.SessionToken is { } token && request.Header("x-amz-security-token") != token)
            throw new S3Error(400, "InvalidToken", "The provided token is malformed or otherwise invalid.");
        var time = DateTimeOffset.ParseExact(
            date, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        if ((DateTimeOffset.UtcNow - time).Duration() > MostSkew)
            throw new S3Error(
                403,
                "RequestTimeTooSkewed",
                "The difference between the request time and the current time is too large.");
        if (credential[1] != date[..8] || credential[3] != "s3" || credential[4] != "aws4_request")
            throw new S3Error(400, "AuthorizationHeaderMalformed", "The authorization header is malformed.");
        if (credential[2] != options.Region)
            throw new S3Error(
                400,
                "AuthorizationHeaderMalformed",
                $"The authorization header is malformed; the region '{credential[2]}' is wrong; expecting "
                + $"'{options.Region}'")
            { Details = new Dictionary<string, string> { ["Region"] = options.Region } };
    }

    private static string Canonical(S3Request request, string[] signed)
    {
        var path = string.Join('/', request.Path.Split('/').Select(Uri.EscapeDataString));
        var query = string.Join('&', request.Query
            .Select(pair => (Uri.EscapeDataString(pair.Key), Uri.EscapeDataString(pair.Value)))
            .OrderBy(pair => pair.Item1, StringComparer.Ordinal).ThenBy(pair => pair.Item2, StringComparer.Ordinal)
            .Select(pair => $"{pair.Item1}={pair.Item2}"));
        var headers = string.Concat(signed.Select(name => $"{name}:{Trimmed(request.Header(name))}\n"));
        return string.Join(
            '\n', request.Method, path, query, headers, string.Join(';', signed),
            request.Header("x-amz-content-sha256"));
    }

    /// <summary>Spaces in a row count as one.</summary>
    private static string Trimmed(string? value) =>
        string.Join(' ', (value ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static S3Error DoesNotMatch(string what) => new(
        403,
        "SignatureDoesNotMatch",
        $"The request signature we calculated does not match the signature you provided ({what}).");

    private static S3Error Damaged(int position) =>
        new(400, "InvalidChunkSizeError", $"the framing of chunks is damaged near byte {position}");

    private (byte[] Payload, Dictionary<string, string> Trailers) Chunks(byte[] body, bool isSigned, bool hasTrailer)
    {
        using var payload = new MemoryStream(body.Length);
        var position = 0;
        int length;
        do
        {
            var parts = Line().Split(";chunk-signature=");
            if (!int.TryParse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out length)
                || length > body.Length - position) throw Damaged(position);
            var data = body.AsSpan(position, length);
            if (isSigned)
            {
                _last = Sign("AWS4-HMAC-SHA256-PAYLOAD", Hash([]) + "\n" + Hash(data), _last);
                if (parts.Length < 2 || parts[1] != _last) throw DoesNotMatch("a chunk");
            }

            payload.Write(data);
            position += length;
            if (length > 0 && Line() != "") throw Damaged(position);
        }
        while (length > 0);

        var trailers = new Dictionary<string, string>();
        while (position < body.Length && Line() is { Length: > 0 } line)
        {
            var pair = line.Split(':', 2);
            if (pair.Length < 2) throw Damaged(position);
            trailers.Add(pair[0].ToLowerInvariant(), pair[1].Trim());
        }

        if (hasTrailer && isSigned) CheckTrailer(trailers);
        return (payload.ToArray(), trailers);

        string Line()
        {
            var end = body.AsSpan(position).IndexOf((byte)'\n');
            if (end < 0) throw Damaged(position);
            var line = Encoding.ASCII.GetString(body, position, end).TrimEnd('\r');
            position += end + 1;
            return line;
        }
    }

    private void CheckTrailer(Dictionary<string, string> trailers)
    {
        trailers.Remove("x-amz-trailer-signature", out var given);
        var lines = string.Concat(trailers.Select(trailer => $"{trailer.Key}:{trailer.Value}\n"));
        if (given != Sign("AWS4-HMAC-SHA256-TRAILER", Hash(Encoding.UTF8.GetBytes(lines)), _last))
            throw DoesNotMatch("the trailer");
    }

    private string Sign(string algorithm, string what, string? before = null)
    {
        string?[] parts = [algorithm, _date, _scope, before, what];
        var text = string.Join('\n', parts.Where(part => part is not null));
        return Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)));
    }
}
