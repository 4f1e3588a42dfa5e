using System.IO.Hashing;
using System.Text;

namespace GpuAls.Tests.Storage;

public sealed class NpyFileTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Write_FloatMatrix_HasTheHeaderOfNep1()
    {
        await WriteAsync<float>([1, 2, 3, 4, 5, 6], 3, 2);

        var bytes = File.ReadAllBytes(_folder.At("a.npy"));
        Assert.That(
            bytes[..8], Is.EqualTo(new byte[] { 0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0 }));
        var headerLength = bytes[8] + (256 * bytes[9]);
        Assert.That((10 + headerLength) % 64, Is.Zero);
        Assert.That(
            Encoding.ASCII.GetString(bytes, 10, headerLength).TrimEnd(),
            Is.EqualTo("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }"));
        Assert.That(bytes.Length, Is.EqualTo(10 + headerLength + 24));
        Assert.That(BitConverter.ToSingle(bytes, 10 + headerLength + 4), Is.EqualTo(2));
    }

    [Test]
    public async Task Read_WhatWasWritten_IsTheSame()
    {
        await WriteAsync<long>([1, long.MaxValue, -3], 3);

        Assert.That(await ReadAsync<long>(3), Is.EqualTo(new[] { 1, long.MaxValue, -3 }));
    }

    [Test]
    public async Task Read_ManyElements_CrossesChunks()
    {
        var values = Enumerable.Range(0, 5_000_001).ToArray();
        await WriteAsync(values, values.Length);

        Assert.That((await ReadAsync<int>(values.Length)).AsSpan().SequenceEqual(values), Is.True);
    }

    [Test]
    public async Task Read_AnotherShape_SaysWhatWasExpected()
    {
        await WriteAsync<float>([1, 2, 3, 4, 5, 6], 3, 2);

        var failure = await Assert.ThrowsAsync<GpuAlsException>(() => ReadAsync<float>(2, 3));

        Assert.That(failure!.Message, Does.Contain("shape (2, 3)"));
    }

    [Test]
    public async Task Read_CutFile_IsRefused()
    {
        await WriteAsync<float>([1, 2, 3, 4, 5, 6], 3, 2);
        using (var stream = File.OpenWrite(_folder.At("a.npy"))) stream.SetLength(stream.Length - 1);

        Assert.That(async () => await ReadAsync<float>(3, 2), Throws.InstanceOf<GpuAlsException>());
    }

    private async Task<T[]> ReadAsync<T>(params long[] shape)
        where T : unmanaged
    {
        using var hash = new FileHash(FileHashes.Xxh128);
        var values = await NpyFile.ReadAsync<T>(new FileByteSource(_folder.At("a.npy")), shape, hash);
        var expected = Convert.ToHexStringLower(XxHash128.Hash(File.ReadAllBytes(_folder.At("a.npy"))));
        Assert.That(hash.Finish(), Is.EqualTo(new FileChecksums(null, expected)));
        return values;
    }

    private async Task WriteAsync<T>(T[] values, params long[] shape)
        where T : unmanaged
    {
        await using var stream = File.Create(_folder.At("a.npy"));
        await NpyFile.WriteAsync<T>(stream, values, shape);
    }
}
