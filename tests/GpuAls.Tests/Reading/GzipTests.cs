using System.IO.Compression;
using System.Text;

namespace GpuAls.Tests.Reading;

/// <summary>Gzip is whole, member by member, or it is refused.</summary>
public sealed class GzipTests : LoaderTests
{
    private const int Lines = 30_000;

    // Short lines of equal form: wherever the file is cut, most of the text before is good.
    private static readonly byte[] Whole =
        Compress("user,item\n" + string.Concat(Enumerable.Range(0, Lines).Select(i => $"u{i * 7919L % 10007},i{i}\n")));

    // As bgzip ends a file: no data, so that checksum and length are zeros, as is the byte before them.
    private static readonly byte[] Empty = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    [TestCase(1)]
    [TestCase(4)]
    [TestCase(8)]
    [TestCase(9)]
    [TestCase(2_000)]
    public async Task Load_CutGzip_IsRefused(int missing)
    {
        Write(Whole[..^missing]);

        await AssertBadAsync(
            "p.csv.gz", new InteractionSchema { OnBadRow = OnBadRow.Skip }, "p.csv.gz cannot be read", "cut short");
    }

    [Test]
    public async Task Load_HalfAGzip_IsRefused()
    {
        Write(Whole[..(Whole.Length / 2)]);

        await AssertBadAsync("p.csv.gz", new InteractionSchema { OnBadRow = OnBadRow.Skip }, "cut short");
    }

    [TestCase("junk")]
    [TestCase("junk that is longer than a header of gzip")]
    public async Task Load_JunkBehindGzip_IsRefused(string junk)
    {
        Write([.. Whole, .. Encoding.ASCII.GetBytes(junk)]);

        await AssertBadAsync("p.csv.gz", null, "not gzip data");
    }

    [Test]
    public async Task Load_WrongChecksum_IsRefused()
    {
        var bytes = (byte[])Whole.Clone();
        bytes[^6] ^= 1;
        Write(bytes);

        await AssertBadAsync("p.csv.gz", null, "checksum");
    }

    [Test]
    public async Task Load_SeveralMembers_AreReadAsOneText()
    {
        Write([.. Whole, .. Empty, .. Compress("a,"), .. Compress("x\nb,y\n"), .. Compress("c,z\n"), .. Empty]);

        var plays = await LoadAsync("p.csv.gz");

        Assert.That(plays.RowCount, Is.EqualTo(Lines + 3));
        Assert.That(Rows(plays)[^3..], Is.EqualTo(new[] { ("a", "x", 1f), ("b", "y", 1f), ("c", "z", 1f) }));
    }

    [Test]
    public async Task Load_HeaderWithEveryField_IsRead()
    {
        var plain = Compress("user,item\na,x\n");
        Write(
        [
            .. plain[..3], 2 | 4 | 8 | 16, .. plain[4..10], 3, 0, 1, 2, 3,
            .. "name\0"u8, .. "comment\0"u8, 0, 0, .. plain[10..],
        ]);

        Assert.That(Rows(await LoadAsync("p.csv.gz")), Is.EqualTo(new[] { ("a", "x", 1f) }));
    }

    [Test]
    public async Task Load_MembersOfAnySize_AreFoundAcrossBlocks()
    {
        // Text that does not compress, in members around the size of the blocks the decoder takes.
        var random = new Random(3);
        string Member(int count) => string.Concat(
            Enumerable.Range(0, count).Select(_ => $"{random.NextInt64():x},{random.NextInt64():x}\n"));
        var lines = Enumerable.Range(0, 40).Select(member => Member((member * 37) + 300)).ToArray();
        Write([.. Compress("user,item\n"), .. lines.SelectMany(Compress)]);

        Assert.That(
            (await LoadAsync("p.csv.gz")).RowCount,
            Is.EqualTo(Enumerable.Range(0, 40).Sum(member => (member * 37) + 300)));
    }

    private void Write(byte[] bytes) => File.WriteAllBytes(Folder.At("p.csv.gz"), bytes);

    private static byte[] Compress(string text)
    {
        using var memory = new MemoryStream();
        using (var compressed = new GZipStream(memory, CompressionLevel.Fastest)) compressed
            .Write(Encoding.UTF8.GetBytes(text));
        return memory.ToArray();
    }
}
