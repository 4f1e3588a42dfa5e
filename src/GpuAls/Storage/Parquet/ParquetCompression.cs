using System.Buffers.Binary;
using System.IO.Compression;
using K4os.Compression.LZ4;
using Parquet.Meta;
using Snappier;
using ZstdSharp;

namespace GpuAls;

/// <summary>Decompresses pages.</summary>
internal static class ParquetCompression
{
    public static bool IsSupported(CompressionCodec codec) => codec is
        CompressionCodec.UNCOMPRESSED or CompressionCodec.SNAPPY or CompressionCodec.GZIP or CompressionCodec.BROTLI
        or CompressionCodec.ZSTD or CompressionCodec.LZ4 or CompressionCodec.LZ4_RAW;

    /// <summary>Decompresses a page.</summary>
    /// <param name="codec">A codec that <see cref="IsSupported"/>.</param>
    /// <param name="compressed">The page as stored.</param>
    /// <param name="length">The size it must have, in bytes.</param>
    /// <param name="expansion">Counts the size; null for no limit.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: the limit is exceeded.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static RentedArray<byte> Decompress(
        CompressionCodec codec, ArraySegment<byte> compressed, int length, ExpansionLimit? expansion)
    {
        // A damaged size must not become a huge allocation.
        if (length > compressed.Count * MaximumRatio(codec)) throw Damaged();
        expansion?.Add(length);
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

    /// <summary>Bytes that one byte can decompress to, at most.</summary>
    private static long MaximumRatio(CompressionCodec codec) => codec switch
    {
        CompressionCodec.UNCOMPRESSED => 1,
        CompressionCodec.SNAPPY => 64, // a copy of 64 bytes takes at least 2
        CompressionCodec.LZ4 or CompressionCodec.LZ4_RAW => 255, // a byte of the length of a copy
        CompressionCodec.GZIP => 1032, // a copy of 258 bytes takes at least 2 bits
        _ => 1 << 16, // a run of equal bytes takes a few bytes, however long it is
    };

    private static int Decompress(CompressionCodec codec, ArraySegment<byte> compressed, Span<byte> page)
    {
        switch (codec)
        {
            case CompressionCodec.SNAPPY:
                return Snappy.GetUncompressedLength(compressed) == page.Length
                    ? Snappy.Decompress(compressed, page)
                    : -1;
            case CompressionCodec.LZ4:
                return HadoopLz4(compressed, page)
                    ? page.Length
                    : LZ4Codec.Decode(compressed, page);
            case CompressionCodec.LZ4_RAW: return LZ4Codec.Decode(compressed, page);
            case CompressionCodec.ZSTD:
                using (var zstd = new Decompressor()) return zstd.Unwrap(compressed, page);
            case CompressionCodec.BROTLI:
                return BrotliDecoder.TryDecompress(compressed, page, out var written)
                    ? written
                    : -1;
            case CompressionCodec.GZIP:
                using (var gzip = new GzipMembers(
                    new MemoryStream(compressed.Array!, compressed.Offset, compressed.Count)))
                    return gzip.ReadAtLeast(page, page.Length, throwOnEndOfStream: false) is var read
                        && gzip.ReadByte() < 0 ? read : -1;
            default: return compressed.AsSpan().TryCopyTo(page) ? compressed.Count : -1;
        }
    }

    /// <summary>
    /// Hadoop's framing of LZ4: blocks, each with its decompressed size (big-endian) and then one or more parts of a
    /// compressed size and as many bytes. The codec named LZ4 has it in files of Hadoop and Spark; older Arrow wrote
    /// bare LZ4 under the same name.
    /// </summary>
    /// <returns>False if the page has another form, or is damaged.</returns>
    private static bool HadoopLz4(ReadOnlySpan<byte> compressed, Span<byte> page)
    {
        while (!page.IsEmpty)
        {
            if (!TryTakeLength(ref compressed, page.Length, out var left)) return false;
            while (left > 0)
            {
                if (!TryTakeLength(ref compressed, int.MaxValue, out var part) || part > compressed.Length)
                    return false;
                var decoded = LZ4Codec.Decode(compressed[..part], page[..left]);
                if (decoded <= 0) return false;
                compressed = compressed[part..];
                page = page[decoded..];
                left -= decoded;
            }
        }

        return compressed.IsEmpty;
    }

    private static bool TryTakeLength(ref ReadOnlySpan<byte> bytes, int maximum, out int length)
    {
        length = 0;
        if (bytes.Length < sizeof(int)) return false;
        length = BinaryPrimitives.ReadInt32BigEndian(bytes);
        bytes = bytes[sizeof(int)..];
        return length > 0 && length <= maximum;
    }

    private static InvalidDataException Damaged() => new("a page is damaged");
}
