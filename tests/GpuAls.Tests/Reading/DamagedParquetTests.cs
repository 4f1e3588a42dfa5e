using CsCheck;
using Parquet;

namespace GpuAls.Tests.Reading;

/// <summary>Damaged Parquet gives rows or an error, and soon.</summary>
public sealed class DamagedParquetTests : LoaderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly InteractionSchema Weighted = new() { WeightColumn = "plays", OnBadRow = OnBadRow.Skip };

    [Test]
    [CancelAfter(60_000)]
    public async Task Load_FooterWithoutItsEnd_IsRefused()
    {
        var bytes = await SmallFileAsync();
        bytes[^9] = 0x15; // a field begins where the footer should end
        await File.WriteAllBytesAsync(Folder.At("p.parquet"), bytes);

        var load = LoadAsync("p.parquet");

        var failure = await Assert.ThrowsAsync<GpuAlsException>(() => load.WaitAsync(Patience));
        Assert.That(failure!.Message, Does.Contain("footer is damaged"));
    }

    [Test]
    public async Task Load_AnyFewDamagedBytes_GivesRowsOrBadInputSoon()
    {
        var whole = await SmallFileAsync();
        var change = Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte);
        await change.Array[1, 3].SampleAsync(
            async changes =>
            {
                var bytes = (byte[])whole.Clone();
                foreach (var (at, value) in changes) bytes[at] = value;
                var path = Folder.At($"{Guid.NewGuid():N}.parquet");
                await File.WriteAllBytesAsync(path, bytes);
                return await IsReadOrRefusedAsync(path);
            },
            iter: 500, threads: 2);
    }

    [Test]
    public async Task Load_FlippedBits_GivesRowsOrBadInputSoon(
        [Values] CompressionMethod compression,
        [Values(EncodingHint.Default, EncodingHint.Dictionary, EncodingHint.DeltaBinaryPacked)] EncodingHint encoding)
    {
        Assume.That(compression, Is.Not.AnyOf(CompressionMethod.LZ4, CompressionMethod.Lzo)); // refused, whole or not
        var whole = await LargerFileAsync(compression, encoding);
        Assert.That(await IsReadOrRefusedAsync(Folder.At("p.parquet"), Weighted), Is.True);
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var bytes = (byte[])whole.Clone();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            if (seed % 6 == 0) bytes.AsSpan(random.Next(bytes.Length - 40), 40).Fill((byte)random.Next(256));
            await File.WriteAllBytesAsync(Folder.At("p.parquet"), bytes);

            Assert.That(await IsReadOrRefusedAsync(Folder.At("p.parquet"), Weighted), Is.True, $"seed {seed}");
        }
    }

    private static async Task<bool> IsReadOrRefusedAsync(string path, InteractionSchema? schema = null)
    {
        try
        {
            var plays =
                await InteractionLoader.LoadAsync([path], schema ?? new InteractionSchema()).WaitAsync(Patience);
            return Array.TrueForAll(plays.UserIndices, user => user >= 0 && user < plays.Users.Count)
                && Array.TrueForAll(plays.ItemIndices, item => item >= 0 && item < plays.Items.Count)
                && plays.RowCount <= plays.Statistics.Rows;
        }
        catch (GpuAlsException failure)
        {
            return failure.Kind == FailureKind.BadInput
                && failure.Message.Contains(Path.GetFileName(path), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Text, integers and decimals, in the forms that are decoded here and in others.</summary>
    private async Task<byte[]> LargerFileAsync(CompressionMethod compression, EncodingHint encoding)
    {
        var rows = Enumerable.Range(0, 600).ToArray();
        var options = new ParquetOptions { CompressionMethod = compression };
        options.ColumnEncodingHints["user"] = encoding == EncodingHint.DeltaBinaryPacked
            ? EncodingHint.Default
            : encoding;
        options.ColumnEncodingHints["item"] = encoding == EncodingHint.Dictionary ? EncodingHint.Default : encoding;
        await ParquetPlays.WriteAsync(
            Folder.At("p.parquet"), 2, options,
            ("user", rows.Select(row => row % 17 == 0 ? null : $"user {row % 40}").ToArray()), (
                "item",
                rows.Select(row => row * row % 31).ToArray()), ("plays", rows.Select(row => 1m + row).ToArray()));
        return await File.ReadAllBytesAsync(Folder.At("p.parquet"));
    }

    private async Task<byte[]> SmallFileAsync()
    {
        string[] users = ["ada", "bob", "ada", "ü"];
        await ParquetPlays.WriteAsync(Folder.At("p.parquet"), 2, ("user", users), ("item", new int?[] { 1, 2, 3, 4 }));
        return await File.ReadAllBytesAsync(Folder.At("p.parquet"));
    }
}
