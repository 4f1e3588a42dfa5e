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
    public void Write_FloatMatrix_HasTheHeaderOfNep1()
    {
        NpyFile.Write<float>(_folder.At("a.npy"), [1, 2, 3, 4, 5, 6], 3, 2);

        var bytes = File.ReadAllBytes(_folder.At("a.npy"));
        Assert.That(bytes[..8], Is.EqualTo(new byte[] { 0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0 }));
        var headerLength = bytes[8] + (256 * bytes[9]);
        Assert.That((10 + headerLength) % 64, Is.Zero);
        Assert.That(Encoding.ASCII.GetString(bytes, 10, headerLength).TrimEnd(), Is.EqualTo("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }"));
        Assert.That(bytes.Length, Is.EqualTo(10 + headerLength + 24));
        Assert.That(BitConverter.ToSingle(bytes, 10 + headerLength + 4), Is.EqualTo(2));
    }

    [Test]
    public void Read_WhatWasWritten_IsTheSame()
    {
        NpyFile.Write<long>(_folder.At("a.npy"), [1, long.MaxValue, -3], 3);

        Assert.That(NpyFile.Read<long>(_folder.At("a.npy"), 3), Is.EqualTo(new[] { 1, long.MaxValue, -3 }));
    }

    [Test]
    public void Read_ManyElements_CrossesChunks()
    {
        var values = Enumerable.Range(0, 5_000_001).ToArray();
        NpyFile.Write<int>(_folder.At("a.npy"), values, values.Length);

        Assert.That(NpyFile.Read<int>(_folder.At("a.npy"), values.Length).AsSpan().SequenceEqual(values), Is.True);
    }

    [Test]
    public void Read_AnotherShape_SaysWhatWasExpected()
    {
        NpyFile.Write<float>(_folder.At("a.npy"), [1, 2, 3, 4, 5, 6], 3, 2);

        var failure = Assert.Throws<GpuAlsException>(() => NpyFile.Read<float>(_folder.At("a.npy"), 2, 3));

        Assert.That(failure.Message, Does.Contain("shape (2, 3)"));
    }

    [Test]
    public void Read_CutFile_IsRefused()
    {
        NpyFile.Write<float>(_folder.At("a.npy"), [1, 2, 3, 4, 5, 6], 3, 2);
        using (var stream = File.OpenWrite(_folder.At("a.npy"))) stream.SetLength(stream.Length - 1);

        Assert.That(() => NpyFile.Read<float>(_folder.At("a.npy"), 3, 2), Throws.InstanceOf<GpuAlsException>());
    }
}
