using System.IO.Compression;
using System.Text;
using GpuAls.Tests.Reading;

namespace GpuAls.Tests.Storage;

/// <summary>Bytes come from files and from memory alike.</summary>
internal sealed class ByteSourceTests
{
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("user,item\na,x\nb,y\na,z\n");

    [TestCase(false)]
    [TestCase(true)]
    public async Task ReadExactly_WithinAndBeyondTheEnd(bool inMemory)
    {
        using var folder = new TempFolder();
        var source = Source(folder, inMemory);
        var target = new byte[3];
        await source.ReadExactlyAsync(10, target, default);
        Assert.That(Encoding.UTF8.GetString(target), Is.EqualTo("a,x"));
        Assert.That(source.Length, Is.EqualTo(Content.Length));
        await Assert.ThrowsAsync<EndOfStreamException>(
            async () => await source.ReadExactlyAsync(Content.Length - 2, target, default));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Open_ReadsAllTwice(bool inMemory)
    {
        using var folder = new TempFolder();
        var source = Source(folder, inMemory);
        for (var time = 0; time < 2; time++)
        {
            await using var stream = await source.OpenAsync(default);
            var all = new byte[Content.Length];
            stream.ReadExactly(all);
            Assert.That(all, Is.EqualTo(Content));
            Assert.That(stream.ReadByte(), Is.EqualTo(-1));
        }
    }

    [TestCase(InputCompression.None)]
    [TestCase(InputCompression.Gzip)]
    public async Task TextReader_ReadsFromMemory(InputCompression compression)
    {
        var bytes = compression == InputCompression.Gzip ? Gzip(Content) : Content;
        var file = new InputFile(new MemoryByteSource("memory.csv", bytes), InputFormat.Delimited, compression);
        Assert.That(await CountRowsAsync(file), Is.EqualTo(3));
    }

    [Test]
    public async Task ParquetReader_ReadsFromMemory()
    {
        using var folder = new TempFolder();
        await ParquetPlays.WriteAsync(
            folder.At("p.parquet"), 2, ("user", new[] { "a", "b", "a" }), ("item", new[] { 1, 2, 3 }));
        var bytes = await File.ReadAllBytesAsync(folder.At("p.parquet"));
        var file = new InputFile(new MemoryByteSource("memory.parquet", bytes), InputFormat.Parquet);
        Assert.That(await CountRowsAsync(file), Is.EqualTo(3));

        var cut = new InputFile(new MemoryByteSource("memory.parquet", bytes.AsMemory(0, 20)), InputFormat.Parquet);
        var failure = await Assert.ThrowsAsync<GpuAlsException>(() => CountRowsAsync(cut));
        Assert.That(failure!.Message, Does.StartWith("memory.parquet is not a whole Parquet file"));
    }

    private static async Task<long> CountRowsAsync(InputFile file)
    {
        var rows = 0L;
        await foreach (var work in new FileInteractionSource([file], new InteractionSchema()).ReadAsync(default))
        {
            using var batch = await work(default);
            rows += batch.RowsRead;
            Assert.That(batch.Fraction, Is.GreaterThan(0).And.AtMost(1));
        }

        return rows;
    }

    private static IByteSource Source(TempFolder folder, bool inMemory)
    {
        if (inMemory) return new MemoryByteSource("memory", Content);
        File.WriteAllBytes(folder.At("bytes"), Content);
        return new FileByteSource(folder.At("bytes"));
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionMode.Compress)) gzip.Write(bytes);
        return target.ToArray();
    }
}
