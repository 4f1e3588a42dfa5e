using System.IO.Compression;
using Parquet.Meta;
using Snappier;
using ZstdSharp;

namespace GpuAls.Reading;

/// <summary>Decompresses pages.</summary>
internal static class ParquetCompression
{
    /// <summary>Runs of equal values take few bytes; nothing is smaller by more than this.</summary>
    private const long MostBytesPerByte = 1 << 16;

    public static bool IsKnown(CompressionCodec codec) => codec is
        CompressionCodec.UNCOMPRESSED or CompressionCodec.SNAPPY or CompressionCodec.GZIP or CompressionCodec.BROTLI or CompressionCodec.ZSTD;

    /// <summary>Decompresses a page.</summary>
    /// <param name="codec">One that <see cref="IsKnown"/>.</param>
    /// <param name="compressed">The page as it is in the file.</param>
    /// <param name="length">Bytes it has to have.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static RentedArray<byte> Decompress(CompressionCodec codec, ArraySegment<byte> compressed, int length)
    {
        if (length > compressed.Count * MostBytesPerByte) throw Damaged(); // must not become a huge allocation
        var page = new RentedArray<byte>(length);
        try
        {
            if (length > 0 && Decompress(codec, compressed, page.Span) != length) throw Damaged();
            return page;
        }
        catch
        {
            page.Dispose();
            throw;
        }
    }

    private static int Decompress(CompressionCodec codec, ArraySegment<byte> compressed, Span<byte> page)
    {
        switch (codec)
        {
            case CompressionCodec.SNAPPY: return Snappy.GetUncompressedLength(compressed) == page.Length ? Snappy.Decompress(compressed, page) : -1;
            case CompressionCodec.ZSTD:
                using (var zstd = new Decompressor()) return zstd.Unwrap(compressed, page);
            case CompressionCodec.BROTLI: return BrotliDecoder.TryDecompress(compressed, page, out var written) ? written : -1;
            case CompressionCodec.GZIP:
                using (var gzip = new GZipStream(new MemoryStream(compressed.Array!, compressed.Offset, compressed.Count), CompressionMode.Decompress))
                    return gzip.ReadAtLeast(page, page.Length, throwOnEndOfStream: false);
            default: return compressed.AsSpan().TryCopyTo(page) ? compressed.Count : -1;
        }
    }

    private static InvalidDataException Damaged() => new("a page is damaged");
}
