using Parquet;

namespace GpuAls.Tests.Reading;

public sealed class ParquetTests : LoaderTests
{
    private static readonly InteractionSchema Weighted = new() { WeightColumn = "plays" };
    private static readonly string[] Items = ["x", "y", "x", "z"];

    public static IEnumerable<TestCaseData> IdColumns()
    {
        yield return Case(new[] { "b", "a", "b", "ü" }, IdType.Text, "b", "a", "ü");
        yield return Case(new int[] { 7, -3, 7, 5 }, IdType.Integer32, "7", "-3", "5");
        yield return Case(new short[] { 7, -3, 7, 5 }, IdType.Integer32, "7", "-3", "5");
        yield return Case(new long[] { 7L, -3, 7, 1L << 40 }, IdType.Integer64, "7", "-3", "1099511627776");
        yield return Case(new ulong[] { 7UL, 3, 7, 5 }, IdType.Integer64, "7", "3", "5");
        yield return Case(
            new ulong[] { long.MaxValue, 3, long.MaxValue, 5 }, IdType.Integer64, "9223372036854775807", "3", "5");
        yield return Case(
            new byte[][] { "b"u8.ToArray(), "a"u8.ToArray(), "b"u8.ToArray(), "c"u8.ToArray() },
            IdType.Text,
            "b",
            "a",
            "c");
        Guid[] uuids = [.. new[] { 2, 1, 2, 3 }.Select(first => new Guid(first, 0, 0, new byte[8]))];
        yield return Case(uuids, IdType.Uuid, uuids[0].ToString(), uuids[1].ToString(), uuids[3].ToString());

        static TestCaseData Case(Array ids, IdType type, params string[] order) =>
            new TestCaseData(ids, type, order).SetArgDisplayNames(ids.GetType().GetElementType()!.Name);
    }

    [TestCaseSource(nameof(IdColumns))]
    public async Task Load_EachTypeOfId_KeepsTypeAndOrdersByRowsThenId(Array ids, IdType type, string[] order)
    {
        await ParquetPlays.WriteAsync(Folder.At("p.parquet"), 2, ("user", ids), ("item", Items));

        var plays = await LoadAsync("p.parquet");

        Assert.That(plays.Users.Type, Is.EqualTo(type));
        Assert.That(Ids(plays.Users), Is.EqualTo(order));
        Assert.That(plays.UserIndices, Is.EqualTo(new[] { 0, 1, 0, 2 }));
        Assert.That(Ids(plays.Items), Is.EqualTo(new[] { "x", "y", "z" }));
    }

    [TestCase(CompressionMethod.None)]
    [TestCase(CompressionMethod.Snappy)]
    [TestCase(CompressionMethod.Gzip)]
    [TestCase(CompressionMethod.Zstd)]
    [TestCase(CompressionMethod.Brotli)]
    [TestCase(CompressionMethod.Lz4Raw)]
    public async Task Load_DictionaryPagesOfEachCompression_AreRead(CompressionMethod compression)
    {
        // As Spark writes: ids repeat, so their pages hold indices into a dictionary.
        var users = Enumerable.Range(0, 3_000).Select(row => $"user {row % 17}").ToArray();
        var items = Enumerable.Range(0, 3_000).Select(row => (long)(row % 31)).ToArray();
        var options = new ParquetOptions { CompressionMethod = compression };
        options.ColumnEncodingHints["user"] = EncodingHint.Dictionary;
        options.ColumnEncodingHints["item"] = EncodingHint.Dictionary;
        await ParquetPlays.WriteAsync(Folder.At("p.parquet"), 3, options, ("user", users), ("item", items));

        var plays = await LoadAsync("p.parquet");

        Assert.That(plays.UserIndices.Select(plays.Users.Format), Is.EqualTo(users));
        Assert.That(plays.ItemIndices.Select(plays.Items.Format), Is.EqualTo(items.Select(item => $"{item}")));
    }

    public static IEnumerable<Array> WeightColumns() =>
    [
        new[] { 1, 2, 3, 4 }, new[] { 1L, 2, 3, 4 }, new[] { 1f, 2, 3, 4 },
        new[] { 1d, 2, 3, 4 }, new[] { 1m, 2, 3, 4 }, new ulong[] { 1, 2, 3, 4 },
    ];

    [TestCaseSource(nameof(WeightColumns))]
    public async Task Load_EachTypeOfWeight_IsRead(Array weights)
    {
        await ParquetPlays.WriteAsync(Folder.At("p.parquet"), 1, ("user", Items), ("item", Items), ("plays", weights));

        Assert.That((await LoadAsync("p.parquet", Weighted)).Weights, Is.EqualTo(new[] { 1f, 2, 3, 4 }));
    }

    [Test]
    public async Task Load_NullsInEachColumn_NameFileRowGroupAndRow()
    {
        await ParquetPlays.WriteAsync(
            Folder.At("p.parquet"), 2,
            ("user", new string?[] { "a", null, "b", "c" }), ("item", new int?[] { 1, 2, 3, null }), (
                "plays", new double?[] { 1, 1, null, 1 }));

        await AssertBadAsync(
            "p.parquet", Weighted,
            "3 of 4 rows", "p.parquet, row group 0, row 1: column 'user' is null",
            "row group 1, row 0: column 'plays' is null", "row group 1, row 1: column 'item' is null");
    }

    [Test]
    public async Task Load_SkipNulls_KeepsTheOthersAligned()
    {
        await ParquetPlays.WriteAsync(
            Folder.At("p.parquet"), 1,
            ("user", new string?[] { null, "a", "b", "c" }), ("item", new int?[] { 1, 2, null, 4 }), (
                "plays", new double?[] { 1, 2, 3, 4 }));

        var plays = await LoadAsync("p.parquet", Weighted with { OnBadRow = OnBadRow.Skip });

        Assert.That(Rows(plays), Is.EqualTo(new[] { ("a", "2", 2f), ("c", "4", 4f) }));
        Assert.That(plays.Statistics.BadRows, Is.EqualTo(2));
    }

    [Test]
    public async Task Load_MissingColumn_ListsThoseThereAre()
    {
        await ParquetPlays.WriteAsync(Folder.At("p.parquet"), 1, ("listener", Items), ("item", Items));

        await AssertBadAsync("p.parquet", null, "no column 'user'", "listener, item", "--user-column");
    }

    [Test]
    public async Task Load_SeveralMissingColumns_AreAllNamed()
    {
        await ParquetPlays.WriteAsync(Folder.At("p.parquet"), 1, ("listener", Items), ("item", Items));

        await AssertBadAsync(
            "p.parquet",
            Weighted,
            "no column 'user' and no column 'plays'",
            "listener, item",
            "--user-column and --weight-column");
    }

    [Test]
    public async Task Load_IdsOfTypeDouble_SaysWhatIdsAre()
    {
        await ParquetPlays.WriteAsync(Folder.At("p.parquet"), 1, ("user", new[] { 1d, 2, 3, 4 }), ("item", Items));

        await AssertBadAsync(
            "p.parquet", null, "column 'user' is DOUBLE", "strings, integers or UUIDs", "--user-column");
    }

    [Test]
    public async Task Load_UnsignedIdsAbove63Bits_KeepTheirValuesAndOrder()
    {
        ulong[] users = [ulong.MaxValue, 2, (1UL << 63) + 5, 0];
        await ParquetPlays.WriteAsync(Folder.At("p.parquet"), 2, ("user", users), ("item", Items));

        var plays = await LoadAsync("p.parquet");

        Assert.That(plays.Users.Type, Is.EqualTo(IdType.UnsignedInteger64));
        Assert.That(Ids(plays.Users), Is.EqualTo(new[] { "0", "2", "9223372036854775813", "18446744073709551615" }));
        Assert.That(plays.UserIndices, Is.EqualTo(new[] { 3, 1, 2, 0 }));
    }

    [Test]
    public async Task Load_NegativeIdsBesideUnsignedOnesAbove63Bits_AreRefused()
    {
        Directory.CreateDirectory(Folder.At("both"));
        await ParquetPlays.WriteAsync(
            Folder.At("both/1.parquet"), 1, ("user", new long[] { 1, -1, 5, 4 }), ("item", Items));
        await ParquetPlays.WriteAsync(
            Folder.At("both/2.parquet"), 1, ("user", new ulong[] { 1, ulong.MaxValue, 5, 4 }), ("item", Items));

        await AssertBadAsync(
            "both",
            null,
            "column 'user' has negative integers and integers of 2^63 or above",
            "Cast the column to strings");
    }

    [Test]
    public async Task Load_ZeroWeights_AreLeftOutAndCounted()
    {
        await ParquetPlays.WriteAsync(
            Folder.At("p.parquet"), 2, ("user", Items), ("item", Items), ("plays", new[] { 0, 1, 0, 2 }));

        var plays = await LoadAsync("p.parquet", Weighted);

        Assert.That(plays.Weights, Is.EqualTo(new[] { 1f, 2 }));
        Assert.That((plays.Statistics.Rows, plays.Statistics.ZeroWeightRows), Is.EqualTo((4, 2)));
    }

    [Test]
    public async Task Load_RatingsOfZero_AreKept()
    {
        await ParquetPlays.WriteAsync(
            Folder.At("p.parquet"), 2, ("user", Items), ("item", Items), ("plays", new[] { 0, 1, 0, 2 }));

        var plays = await LoadAsync("p.parquet", Weighted with { Feedback = Feedback.Explicit });

        Assert.That(plays.Weights, Is.EqualTo(new[] { 0f, 1, 0, 2 }));
        Assert.That(plays.Statistics.ZeroWeightRows, Is.Zero);
    }

    [Test]
    public async Task Load_WeightsOfTypeBool_Are1And0()
    {
        await ParquetPlays.WriteAsync(
            Folder.At("p.parquet"), 1, ("user", Items), ("item", Items), ("plays", new[] { true, false, true, true }));

        Assert.That(
            (await LoadAsync("p.parquet", Weighted with { Feedback = Feedback.Explicit })).Weights,
            Is.EqualTo(new[] { 1f, 0, 1, 1 }));
    }

    [Test]
    public async Task Load_WeightsAsStrings_AreRead()
    {
        await ParquetPlays.WriteAsync(
            Folder.At("p.parquet"), 1, ("user", Items), ("item", Items), (
                "plays", new[] { "3", "1.5e1", "-2", "true" }));

        Assert.That((await LoadAsync("p.parquet", Weighted)).Weights, Is.EqualTo(new[] { 3f, 15, -2, 1 }));
    }

    [Test]
    public async Task Load_StringsThatAreNoWeights_AreBadRows()
    {
        await ParquetPlays.WriteAsync(
            Folder.At("p.parquet"), 1, ("user", Items), ("item", Items), ("plays", new[] { "3", "many", "", null }));

        await AssertBadAsync(
            "p.parquet", Weighted,
            "3 of 4 rows", "row 1: column 'plays' is 'many'; expected a number", "row 2: column 'plays' is empty",
            "row 3: column 'plays' is null");
    }

    [Test]
    public async Task Load_WeightsThatAreDates_SayWhatWeightsAre()
    {
        await ParquetPlays.WriteAsync(
            Folder.At("p.parquet"), 1, ("user", Items), ("item", Items), ("plays", new Guid[4]));

        await AssertBadAsync(
            "p.parquet", Weighted,
            "column 'plays' is FIXED_LEN_BYTE_ARRAY(16) (UUID); weights are numbers", "--weight-column");
    }

    [TestCase(4, "is not a whole Parquet file")]
    [TestCase(60, "cut short")]
    public async Task Load_CutFile_IsRefused(int keptBytes, string message)
    {
        await ParquetPlays.WriteAsync(Folder.At("p.parquet"), 1, ("user", Items), ("item", Items));
        using (var stream = File.OpenWrite(Folder.At("p.parquet"))) stream.SetLength(keptBytes);

        await AssertBadAsync("p.parquet", null, message, "p.parquet");
    }

    [Test]
    public async Task Load_TextNamedParquet_IsRefused()
    {
        Write("p.parquet", "user,item\na,x\n");

        await AssertBadAsync("p.parquet", null, "does not begin with PAR1");
    }

    [Test]
    public async Task Load_AnyDamagedByte_NeverThrowsAnythingElse()
    {
        await ParquetPlays.WriteAsync(Folder.At("p.parquet"), 1, ("user", Items), ("item", new[] { 1, 2, 3, 4 }));
        var good = await File.ReadAllBytesAsync(Folder.At("p.parquet"));
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            var bad = (byte[])good.Clone();
            bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(Folder.At("p.parquet"), bad);
            try
            {
                await LoadAsync("p.parquet");
            }
            catch (GpuAlsException failure)
            {
                Assert.That(failure.Kind, Is.EqualTo(FailureKind.BadInput));
            }
        }
    }

    [Test]
    public async Task Load_NoRows_SaysSo()
    {
        await ParquetPlays.WriteAsync(
            Folder.At("p.parquet"), 1, ("user", Array.Empty<string>()), ("item", Array.Empty<string>()));

        await AssertBadAsync("p.parquet", null, "no rows");
    }
}
