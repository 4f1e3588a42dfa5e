using System.IO.Compression;
using System.Text;
using static GpuAls.Tests.Reading.RawPages;

namespace GpuAls.Tests.Reading;

/// <summary>Compressed files that expand beyond the limit are refused, at the first byte too many.</summary>
public sealed class ExpansionLimitTests : LoaderTests
{
    private const string Text = "user,item\na,x\nb,y\n";

    [TestCase("p.csv.gz")]
    [TestCase("p.csv.bz2")]
    [TestCase("p.csv.zst")]
    public async Task Load_Text_MayExpandToTheLimitAndNotAByteMore(string name)
    {
        File.WriteAllBytes(Folder.At(name), CompressedText.Of(name, Encoding.UTF8.GetBytes(Text)));

        var plays = await LoadAsync(name, new InteractionSchema { MaxExpandedBytes = Text.Length });

        Assert.That(plays.RowCount, Is.EqualTo(2));
        await AssertBadAsync(
            name,
            new InteractionSchema { MaxExpandedBytes = Text.Length - 1 },
            $"{name} expands to at least 18 bytes; the limit is 17 bytes. ",
            "allow more with --max-expanded SIZE.");
    }

    [Test]
    public async Task Load_Text_IsHeldToTheLimitAtEverySize([Random(1, 700_000, 5, Distinct = true)] int rows)
    {
        var text = Encoding.UTF8.GetBytes("user,item\n" + string.Concat(Enumerable.Repeat("a,b\n", rows)));
        File.WriteAllBytes(Folder.At("p.csv.gz"), CompressedText.Of("p.csv.gz", text));

        var plays = await LoadAsync("p.csv.gz", new InteractionSchema { MaxExpandedBytes = text.Length });

        Assert.That(plays.RowCount, Is.EqualTo(rows));
        await AssertBadAsync("p.csv.gz", new InteractionSchema { MaxExpandedBytes = text.Length - 1 }, "expands to");
    }

    [Test]
    public async Task Load_TextOfTwoBytesACharacter_IsCountedAsItIsStored()
    {
        var text = Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(Text)).ToArray();
        File.WriteAllBytes(Folder.At("p.csv.gz"), CompressedText.Of("p.csv.gz", text));

        await LoadAsync("p.csv.gz", new InteractionSchema { MaxExpandedBytes = text.Length });
        await AssertBadAsync("p.csv.gz", new InteractionSchema { MaxExpandedBytes = text.Length - 1 }, "expands to");
    }

    [Test]
    public async Task Load_PlainText_HasNoLimit()
    {
        Write("p.csv", Text);

        var plays = await LoadAsync("p.csv", new InteractionSchema { MaxExpandedBytes = 1 });

        Assert.That(plays.RowCount, Is.EqualTo(2));
    }

    [Test]
    public async Task Load_SeveralFiles_EachHaveTheLimit()
    {
        foreach (var name in new[] { "a.csv.gz", "b.csv.gz" })
            File.WriteAllBytes(Folder.At(name), CompressedText.Of(name, Encoding.UTF8.GetBytes(Text)));

        var plays = await InteractionLoader.LoadAsync(
            [Folder.At("*.csv.gz")], new InteractionSchema { MaxExpandedBytes = Text.Length });

        Assert.That(plays.RowCount, Is.EqualTo(4));
    }

    [Test]
    public async Task Load_GzipBomb_IsRefusedAtTheUsualLimit()
    {
        Bomb(new string('a', 1 << 20) + ",b\n", 1 << 26, members: 18); // 1.1 GiB from 1.2 MB

        await AssertBadAsync(
            "p.csv.gz", null, "p.csv.gz expands to at least 1,07", "the limit is 1,073,741,824 bytes, the default for");
    }

    [Test]
    public async Task Load_GzipBombOfLines_IsRefusedAtAGivenLimit()
    {
        Bomb("a,b\n", 1 << 22, members: 1000); // 4 GiB from 20 MB

        await AssertBadAsync(
            "p.csv.gz",
            new InteractionSchema { MaxExpandedBytes = 1 << 26 },
            "p.csv.gz expands to at least 67,",
            "the limit is 67,108,864 bytes. It may be");
    }

    [Test]
    public async Task Load_GzipOfZeros_IsRefusedAtAGivenLimit()
    {
        var zeros = CompressedText.Of("p.csv.gz", new byte[8 << 20]);
        File.WriteAllBytes(Folder.At("p.csv.gz"), zeros);

        await AssertBadAsync(
            "p.csv.gz",
            new InteractionSchema { MaxExpandedBytes = 4 << 20 },
            "the limit is 4,194,304 bytes. It may be");
    }

    [TestCase(0)]
    [TestCase(1)]
    public async Task Load_ParquetPages_MayExpandToTheLimitAndNotAByteMore(int over)
    {
        var (users, items) = (Texts(3), Texts(2));
        var total = (2 * users.Length) + (2 * items.Length);
        RawParquet.Group group = new(100, Column("user", users), Column("item", items));
        RawParquet.Write(Folder.At("p.parquet"), group, group);
        var schema = new InteractionSchema { MaxExpandedBytes = total - over };

        if (over == 0)
            Assert.That((await LoadAsync("p.parquet", schema)).RowCount, Is.EqualTo(200));
        else
            await AssertBadAsync(
                "p.parquet", schema, $"p.parquet expands to at least {total:N0} bytes; the limit is {total - 1:N0}");
    }

    [Test]
    public async Task Load_ParquetBomb_IsRefusedBeforeItIsDecompressed()
    {
        // A page of 1.25 GiB of zeros in five frames of Zstandard, about 40 kB.
        var frame = Compress(Zstd, new byte[1 << 28]);
        byte[] frames = [.. Enumerable.Repeat(frame, 5).SelectMany(bytes => bytes)];
        var bomb = Page(0, 5L << 28, frames, (5, RawThrift.Of(Header1(4, 0))));
        RawParquet.Write(
            Folder.At("p.parquet"),
            4,
            new RawParquet.Column("user", RawParquet.ByteArray, [], Codec: Zstd) { Pages = bomb },
            Column("item", Texts(1)[..20]));

        await AssertBadAsync("p.parquet", null, "p.parquet expands to at least 1,342,177,", "1,073,741,824 bytes");
    }

    [TestCase(0)]
    [TestCase(-1)]
    public void MaxExpandedBytes_NotAboveZero_IsRefused(long bytes) =>
        Assert.That(
            () => new InteractionSchema { MaxExpandedBytes = bytes },
            Throws.InstanceOf<GpuAlsException>().With.Message.Contains($"--max-expanded is {bytes}; expected"));

    [TestCase(1, 1L << 30)]
    [TestCase(5_368_709, 1L << 30)]
    [TestCase(5_368_710, 1_073_742_000)]
    public void Add_ByTheUsualLimit_AllowsTwoHundredTimesTheSizeButAtLeastAGibibyte(long fileBytes, long expected)
    {
        var limit = new ExpansionLimit("p.csv.gz", fileBytes, given: null);
        limit.Add(expected - 1);
        limit.Add(1);

        Assert.That(() => limit.Add(1), Throws.InstanceOf<GpuAlsException>());
    }

    private void Bomb(string line, int memberBytes, int members)
    {
        var text = string.Concat(Enumerable.Repeat(line, memberBytes / line.Length));
        using var member = new MemoryStream();
        using (var gzip = new GZipStream(member, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        using var file = File.Create(Folder.At("p.csv.gz"));
        file.Write(CompressedText.Of("p.csv.gz", "user,item\n"u8.ToArray()));
        for (var i = 0; i < members; i++) member.WriteTo(file);
    }

    private static byte[] Texts(int length) =>
        RawParquet.Plain([.. Enumerable.Range(0, 100).Select(_ => Encoding.UTF8.GetBytes(new string('a', length)))]);

    private static RawParquet.Column Column(string name, byte[] plain) =>
        new(name, RawParquet.ByteArray, [], Codec: Zstd) { Pages = Version1(Zstd, Rows(plain), 0, [], plain) };

    private static int Rows(byte[] plain) => plain.Length == 20 ? 4 : 100;
}
