using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines;

/// <summary>Top-k on every engine. Factors are small integers: scores are exact, and ties are common.</summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.Available))]
internal sealed class EngineTopKTests<TEngine>
    where TEngine : ITestEngine
{
    private IAlsEngine _engine = null!;

    private static int[] Ranks => TEngine.Ranks;

    private static int ItemCount => TEngine.TakesManyRows ? 1_501 : 83;

    [OneTimeSetUp]
    public void OpenEngine() => _engine = TEngine.Create();

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    [TestCaseSource(nameof(Ranks))]
    public void TopK_EachRank_MatchesReference(int rank) =>
        Check(rank, queries: 11, ItemCount, k: 10, seenLengths: [0, 3, 40, 1, 80, 7, 0]);

    [Test]
    public void TopK_LargestRank_MatchesReference() =>
        Check(TEngine.TakesManyRows ? EngineLimits.MaximumRank : 12, queries: 3, items: 65, k: 10, seenLengths: [0, 3]);

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(33)]
    [TestCase(TopKQuery.MaximumK)]
    public void TopK_EachLength_MatchesReference(int k) =>
        Check(rank: 5, queries: 9, ItemCount, k, seenLengths: [5, 0, 60]);

    [Test]
    public void TopK_NothingSeen_MatchesReference() => Check(rank: 6, queries: 13, ItemCount, k: 7, seenLengths: null);

    [TestCase(1)]
    [TestCase(63)]
    [TestCase(64)]
    [TestCase(65)]
    public void TopK_ItemsAroundATile_MatchReference(int items) =>
        Check(rank: 4, queries: 3, items, k: 5, seenLengths: [1, 0, 2]);

    [Test]
    public void TopK_FewerItemsLeftThanK_EndsInMinusOne()
    {
        var (indices, scores) =
            Select([1, 1, 1], [1, 2, 3, 4], 1, new RowRange(0, 3), TestMatrices.Plays(4, [0, 3, 4], seed: 1), k: 5);

        Assert.That(indices[..5], Is.EqualTo(new[] { 3, 2, 1, 0, -1 }));
        Assert.That(indices[6..10], Is.All.EqualTo(-1));
        Assert.That(indices[10..], Is.All.EqualTo(-1));
        Assert.That(scores[10..], Is.All.EqualTo(float.NegativeInfinity));
    }

    [Test]
    public void TopK_AllScoresEqual_TakesTheLowestIndices()
    {
        var (indices, _) =
            Select(new float[2], new float[80], 1, new RowRange(0, 2), TestMatrices.Plays(80, [0, 1], seed: 3), k: 4);
        var seen = TestMatrices.Plays(80, [0, 1], seed: 3).RowIndices(1)[0];

        Assert.That(indices[..4], Is.EqualTo(new[] { 0, 1, 2, 3 }));
        Assert.That(indices[4..], Is.EqualTo(Enumerable.Range(0, 80).Where(item => item != seen).Take(4)));
    }

    [Test]
    public void TopK_NoQueries_WritesNothing() =>
        Assert.That(Select([1, 2], [1, 2, 3], 1, new RowRange(1, 0), null, k: 5).Indices, Is.Empty);

    [Test]
    public void TopK_NoItems_EndsInMinusOneAtOnce()
    {
        var (indices, scores) = Select([1, 2], [], 1, new RowRange(0, 2), null, k: 3);

        Assert.That(indices, Is.All.EqualTo(-1));
        Assert.That(scores, Is.All.EqualTo(float.NegativeInfinity));
    }

    private void Check(int rank, int queries, int items, int k, int[]? seenLengths)
    {
        var x = Integers(queries, rank, seed: 1);
        var y = Integers(items, rank, seed: 2);
        var rows = new RowRange(1, queries - 2);
        var seen = seenLengths is null ? null
            : TestMatrices.Plays(
                items,
                [.. Enumerable.Range(0, rows.Count).Select(row => seenLengths[row % seenLengths.Length])],
                seed: 3);

        var (indices, scores) = Select(x, y, rank, rows, seen, k);

        for (var row = 0; row < rows.Count; row++)
        {
            var expected = ReferenceAls.TopK(
                TestMatrices.ToDouble(x, rank), rows.Start + row, TestMatrices.ToDouble(y, rank), seen is null
                    ? []
                    : seen.RowIndices(row), k);
            Assert.That(indices[(row * k)..][..expected.Length], Is.EqualTo(expected.Select(pair => pair.Index)));
            Assert.That(scores[(row * k)..][..expected.Length], Is.EqualTo(expected.Select(pair => (float)pair.Score)));
            Assert.That(indices[(row * k)..][expected.Length..k], Is.All.EqualTo(-1));
        }
    }

    private (int[] Indices, float[] Scores) Select(
        float[] x, float[] y, int rank, RowRange rows, CsrMatrix? seen, int k)
    {
        using var queries = _engine.CreateFactors(x.Length / rank, rank);
        using var items = _engine.CreateFactors(y.Length / rank, rank);
        queries.CopyFrom(x);
        items.CopyFrom(y);
        using var mask = seen is null ? null : _engine.LoadPlays(seen);
        var indices = new int[rows.Count * k];
        var scores = new float[rows.Count * k];
        _engine.TopK(new TopKQuery(queries, rows, items, mask, k), indices, scores);
        return (indices, scores);
    }

    private static float[] Integers(int rows, int rank, int seed) =>
        [.. TestMatrices.Factors(rows, rank, seed).Select(value => MathF.Round(3 * value))];
}
