using System.Runtime.InteropServices;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines.Device;

public sealed class PlaysCutTests
{
    [TestCase(1, false)]
    [TestCase(200, false)]
    [TestCase(200, true)]
    [TestCase(1_000_000, true)]
    public void Blocks_CoverAllRowsAndFit(long blockBytes, bool isScheduled)
    {
        var plays = TestMatrices.Plays(50, [0, 7, 1, 0, 30, 2, 2, 2, 11, 0], seed: 1);

        var sizes = PlaysCut.Blocks(plays, isScheduled, blockBytes, rowBytes: 70).ConvertAll(block => block.Size);

        var next = 0;
        foreach (var size in sizes)
        {
            Assert.That(size.Rows.Start, Is.EqualTo(next));
            Assert.That(size.EntryCount, Is.EqualTo(Enumerable.Range(next, size.Rows.Count).Sum(plays.RowLength)));
            Assert.That(size.Rows.Count == 1 || Math.Max(size.Bytes, 70 * size.Rows.Count) <= blockBytes);
            next += size.Rows.Count;
        }

        Assert.That(next, Is.EqualTo(plays.RowCount));
    }

    [Test]
    public void Blocks_NoRows_AreNone() =>
        Assert.That(PlaysCut.Blocks(TestMatrices.Plays(3, [], seed: 1), false, 100, 0), Is.Empty);

    [Test]
    public void Write_RowsInTheMiddle_AreAMatrixOfTheirOwn()
    {
        var plays = TestMatrices.Plays(50, [4, 3, 0, 2, 9], seed: 2);
        var size = SliceSize.From(1, isScheduled: false).With(3).With(0).With(2);
        var buffer = new long[size.Length];

        new PlaysSlice(plays, size).Write(buffer);

        Assert.That(buffer[..4], Is.EqualTo(new long[] { 0, 3, 3, 5 }));
        Assert.That(
            MemoryMarshal.Cast<long,
            int>(buffer.AsSpan(4, 3))[..5].ToArray(),
            Is.EqualTo(plays.Indices[4..9].ToArray()));
        Assert.That(
            MemoryMarshal.Cast<long,
            float>(buffer.AsSpan(7, 3))[..5].ToArray(),
            Is.EqualTo(plays.Values[4..9].ToArray()));
    }
}
