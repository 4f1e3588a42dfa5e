using System.Runtime.Intrinsics;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines.Host;

/// <summary>Lists of the host engine are the same for any number of threads, to the bit.</summary>
public sealed class HostTopKTests
{
    private const int Rank = 33;
    private const int ItemCount = 7_001;

    /// <summary>Fewer queries than threads, where the items are split, and more.</summary>
    [TestCase(1, 10)]
    [TestCase(5, 3)]
    [TestCase(70, 200)]
    [TestCase(1_000, 10)]
    public void TopK_AnyNumberOfThreads_GivesTheSameBytes(int queries, int k)
    {
        var expected = Select(new HostEngine(1), queries, k);
        foreach (var threads in (int[])[2, 3, 17])
        {
            var lists = Select(new HostEngine(threads), queries, k);
            Assert.That(lists.Indices, Is.EqualTo(expected.Indices));
            Assert.That(lists.Scores, Is.EqualTo(expected.Scores));
        }
    }

    [Test]
    public void TopK_TwoWidthsOfVectors_GiveTheSameBytes()
    {
        if (!Vector256.IsHardwareAccelerated) Assert.Ignore("this processor has one width of vectors");
        var expected = Select(new HostEngine(2), queryCount: 19, k: 12);

        var lists = Select(new HostEngine(2, HostOperations.OfWidth(256, 2)), queryCount: 19, k: 12);

        Assert.That(lists.Indices, Is.EqualTo(expected.Indices));
        Assert.That(lists.Scores, Is.EqualTo(expected.Scores));
    }

    private static (int[] Indices, float[] Scores) Select(HostEngine engine, int queryCount, int k)
    {
        using var queries = engine.LoadFactors(TestMatrices.Factors(queryCount, Rank, seed: 1), Rank);
        using var items = engine.LoadFactors(TestMatrices.Factors(ItemCount, Rank, seed: 2), Rank);
        int[] lengths = [.. Enumerable.Range(0, queryCount).Select(query => query % 7 * 50)];
        using var seen = engine.LoadPlays(TestMatrices.Plays(ItemCount, lengths, seed: 3));
        var (indices, scores) = (new int[queryCount * k], new float[queryCount * k]);
        engine.TopK(new TopKQuery(queries, RowRange.All(queries), items, seen, k), indices, scores);
        return (indices, scores);
    }
}
