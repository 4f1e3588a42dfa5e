using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace GpuAls.Tests.Connectors.S3;

/// <summary>The checksums of S3, which come in headers or trailers and are stored with the object.</summary>
internal static class S3Checksums
{
    public const string Prefix = "x-amz-checksum-";

    /// <summary>The reversed polynomial of CRC-64/NVME.</summary>
    private const ulong Nvme = 0x9A6C9329AC4BC9B5;

    private static readonly ulong[] NvmeTable = [.. Enumerable.Range(0, 256).Select(Entry)];

    private static readonly Dictionary<string, Func<byte[], byte[]>> Algorithms = new()
    {
        ["crc32"] = bytes => BigEndian(Crc32.HashToUInt32(bytes)),
        ["crc32c"] = bytes => BigEndian(Crc32C(bytes)),
        ["crc64nvme"] = bytes => BigEndian(Crc64Nvme(bytes)),
        ["sha1"] = SHA1.HashData,
        ["sha256"] = SHA256.HashData,
    };

    public static byte[] Of(string algorithm, byte[] bytes) => Algorithms[algorithm](bytes);

    /// <summary>The checksums that a request brings for its body, by algorithm.</summary>
    public static Dictionary<string, string> Given(S3Request request, Dictionary<string, string> trailers) =>
        request.Headers.Concat(trailers)
            .Where(header => header.Key.StartsWith(Prefix) && Algorithms.ContainsKey(header.Key[Prefix.Length..]))
            .ToDictionary(header => header.Key[Prefix.Length..], header => header.Value);

    /// <exception cref="S3Error">A checksum does not match, or one that was announced is absent.</exception>
    public static void Verify(S3Request request, byte[] payload, Dictionary<string, string> trailers)
    {
        // There they are of the whole object.
        if (request.Operation == S3Operation.CompleteMultipartUpload) return;
        var given = Given(request, trailers);
        if (request.Header("x-amz-trailer") is { } announced && !trailers.ContainsKey(announced.ToLowerInvariant()))
            throw new S3Error(400, "MalformedTrailerError", $"the trailer {announced} is absent");
        if (request.Header("x-amz-sdk-checksum-algorithm") is { } algorithm
            && !given.ContainsKey(algorithm.ToLowerInvariant()))
            throw new S3Error(400, "InvalidRequest", $"x-amz-sdk-checksum-algorithm is {algorithm}, but none is given");
        foreach (var (name, value) in given)
            if (Convert.ToBase64String(Of(name, payload)) != value)
                throw new S3Error(
                    400,
                    "BadDigest",
                    $"The {name.ToUpperInvariant()} you specified did not match the calculated checksum.");
        if (request.Header("content-md5") is { } md5 && Convert.ToBase64String(MD5.HashData(payload)) != md5)
            throw new S3Error(400, "BadDigest", "The Content-MD5 you specified did not match what we received.");
        if (request.Operation == S3Operation.DeleteObjects && given.Count == 0 && request.Header("content-md5") is null)
            throw new S3Error(
                400, "InvalidRequest", "Missing required header for this request: Content-MD5 OR a checksum");
    }

    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words) crc = BitOperations.Crc32C(crc, word);
        foreach (var value in bytes[(words.Length * sizeof(ulong))..]) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    private static ulong Crc64Nvme(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0ul;
        foreach (var value in bytes) crc = NvmeTable[(byte)crc ^ value] ^ (crc >> 8);
        return ~crc;
    }

    private static ulong Entry(int index)
    {
        var entry = (ulong)index;
        for (var bit = 0; bit < 8; bit++) entry = (entry & 1) != 0 ? (entry >> 1) ^ Nvme : entry >> 1;
        return entry;
    }

    private static byte[] BigEndian(uint value)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] BigEndian(ulong value)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }
}
