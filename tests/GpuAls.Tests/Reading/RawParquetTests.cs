namespace GpuAls.Tests.Reading;

/// <summary>
/// Parquet of other writers, byte by byte: types, damage and compressions that the library itself does not write.
/// </summary>
public sealed class RawParquetTests : LoaderTests
{
    private const int Lzo = 3;
    private const int BitPacked = 4;

    private static readonly RawParquet.Column Users = new("user", RawParquet.Int32, [1, 0, 0, 0, 2, 0, 0, 0]);
    private static readonly RawParquet.Column Items = new("item", RawParquet.Int32, [1, 0, 0, 0, 2, 0, 0, 0]);

    [Test]
    public async Task Load_FixedLength16_IsAUuidInTheOrderOfItsBytes()
    {
        byte[] first = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        Write([.. first, .. Enumerable.Repeat((byte)0xFF, 16)], RawParquet.FixedLengthByteArray, typeLength: 16);

        var plays = await LoadAsync("p.parquet");

        Assert.That(plays.Users.Type, Is.EqualTo(IdType.Uuid));
        Assert.That(
            Ids(plays.Users),
            Is.EqualTo(new[] { "00010203-0405-0607-0809-0a0b0c0d0e0f", "ffffffff-ffff-ffff-ffff-ffffffffffff" }));
    }

    [Test]
    public async Task Load_FixedLengthOther_IsRefused()
    {
        Write("12345678abcdefgh"u8.ToArray(), RawParquet.FixedLengthByteArray, typeLength: 8);

        await AssertBadAsync(
            "p.parquet", null, "column 'user' is FIXED_LEN_BYTE_ARRAY(8)", "UUIDs (16 bytes)", "--user-column");
    }

    [Test]
    public async Task Load_UnsignedInteger32_IsNotCutTo31Bits()
    {
        Write([0xFF, 0xFF, 0xFF, 0xFF, 7, 0, 0, 0], RawParquet.Int32, converted: RawParquet.UnsignedInt32);

        var plays = await LoadAsync("p.parquet");

        Assert.That(plays.Users.Type, Is.EqualTo(IdType.Integer64));
        Assert.That(Ids(plays.Users), Is.EqualTo(new[] { "7", "4294967295" }));
    }

    [Test]
    public async Task Load_IntegersThatAreTooWideForTheirType_StayApart()
    {
        Write([44, 1, 0, 0, 44, 0, 0, 0], RawParquet.Int32, converted: RawParquet.UnsignedInt8);

        Assert.That(Ids((await LoadAsync("p.parquet")).Users), Is.EqualTo(new[] { "44", "300" }));
    }

    [TestCase(RawParquet.Int64, null, RawParquet.SignedInt32, "INT64")]
    [TestCase(RawParquet.Int32, null, RawParquet.SignedInt64, "INT32")]
    [TestCase(RawParquet.Int64, null, RawParquet.UnsignedInt8, "INT64")]
    [TestCase(RawParquet.Int32, null, RawParquet.Utf8, "INT32")]
    [TestCase(RawParquet.FixedLengthByteArray, 8, RawParquet.Utf8, "FIXED_LEN_BYTE_ARRAY(8)")]
    [TestCase(RawParquet.FixedLengthByteArray, 16, RawParquet.Utf8, "FIXED_LEN_BYTE_ARRAY(16)")]
    public async Task Load_TypeThatIsStoredAsAnother_IsRefused(int type, int? length, int converted, string found)
    {
        Write([1, 0, 0, 0, 65, 0, 0, 0, 1, 0, 0, 0, 65, 0, 0, 0, .. new byte[16]], type, length, converted);

        await AssertBadAsync("p.parquet", null, $"column 'user' is {found}", "--user-column");
    }

    [Test]
    public async Task Load_ColumnOfAnotherTypeThanTheSchemaSays_IsRefused()
    {
        RawParquet.Write(
            Folder.At("p.parquet"),
            2,
            new RawParquet.Column("user", RawParquet.Int32, new byte[16]) { ChunkType = RawParquet.Int64 },
            Items);

        await AssertBadAsync("p.parquet", null, "p.parquet", "row group 0", "column 'user' is INT64", "INT32");
    }

    [Test]
    public async Task Load_BytesThatAreNoUtf8_NameColumnRowAndRemedy()
    {
        Write(RawParquet.Plain("ok"u8.ToArray(), [0x42, 0xE9]), RawParquet.ByteArray);

        await AssertBadAsync(
            "p.parquet",
            null,
            "row group 0, row 1: column 'user' has 2 bytes that are not valid UTF-8",
            "Cast ids to UTF-8 strings");
    }

    [Test]
    public async Task Load_RawUuidsOfAnyLength_SayHowToCast()
    {
        Write(
            RawParquet.Plain([.. Enumerable.Repeat((byte)0xFF, 16)], [.. Enumerable.Repeat((byte)0xFE, 16)]),
            RawParquet.ByteArray);

        await AssertBadAsync(
            "p.parquet", null, "2 of 2 rows", "has 16 bytes", "16-byte UUIDs to FIXED_LEN_BYTE_ARRAY(16)");
    }

    [Test]
    public async Task Load_CompressionThatIsNotSupported_IsNamed()
    {
        Write(RawParquet.Plain("a"u8.ToArray(), "b"u8.ToArray()), RawParquet.ByteArray, codec: Lzo);

        await AssertBadAsync("p.parquet", null, "column 'user' is compressed by LZO", "Write it with ZSTD");
    }

    [Test]
    public async Task Load_HalfPrecisionWeights_AreRead()
    {
        RawParquet.Write(
            Folder.At("p.parquet"), 2, Users, Items,
            new RawParquet.Column(
                "w", RawParquet.FixedLengthByteArray, [0, 60, 0, 64], TypeLength: 2, Logical: RawParquet.Float16));

        Assert.That(
            (await LoadAsync("p.parquet", new InteractionSchema { WeightColumn = "w" })).Weights,
            Is.EqualTo(new[] { 1f, 2 }));
    }

    [Test]
    public async Task Load_UuidsInAnEncodingThatIsNotSupported_NameIt()
    {
        RawParquet.Write(
            Folder.At("p.parquet"), 2,
            new RawParquet.Column(
                "user", RawParquet.FixedLengthByteArray, new byte[64],
                TypeLength: 16, Logical: RawParquet.Uuid, Encoding: BitPacked),
            Items);

        await AssertBadAsync(
            "p.parquet", null,
            "column 'user' is FIXED_LEN_BYTE_ARRAY(16) (UUID) in BIT_PACKED, which is not supported",
            "Write it with PLAIN");
    }

    [Test]
    public async Task Load_StringsThatAreNoUtf8_AreRefused()
    {
        Write(RawParquet.Plain([0x42, 0xE9], [0x42, 0xE8]), RawParquet.ByteArray, converted: RawParquet.Utf8);

        await AssertBadAsync("p.parquet", null, "2 of 2 rows", "not valid UTF-8");
    }

    [Test]
    public async Task Load_ReplacementCharacterInUtf8_IsTextLikeAnyOther()
    {
        await ParquetPlays.WriteAsync(
            Folder.At("p.parquet"),
            2,
            ("user", new string?[] { "a\uFFFD", null, "b", "\uFFFD" }),
            ("item", new[] { 1, 2, 3, 4 }));

        var plays = await LoadAsync("p.parquet", new InteractionSchema { OnBadRow = OnBadRow.Skip });

        Assert.That(Rows(plays), Is.EqualTo(new[] { ("a\uFFFD", "1", 1f), ("b", "3", 1f), ("\uFFFD", "4", 1f) }));
        Assert.That(plays.Users.Type, Is.EqualTo(IdType.Text));
    }

    [TestCase(3)]
    [TestCase(1_000_000)]
    [TestCase(int.MaxValue)]
    [TestCase(-1)]
    public async Task Load_MoreRowsThanThereAre_IsRefused(int rows)
    {
        RawParquet.Write(
            Folder.At("p.parquet"), rows, new RawParquet.Column("user", RawParquet.Int32, new byte[8]), Items);

        await AssertBadAsync("p.parquet", null, "p.parquet");
    }

    private void Write(byte[] users, int type, int? typeLength = null, int? converted = null, int codec = 0) =>
        RawParquet.Write(
            Folder.At("p.parquet"), 2, new RawParquet.Column("user", type, users, typeLength, converted, codec), Items);
}
