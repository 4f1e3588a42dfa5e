using System.IO.Compression;
using static GpuAls.Tests.Reading.RawThrift;

namespace GpuAls.Tests.Reading;

/// <summary>
/// Pages of Parquet with their headers, each as its writer wants it. Encodings, codecs and page types have their
/// numbers of parquet.thrift.
/// </summary>
internal static class RawPages
{
    public const int PlainEncoding = 0;
    public const int Rle = 3;
    public const int RleDictionary = 8;
    public const int Uncompressed = 0;
    public const int Snappy = 1;
    public const int Gzip = 2;
    public const int Brotli = 4;
    public const int Lz4Hadoop = 5;
    public const int Zstd = 6;
    public const int Lz4Raw = 7;

    private const int DataPage = 0;
    private const int DictionaryPage = 2;
    private const int DataPage2 = 3;

    public static int[] Codecs { get; } = [Uncompressed, Snappy, Gzip, Brotli, Lz4Hadoop, Zstd, Lz4Raw];

    /// <summary>An uncompressed page of version 1 without levels.</summary>
    public static byte[] Plain(int rows, int encoding, byte[] values) =>
        Version1(Uncompressed, rows, encoding, [], values);

    public static byte[] Dictionary(int codec, int count, byte[] plain) =>
        Page(
            DictionaryPage,
            plain.Length,
            Compress(codec, plain),
            (7, Of(Struct((1, Integer(count)), (2, Integer(PlainEncoding))))));

    /// <param name="codec">The compression of all of the page.</param>
    /// <param name="rows">Its values, nulls included.</param>
    /// <param name="encoding">Of its values.</param>
    /// <param name="levels">The definition levels, their length before them; empty in a required column.</param>
    /// <param name="values">The values that are no nulls.</param>
    public static byte[] Version1(int codec, int rows, int encoding, byte[] levels, byte[] values) =>
        Page(
            DataPage,
            levels.Length + values.Length,
            Compress(codec, [.. levels, .. values]),
            (5, Of(Header1(rows, encoding))));

    /// <param name="codec">
    /// The compression of the values; null where they are not compressed, whatever the column is.
    /// </param>
    /// <param name="rows">Its values, nulls included.</param>
    /// <param name="nulls">Nulls.</param>
    /// <param name="encoding">Of its values.</param>
    /// <param name="levels">The definition levels.</param>
    /// <param name="values">The values that are no nulls.</param>
    public static byte[] Version2(int? codec, int rows, int nulls, int encoding, byte[] levels, byte[] values)
    {
        var header = Struct(
            (1, Integer(rows)), (2, Integer(nulls)), (3, Integer(rows)), (4, Integer(encoding)), (
                5, Integer(levels.Length)), (6, Integer(0)), (7, Bool(codec is not null)));
        return Page(
            DataPage2,
            levels.Length + values.Length,
            [.. levels, .. Compress(codec ?? Uncompressed, values)],
            (8, Of(header)));
    }

    /// <summary>A page whose header may say anything.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="length">Its bytes when decompressed, as the header says.</param>
    /// <param name="bytes">Its bytes in the file.</param>
    /// <param name="more">The other fields of the header.</param>
    public static byte[] Page(int type, long length, byte[] bytes, params (int, RawThrift)[] more) =>
    [
        .. Struct([(1, Integer(type)), (2, new RawThrift(5, Zigzag(length))), (3, Integer(bytes.Length)), .. more]),
        .. bytes,
    ];

    /// <summary>The part of the header of a page of version 1.</summary>
    public static byte[] Header1(int rows, int encoding) =>
        Struct((1, Integer(rows)), (2, Integer(encoding)), (3, Integer(Rle)), (4, Integer(Rle)));

    public static byte[] Compress(int codec, byte[] bytes) => codec switch
    {
        Snappy => Snappier.Snappy.CompressToArray(bytes),
        Gzip => Through(bytes, to => new GZipStream(to, CompressionLevel.Fastest)),
        Brotli => Through(bytes, to => new BrotliStream(to, CompressionLevel.Fastest)),
        Zstd => Zstandard(bytes),
        Lz4Raw => LiteralsOfLz4(bytes),
        Lz4Hadoop => FramedLz4(bytes),
        _ => bytes,
    };

    private static byte[] Through(byte[] bytes, Func<Stream, Stream> compressor)
    {
        using var compressed = new MemoryStream();
        using (var stream = compressor(compressed)) stream.Write(bytes);
        return compressed.ToArray();
    }

    private static byte[] Zstandard(byte[] bytes)
    {
        using var compressor = new ZstdSharp.Compressor();
        return compressor.Wrap(bytes).ToArray();
    }

    /// <summary>Two blocks, the first of which has two parts.</summary>
    private static byte[] FramedLz4(byte[] bytes)
    {
        var (part, block) = (bytes.Length / 4, bytes.Length / 2);
        return
        [
            .. part == 0 ? [] : (byte[])[.. BigEndian(block), .. Part(bytes[..part]), .. Part(bytes[part..block])],
            .. bytes.Length == 0
                ? []
                : (byte[])
                [
                    .. BigEndian(bytes.Length - (part == 0 ? 0 : block)),
                    .. Part(part == 0 ? bytes : bytes[block..]),
                ],
        ];

        static byte[] Part(byte[] part) => [.. BigEndian(LiteralsOfLz4(part).Length), .. LiteralsOfLz4(part)];

        static byte[] BigEndian(int value) => [.. BitConverter.GetBytes(value).Reverse()];
    }

    /// <summary>A block of literals only, which is a valid one.</summary>
    private static byte[] LiteralsOfLz4(byte[] bytes)
    {
        if (bytes.Length < 15) return [(byte)(bytes.Length << 4), .. bytes];
        var rest = bytes.Length - 15;
        return [0xF0, .. Enumerable.Repeat((byte)0xFF, rest / 255), (byte)(rest % 255), .. bytes];
    }
}
