using System.IO.Compression;
using System.Text;

namespace GpuAls.Tests.Storage;

/// <summary>Bytes come from files and from memory alike.</summary>
public sealed class ByteSourceTests
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
        await Assert.ThrowsAsync<EndOfStreamException>(async () => await source.ReadExactlyAsync(Content.Length - 2, target, default));
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
        var rows = 0L;
        await foreach (var work in InteractionReader.ReadAsync([file], new InteractionSchema(), default))
        {
            using var batch = await work(default);
            rows += batch.RowsInFile;
            Assert.That(batch.Fraction, Is.EqualTo(1));
        }

        Assert.That(rows, Is.EqualTo(3));
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
