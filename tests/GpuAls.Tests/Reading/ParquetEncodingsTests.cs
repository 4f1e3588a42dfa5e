using CsCheck;

namespace GpuAls.Tests.Reading;

/// <summary>The rarer encodings, of pages as writers may make them and of damaged ones.</summary>
public sealed class ParquetEncodingsTests : LoaderTests
{
    private const int BitPackedLevels = 4;
    private const int DeltaBinaryPacked = 5;
    private const int DeltaLengthByteArray = 6;
    private const int DeltaByteArray = 7;
    private const int ByteStreamSplit = 9;
    private const int BooleanType = 0;
    private const int DoubleType = 5;

    private static readonly InteractionSchema Weighted = new() { WeightColumn = "w", Feedback = Feedback.Explicit };

    private static readonly Gen<long> Longs =
        Gen.OneOf(Gen.Long, Gen.Long[-3, 3], Gen.Const(long.MinValue), Gen.Const(long.MaxValue));

    [Test]
    public void Decode_Deltas_GivesWhatWasEncoded() =>
        Gen.Select(Longs.Array[0, 700], Gen.Int[1, 4]).Sample(
            (values, blocks) =>
            {
                var bytes = RawDeltas.Integers(values, 128 * blocks);
                var decoded = new long[values.Length];

                var read = DeltaIntegers.Decode([.. bytes, 1, 2, 3], decoded);

                Assert.That((decoded, read), Is.EqualTo((values, bytes.Length)));
            },
            iter: 500);

    /// <summary>
    /// Blocks of 1,024 values in 32 miniblocks, as Parquet.Net writes them: without a block, the page is shorter than
    /// that.
    /// </summary>
    [TestCase(new byte[] { 0x80, 0x08, 32, 1, 0x01 }, new long[] { -1 })]
    [TestCase(new byte[] { 0x80, 0x08, 32, 0, 0 }, new long[0])]
    public void Decode_DeltasWithoutABlock_GivesTheFirstValue(byte[] bytes, long[] expected)
    {
        var decoded = new long[expected.Length];

        Assert.That((DeltaIntegers.Decode(bytes, decoded), decoded), Is.EqualTo((bytes.Length, expected)));
    }

    [Test]
    public void Decode_DamagedDeltas_GivesValuesOrThrows() =>
        Gen.Select(Gen.Long.Array[1, 300], Gen.Int[0, 3_000], Gen.Byte, Gen.Double[0, 1]).Sample(
            (values, at, value, kept) =>
            {
                var bytes = RawDeltas.Integers(values);
                bytes[at % bytes.Length] = value;
                try
                {
                    DeltaIntegers.Decode(bytes.AsSpan(0, (int)(kept * bytes.Length)), values);
                }
                catch (InvalidDataException)
                {
                    // what damage gives
                }
            },
            iter: 5_000);

    [Test]
    public async Task Load_TextInDeltaEncodings_IsRead([Values(DeltaLengthByteArray, DeltaByteArray)] int encoding) =>
        await Gen.String[Gen.Char.AlphaNumeric, 1, 9].Array[1, 200].SampleAsync(
            async texts =>
            {
                var users = Array.ConvertAll(texts, text => System.Text.Encoding.UTF8.GetBytes($"shared {text}"));
                var values = encoding == DeltaByteArray ? RawDeltas.Prefixes(users) : RawDeltas.Lengths(users);
                Write(
                    users.Length, new RawParquet.Column("user", RawParquet.ByteArray, values, Encoding: encoding), []);

                var plays = await LoadAsync("p.parquet");

                Assert.That(
                    plays.UserIndices.Take(plays.RowCount).Select(plays.Users.Format),
                    Is.EqualTo(texts.Select(text => $"shared {text}")));
            },
            iter: 50, threads: 1);

    [TestCase(DeltaLengthByteArray)]
    [TestCase(DeltaByteArray)]
    public async Task Load_DamagedTextInDeltaEncodings_IsReadOrRefused(int encoding)
    {
        var users =
            Enumerable.Range(0, 150).Select(row => System.Text.Encoding.UTF8.GetBytes($"user {row % 40}")).ToArray();
        var whole = encoding == DeltaByteArray ? RawDeltas.Prefixes(users) : RawDeltas.Lengths(users);
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var values = (byte[])whole.Clone();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                values[random.Next(values.Length)] = (byte)random.Next(256);
            Write(users.Length, new RawParquet.Column("user", RawParquet.ByteArray, values, Encoding: encoding), []);
            try
            {
                await LoadAsync("p.parquet", new InteractionSchema { OnBadRow = OnBadRow.Skip });
            }
            catch (GpuAlsException failure)
            {
                Assert.That(failure.Kind, Is.EqualTo(FailureKind.BadInput), $"seed {seed}");
            }
        }
    }

    [Test]
    public async Task Load_UuidsInDeltaEncoding_AreRead()
    {
        var uuids = Enumerable.Range(0, 9).Select(i => new Guid(7, 2, 3, 4, 5, 6, 7, 8, 9, 10, (byte)i)).ToArray();
        var values = RawDeltas.Prefixes(Array.ConvertAll(uuids, uuid => uuid.ToByteArray(bigEndian: true)));
        Write(
            9,
            new RawParquet.Column(
                "user", RawParquet.FixedLengthByteArray, values, TypeLength: 16, Encoding: DeltaByteArray),
            []);

        Assert.That(Ids((await LoadAsync("p.parquet")).Users), Is.EqualTo(uuids.Select(uuid => uuid.ToString())));
    }

    [Test]
    public async Task Load_SplitStreams_AreRead()
    {
        double[] weights = [1.5, -2, 1e300 / 1e299, 0, 7];
        var values = RawDeltas.Streams(Array.ConvertAll(weights, BitConverter.GetBytes));
        Write(5, Users(5), [new RawParquet.Column("w", DoubleType, values, Encoding: ByteStreamSplit)]);

        Assert.That(
            (await LoadAsync("p.parquet", Weighted)).Weights,
            Is.EqualTo(Array.ConvertAll(weights, weight => (float)weight)));
    }

    [TestCase(RawPages.PlainEncoding, new byte[] { 0b_0000_1101, 0b_1 })]
    [TestCase(RawPages.Rle, new byte[] { 4, 0, 0, 0, 5, 0b_0000_1101, 0b_1, 0 })]
    public async Task Load_Booleans_Are1And0(int encoding, byte[] values)
    {
        Write(9, Users(9), [new RawParquet.Column("w", BooleanType, values, Encoding: encoding)]);

        Assert.That((await LoadAsync("p.parquet", Weighted)).Weights, Is.EqualTo(new[] { 1f, 0, 1, 1, 0, 0, 0, 0, 1 }));
    }

    [Test]
    public async Task Load_BooleansThatAreMissing_AreDamage()
    {
        Write(9, Users(9), [new RawParquet.Column("w", BooleanType, [0xFF])]);

        await AssertBadAsync("p.parquet", Weighted, "column 'w' cannot be read", "8 values; its header says 9");
    }

    /// <summary>The first version of the format packed levels from the most significant bit on.</summary>
    [Test]
    public async Task Load_BitPackedLevels_AreRead()
    {
        byte[] page = [0b_1011_0000, .. RawParquet.Plain("a"u8.ToArray(), "b"u8.ToArray(), "c"u8.ToArray())];
        var header = RawThrift.Struct(
            (1, RawThrift.Integer(4)), (2, RawThrift.Integer(0)), (3, RawThrift.Integer(BitPackedLevels)), (
                4, RawThrift.Integer(BitPackedLevels)));
        var users = new RawParquet.Column("user", RawParquet.ByteArray, [])
        {
            IsOptional = true,
            Pages = RawPages.Page(0, page.Length, page, (5, RawThrift.Of(header))),
        };
        Write(4, users, []);

        var plays = await LoadAsync("p.parquet", new InteractionSchema { OnBadRow = OnBadRow.Skip });

        Assert.That(
            Rows(plays).Select(row => (row.User, row.Item)), Is.EqualTo(new[] { ("a", "0"), ("b", "2"), ("c", "3") }));
    }

    [TestCase(8, true)]
    [TestCase(9, false)]
    public async Task Load_ZerosAfterText_AreThePaddingOfFastparquet(int zeros, bool isRead)
    {
        var text = RawParquet.Plain("a"u8.ToArray(), "b"u8.ToArray());
        Write(2, new RawParquet.Column("user", RawParquet.ByteArray, [.. text, .. new byte[zeros]]), []);

        if (isRead) Assert.That(Ids((await LoadAsync("p.parquet")).Users), Is.EqualTo(new[] { "a", "b" }));
        else await AssertBadAsync("p.parquet", null, "a page has more bytes than its values");
    }

    private static RawParquet.Column Users(int rows) =>
        new("user", RawParquet.Int32, [.. Enumerable.Range(0, rows).SelectMany(BitConverter.GetBytes)]);

    private void Write(int rows, RawParquet.Column users, RawParquet.Column[] more) => RawParquet.Write(
        Folder.At("p.parquet"), rows,
        [
            users,
            new RawParquet.Column(
                "item", RawParquet.Int32, [.. Enumerable.Range(0, rows).SelectMany(BitConverter.GetBytes)]),
            .. more,
        ]);
}
