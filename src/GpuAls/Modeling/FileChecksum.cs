using System.Security.Cryptography;

namespace GpuAls;

/// <summary>SHA-256 of files.</summary>
internal static class FileChecksum
{
    /// <returns>Lower-case hexadecimal.</returns>
    public static string Sha256(string path)
    {
        using var stream = new FileStream(path, new FileStreamOptions { Options = FileOptions.SequentialScan, BufferSize = 1 << 20 });
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
