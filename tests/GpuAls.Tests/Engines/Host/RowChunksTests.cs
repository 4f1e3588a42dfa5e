namespace GpuAls.Tests.Engines.Host;

public sealed class RowChunksTests
{
    private static readonly int[] ThreeChunks = [0, 64, 128, 192];

    /// <summary>Chunks of a few light rows, and a heavy one alone.</summary>
    [Test]
    public void Split_FewRows_HaveTheLeastNumberButForHeavyOnes()
    {
        Assert.That(RowChunks.Split(Indptr(192, heavy: 0), costPerRow: 1, leastRows: 64), Is.EqualTo(ThreeChunks));
        Assert.That(RowChunks.Split(Indptr(192, heavy: 0), costPerRow: 1), Has.Length.EqualTo(193));
        var uneven = RowChunks.Split(Indptr(192, heavy: 9_000), costPerRow: 1, leastRows: 64);
        Assert.That(uneven[..2], Is.EqualTo(new[] { 0, 1 }));
    }

    [Test]
    public void Split_NoRows_HasNoChunk() =>
        Assert.That(RowChunks.Split([0], costPerRow: 1, leastRows: 64), Is.EqualTo(new[] { 0 }));

    /// <summary>Rows of 3 entries, and more in the first.</summary>
    private static long[] Indptr(int rows, int heavy) =>
        [0, .. Enumerable.Range(1, rows).Select(row => heavy + (3L * row))];
}
