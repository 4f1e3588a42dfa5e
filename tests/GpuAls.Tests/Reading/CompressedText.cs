using System.IO.Compression;
using SharpCompress.Compressors.BZip2;

namespace GpuAls.Tests.Reading;

/// <summary>Bytes as the extension of a file says.</summary>
internal static class CompressedText
{
    public static byte[] Of(string name, byte[] plain)
    {
        using var memory = new MemoryStream();
        using (Stream stream = Path.GetExtension(name) switch
        {
            ".gz" => new GZipStream(memory, CompressionLevel.Fastest, leaveOpen: true),
            ".bz2" => BZip2Stream.Create(
                memory,
                SharpCompress.Compressors.CompressionMode.Compress,
                decompressConcatenated: false,
                leaveOpen: true),
            _ => new ZstdSharp.CompressionStream(memory, leaveOpen: true),
        }) stream.Write(plain);
        return memory.ToArray();
    }
}
