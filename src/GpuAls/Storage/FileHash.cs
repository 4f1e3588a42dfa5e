using System.IO.Hashing;
using System.Security.Cryptography;

namespace GpuAls;

/// <summary>Which checksums are computed.</summary>
[Flags]
internal enum FileHashes
{
    /// <summary>SHA-256, for whoever passes a model on.</summary>
    Sha256 = 1,

    /// <summary>XXH128, nine times as fast: finds damage, but not a change made to go unnoticed.</summary>
    Xxh128 = 2,

    /// <summary>Both.</summary>
    Both = Sha256 | Xxh128,
}

/// <summary>The checksums of a file, in lower-case hexadecimal; null where not computed.</summary>
/// <param name="Sha256">As <c>sha256sum</c> prints it.</param>
/// <param name="Xxh128">As <c>xxh128sum</c> prints it.</param>
internal sealed record FileChecksums(string? Sha256, string? Xxh128);

/// <summary>Computes checksums of bytes that come in order.</summary>
internal sealed class FileHash(FileHashes hashes) : IDisposable
{
    private const int ChunkBytes = 1 << 20;

    private readonly IncrementalHash? _sha256 =
        hashes.HasFlag(FileHashes.Sha256) ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;

    private readonly XxHash128? _xxh128 = hashes.HasFlag(FileHashes.Xxh128) ? new XxHash128() : null;

    /// <summary>The checksums of a whole file.</summary>
    public static async Task<FileChecksums> OfAsync(
        IByteSource source, FileHashes hashes, CancellationToken cancellation)
    {
        using var hash = new FileHash(hashes);
        using var chunk = new RentedArray<byte>(ChunkBytes);
        var stream = await source.OpenAsync(cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            while (true)
            {
                var count = await stream.ReadAsync(chunk.Memory, cancellation).ConfigureAwait(false);
                if (count == 0) return hash.Finish();
                hash.Append(chunk.Span[..count]);
            }
        }
    }

    /// <summary>Takes the bytes that follow.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _sha256?.AppendData(bytes);
        _xxh128?.Append(bytes);
    }

    /// <summary>The checksums of all bytes since the last call.</summary>
    public FileChecksums Finish() => new(Hex(_sha256?.GetHashAndReset()), Hex(_xxh128?.GetHashAndReset()));

    /// <inheritdoc/>
    public void Dispose() => _sha256?.Dispose();

    private static string? Hex(byte[]? hash) => hash is null ? null : Convert.ToHexStringLower(hash);
}
