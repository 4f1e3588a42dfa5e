using System.IO.Compression;
using K4os.Compression.LZ4;
using Parquet.Meta;
using Snappier;
using ZstdSharp;

namespace GpuAls;

/// <summary>Decompresses pages.</summary>
internal static class ParquetCompression
{
    public static bool IsKnown(CompressionCodec codec) => codec is
        CompressionCodec.UNCOMPRESSED or CompressionCodec.SNAPPY or CompressionCodec.GZIP or CompressionCodec.BROTLI or CompressionCodec.ZSTD
        or CompressionCodec.LZ4_RAW;

    /// <summary>Decompresses a page.</summary>
    /// <param name="codec">One that <see cref="IsKnown"/>.</param>
    /// <param name="compressed">The page as it is in the file.</param>
    /// <param name="length">Bytes it has to have.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static RentedArray<byte> Decompress(CompressionCodec codec, ArraySegment<byte> compressed, int length)
    {
        if (length > compressed.Count * MostBytesPerByte(codec)) throw Damaged(); // must not become a huge allocation
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

    /// <summary>What a byte may become at most.</summary>
    private static long MostBytesPerByte(CompressionCodec codec) => codec switch
    {
        CompressionCodec.UNCOMPRESSED => 1,
        CompressionCodec.SNAPPY => 64, // a copy of 64 bytes takes 2 or more
        CompressionCodec.LZ4_RAW => 255, // a byte of the length of a copy
        CompressionCodec.GZIP => 1032, // a copy of 258 bytes takes 2 bits or more
        _ => 1 << 16, // a block of equal bytes takes few, however long
    };

    private static int Decompress(CompressionCodec codec, ArraySegment<byte> compressed, Span<byte> page)
    {
        switch (codec)
        {
            case CompressionCodec.SNAPPY: return Snappy.GetUncompressedLength(compressed) == page.Length ? Snappy.Decompress(compressed, page) : -1;
            case CompressionCodec.LZ4_RAW: return LZ4Codec.Decode(compressed, page);
            case CompressionCodec.ZSTD:
                using (var zstd = new Decompressor()) return zstd.Unwrap(compressed, page);
            case CompressionCodec.BROTLI: return BrotliDecoder.TryDecompress(compressed, page, out var written) ? written : -1;
            case CompressionCodec.GZIP:
                using (var gzip = new GzipMembers(new MemoryStream(compressed.Array!, compressed.Offset, compressed.Count)))
                    return gzip.ReadAtLeast(page, page.Length, throwOnEndOfStream: false) is var read && gzip.ReadByte() < 0 ? read : -1;
            default: return compressed.AsSpan().TryCopyTo(page) ? compressed.Count : -1;
        }
    }

    private static InvalidDataException Damaged() => new("a page is damaged");
}
