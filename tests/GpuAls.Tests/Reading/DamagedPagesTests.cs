using static GpuAls.Tests.Reading.RawPages;
using static GpuAls.Tests.Reading.RawThrift;

namespace GpuAls.Tests.Reading;

/// <summary>Pages whose bytes are wrong are refused, with the file, the row group and the column.</summary>
public sealed class DamagedPagesTests : LoaderTests
{
    private const int RowCount = 4;

    private static readonly byte[] Four =
        RawParquet.Plain("a"u8.ToArray(), "bb"u8.ToArray(), "ccc"u8.ToArray(), "d"u8.ToArray());
    private static readonly byte[] Indices = [2, 3, 0b_1110_0100, 0]; // 2 bits each: 0, 1, 2, 3, in one packed run
    private static readonly byte[] Levels = [2 * RowCount, 1]; // a run of ones

    public static IEnumerable<TestCaseData> Required() =>
    [
        Case("no page", []),
        Case("header cut short", Version1(0, RowCount, PlainEncoding, [], Four)[..5]),
        Case("page behind the chunk", Version1(0, RowCount, PlainEncoding, [], Four)[..^1]),
        Case("negative size", Page(0, -1, Four, (5, Of(Header1(RowCount, PlainEncoding))))),
        Case(
            "size of more than 32 bits",
            Page(0, (1L << 32) + Four.Length, Four, (5, Of(Header1(RowCount, PlainEncoding))))),
        Case("negative number of values", Version1(0, -4, PlainEncoding, [], Four)),
        Case("more values than rows", Version1(0, RowCount + 1, PlainEncoding, [], [.. Four, 1, 0, 0, 0, 65])),
        Case("fewer values than rows", Version1(0, RowCount - 1, PlainEncoding, [], Four[..^5])),
        Case("fewer values than said", Version1(0, RowCount, PlainEncoding, [], Four[..^5])),
        Case("text behind its page", Version1(0, RowCount, PlainEncoding, [], [.. Four[..^5], 2, 0, 0, 0, 65])),
        Case(
            "text of negative length",
            Version1(0, RowCount, PlainEncoding, [], [.. Four[..^5], 255, 255, 255, 255, 65])),
        Case(
            "a length that takes in the next",
            Version1(
                0,
                RowCount,
                PlainEncoding,
                [],
                [1, 0, 0, 0, 65, 6, 0, 0, 0, 65, 1, 0, 0, 0, 65, 1, 0, 0, 0, 65, 1, 0, 0, 0, 65, 1, 0, 0, 0, 65])),
        Case("header without its part", Page(0, Four.Length, Four)),
        Case("header with the part of another", Page(3, Four.Length, Four, (5, Of(Header1(RowCount, PlainEncoding))))),
        Case(
            "header nested without end",
            Page(0, Four.Length, Four, (9, new RawThrift(12, Enumerable.Repeat((byte)0x1C, 100_000).ToArray())))),
        Case(
            "checksum that is wrong",
            Page(0, Four.Length, Four, (4, Integer(12345)), (5, Of(Header1(RowCount, PlainEncoding))))),
        Case("indices without a dictionary", Version1(0, RowCount, RleDictionary, [], Indices)),
        Case(
            "index past the end of the dictionary",
            Dictionary(0, 3, Four[..^5]),
            Version1(0, RowCount, RleDictionary, [], Indices)),
        Case(
            "negative index",
            Dictionary(0, RowCount, Four),
            Version1(0, RowCount, RleDictionary, [], [32, 2 * RowCount, 255, 255, 255, 255])),
        Case(
            "33 bits per index",
            Dictionary(0, RowCount, Four),
            Version1(0, RowCount, RleDictionary, [], [33, 3, .. new byte[40]])),
        Case("0 bits per index", Dictionary(0, RowCount, Four), Version1(0, RowCount, RleDictionary, [], [])),
        Case(
            "truncated indices",
            Dictionary(0, RowCount, Four),
            Version1(0, RowCount, RleDictionary, [], [8, 3, 0, 0])),
        Case(
            "dictionary with fewer values than it says",
            Dictionary(0, 5, Four),
            Version1(0, RowCount, RleDictionary, [], Indices)),
        Case(
            "dictionary of a negative number",
            Dictionary(0, -1, Four),
            Version1(0, RowCount, RleDictionary, [], Indices)),
        Case(
            "dictionary of two thousand million",
            Dictionary(0, int.MaxValue, Four),
            Version1(0, RowCount, RleDictionary, [], Indices)),
        Case(
            "two dictionaries",
            Dictionary(0, RowCount, Four),
            Dictionary(0, RowCount, Four),
            Version1(0, RowCount, RleDictionary, [], Indices)),
        Case(
            "dictionary behind values",
            Version1(0, 2, PlainEncoding, [], Four[..11]),
            Dictionary(0, RowCount, Four),
            Version1(0, 2, RleDictionary, [], Indices)),
        Case("levels behind the page", Version2(null, RowCount, 0, PlainEncoding, [], Four)[..^1]),
    ];

    public static IEnumerable<TestCaseData> Optional() =>
    [
        Case("level of 3", Version1(0, RowCount, PlainEncoding, [2, 0, 0, 0, 2 * RowCount, 3], Four)),
        Case("levels longer than the page", Version1(0, RowCount, PlainEncoding, [200, 0, 0, 0, .. Levels], Four)),
        Case("levels of negative length", Version1(0, RowCount, PlainEncoding, [255, 255, 255, 255, .. Levels], Four)),
        Case("no room for the length of levels", Version1(0, RowCount, PlainEncoding, [2, 0, 0], [])),
        Case("levels cut short", Version1(0, RowCount, PlainEncoding, [2, 0, 0, 0, 2 * (RowCount - 1), 1], Four)),
        Case(
            "levels of version 2 longer than the page",
            Page(3, 2 + Four.Length, [.. Levels, .. Four], (8, Of(Header2(levels: 100))))),
        Case(
            "levels of version 2 of negative length",
            Page(3, 2 + Four.Length, [.. Levels, .. Four], (8, Of(Header2(levels: -2))))),
        Case("more values than levels say", Version2(null, RowCount, 0, PlainEncoding, [2 * RowCount, 0], Four)),
    ];

    public static IEnumerable<TestCaseData> Compressed() =>
        Codecs.Where(codec => codec != Uncompressed).SelectMany(codec => (TestCaseData[])
    [
        Case(codec, "cut short", Damaged(codec, bytes => bytes[..^3])),
        Case(
            codec,
            "larger than said",
            Page(0, Four.Length - 5, Compress(codec, Four), (5, Of(Header1(RowCount - 1, PlainEncoding))))),
        Case(
            codec,
            "smaller than said",
            Page(0, Four.Length + 5, Compress(codec, Four), (5, Of(Header1(RowCount, PlainEncoding))))),
        Case(
            codec,
            "two thousand million bytes, as it says",
            Page(0, int.MaxValue, Compress(codec, Four), (5, Of(Header1(RowCount, PlainEncoding))))),
        Case(codec, "no bytes", Page(0, Four.Length, [], (5, Of(Header1(RowCount, PlainEncoding))))),
        Case(
            codec,
            "something else",
            Page(0, Four.Length, [.. Enumerable.Repeat((byte)0xA5, 40)], (5, Of(Header1(RowCount, PlainEncoding))))),
    ]);

    [TestCaseSource(nameof(Required))]
    [TestCaseSource(nameof(Compressed))]
    public Task Load_DamagedPages_AreRefusedWithTheirLocation(int codec, byte[] pages) =>
        AssertRefusedAsync(codec, pages, isOptional: false);

    [TestCaseSource(nameof(Optional))]
    public Task Load_DamagedLevels_AreRefusedWithTheirLocation(int codec, byte[] pages) =>
        AssertRefusedAsync(codec, pages, isOptional: true);

    [Test]
    public async Task Load_WrongChecksumOfGzip_IsRefused() =>
        await AssertRefusedAsync(Gzip, Damaged(Gzip, bytes => { bytes[^6] ^= 1; return bytes; }), isOptional: false);

    [Test]
    public async Task Load_RightChecksum_IsRead()
    {
        var crc = unchecked((int)System.IO.Hashing.Crc32.HashToUInt32(Four));
        Write(0, Page(0, Four.Length, Four, (4, Integer(crc)), (5, Of(Header1(RowCount, PlainEncoding)))), false);

        Assert.That((await LoadAsync("p.parquet")).RowCount, Is.EqualTo(2 * RowCount));
    }

    private static TestCaseData Case(string name, params byte[][] pages) =>
        new TestCaseData(Uncompressed, pages.SelectMany(page => page).ToArray()).SetArgDisplayNames(name);

    private static TestCaseData Case(int codec, string name, byte[] pages) =>
        new TestCaseData(codec, pages).SetArgDisplayNames($"codec {codec}", name);

    private static byte[] Damaged(int codec, Func<byte[], byte[]> damage) =>
        Page(0, Four.Length, damage(Compress(codec, Four)), (5, Of(Header1(RowCount, PlainEncoding))));

    private static byte[] Header2(int levels) => Struct(
        (1, Integer(RowCount)), (2, Integer(0)), (3, Integer(RowCount)), (
            4, Integer(PlainEncoding)), (5, Integer(levels)), (6, Integer(0)), (7, Bool(false)));

    private async Task AssertRefusedAsync(int codec, byte[] pages, bool isOptional)
    {
        Write(codec, pages, isOptional);

        await AssertBadAsync("p.parquet", null, "p.parquet, row group 1: column 'user' cannot be read");
    }

    /// <summary>A good row group, and one with the pages.</summary>
    private void Write(int codec, byte[] pages, bool isOptional)
    {
        var items = new RawParquet.Column("item", RawParquet.Int32, new byte[RowCount * sizeof(int)]);
        var users = new RawParquet.Column(
            "user", RawParquet.ByteArray, Four, Converted: RawParquet.Utf8)
        { IsOptional = isOptional };
        byte[] levels = isOptional ? [2, 0, 0, 0, .. Levels] : [];
        var good = users with { Pages = Version1(0, RowCount, PlainEncoding, levels, Four) };
        RawParquet.Write(
            Folder.At("p.parquet"),
            new RawParquet.Group(RowCount, good, items),
            new RawParquet.Group(RowCount, users with { Codec = codec, Pages = pages }, items));
    }
}
