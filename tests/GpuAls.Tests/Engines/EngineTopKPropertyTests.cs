using CsCheck;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines;

/// <summary>
/// Top-k of random shapes on every engine. Factors are small integers: scores are exact, and ties are common.
/// </summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.Available))]
internal sealed class EngineTopKPropertyTests<TEngine>
    where TEngine : ITestEngine
{
    private IAlsEngine _engine = null!;

    /// <summary>Enough items for several splits of them on a device.</summary>
    private static int ManyItems => TEngine.TakesManyRows ? 13_001 : 131;

    [OneTimeSetUp]
    public void OpenEngine() => _engine = TEngine.Create();

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    [Test]
    public void TopK_AnyShape_MatchesReference()
    {
        var (mostItems, mostQueries) = TEngine.TakesManyRows ? (400, 140) : (150, 70);
        var shapes =
            Gen.Select(Gen.Int[1, 9], Gen.Int[1, mostQueries], Gen.Int[1, mostItems], Gen.Int[0, 4], Gen.Int[0, 1_000]);
        shapes.Sample(
            (rank, queries, items, largest, seed) => Check(
                new Case(rank, queries, items, Length(seed, items), largest, seed)),
            iter: TEngine.TakesManyRows ? 60 : 4, threads: 1);
    }

    [TestCase(1, 1)]
    [TestCase(3, 10)]
    [TestCase(65, 16)]
    [TestCase(2, 17)]
    [TestCase(5, 300)]
    [TestCase(1, TopKQuery.MaximumK)]
    public void TopK_SplitsOfManyItems_MatchReference(int queries, int k) =>
        Check(new Case(3, queries, ManyItems, k, 2, seed: 11));

    /// <summary>
    /// Each item is better than all before it: every candidate is kept, and buffers overflow at every turn.
    /// </summary>
    [TestCase(10)]
    [TestCase(100)]
    public void TopK_RisingScores_MatchReference(int k)
    {
        var items = TEngine.TakesManyRows ? 1_500 : 300;
        var (indices, _) = Select([1, 1], [.. Enumerable.Range(0, items).Select(item => (float)item)], 1, null, k);

        var expected = Enumerable.Range(0, k).Select(rank => items - 1 - rank).ToArray();
        Assert.That(indices, Is.EqualTo(expected.Concat(expected)));
    }

    [Test]
    public void TopK_ScoresThatAreNoNumbers_AreLeftOut()
    {
        var y = Enumerable.Range(0, 200).Select(item => item % 3 == 0 ? float.NaN : item % 50)
            .Select(value => (float)value).ToArray();

        var (indices, scores) = Select([1], y, 1, null, k: 150);

        var expected = Enumerable.Range(0, 200).Where(item => item % 3 != 0).OrderByDescending(item => item % 50)
            .ThenBy(item => item).ToArray();
        Assert.That(indices[..expected.Length], Is.EqualTo(expected));
        Assert.That(scores[..expected.Length], Is.EqualTo(expected.Select(item => (float)(item % 50))));
        Assert.That(indices[expected.Length..], Is.All.EqualTo(-1));
    }

    [Test]
    public void TopK_InfiniteScores_AreOrdered()
    {
        float[] y = [0, float.NegativeInfinity, 2, float.PositiveInfinity, -0f, float.PositiveInfinity];

        var (indices, _) = Select([1], y, 1, null, k: 6);

        Assert.That(indices, Is.EqualTo(new[] { 3, 5, 2, 0, 4, -1 }));
    }

    /// <summary>Short lists, all lengths, and lists near and beyond the number of items.</summary>
    private static int Length(int seed, int items)
    {
        var length = (seed % 3) switch
        {
            0 => 1 + (seed % 33),
            1 => items + (seed % 7) - 3,
            _ => 1 + (seed * 31 % TopKQuery.MaximumK),
        };
        return Math.Clamp(length, 1, TopKQuery.MaximumK);
    }

    private void Check(Case shape)
    {
        var (x, y) = (shape.Integers(shape.Queries, 1), shape.Integers(shape.Items, 2));
        var seen = shape.Seen();

        var (indices, scores) = Select(x, y, shape.Rank, seen, shape.K);

        var (queries, items) = (TestMatrices.ToDouble(x, shape.Rank), TestMatrices.ToDouble(y, shape.Rank));
        for (var row = 0; row < shape.Queries; row++)
        {
            var expected = ReferenceAls.TopK(queries, row, items, seen is null ? [] : seen.RowIndices(row), shape.K);
            var offset = row * shape.K;
            Assert.That(
                indices[offset..][..expected.Length],
                Is.EqualTo(expected.Select(pair => pair.Index)),
                $"{shape}, query {row}");
            Assert.That(
                scores[offset..][..expected.Length],
                Is.EqualTo(expected.Select(pair => (float)pair.Score)),
                $"{shape}, query {row}");
            Assert.That(indices[offset..][expected.Length..shape.K], Is.All.EqualTo(-1), $"{shape}, query {row}");
        }
    }

    private (int[] Indices, float[] Scores) Select(float[] x, float[] y, int rank, CsrMatrix? seen, int k)
    {
        using var queries = _engine.CreateFactors(x.Length / rank, rank);
        using var items = _engine.CreateFactors(y.Length / rank, rank);
        queries.CopyFrom(x);
        items.CopyFrom(y);
        using var mask = seen is null ? null : _engine.LoadPlays(seen);
        var indices = new int[queries.RowCount * k];
        var scores = new float[queries.RowCount * k];
        _engine.TopK(new TopKQuery(queries, RowRange.All(queries), items, mask, k), indices, scores);
        return (indices, scores);
    }

    /// <summary>A shape with its data.</summary>
    /// <param name="rank">Number of factors.</param>
    /// <param name="queries">Number of queries.</param>
    /// <param name="items">Number of items.</param>
    /// <param name="k">Length of a list.</param>
    /// <param name="largest">The largest factor: 0 makes all scores equal.</param>
    /// <param name="seed">Of the data.</param>
    private sealed class Case(int rank, int queries, int items, int k, int largest, int seed)
    {
        public int Rank => rank;

        public int Queries => queries;

        public int Items => items;

        public int K => k;

        public float[] Integers(int rows, int salt) =>
            [.. TestMatrices.Factors(rows, rank, (2 * seed) + salt).Select(value => MathF.Round(largest * value))];

        /// <summary>Nothing for one case in four; else rows with no, some, and nearly all items.</summary>
        public CsrMatrix? Seen() => seed % 4 == 0 ? null
            : TestMatrices.Plays(
                items,
                [
                    .. Enumerable.Range(0, queries)
                        .Select(row => new[] { 0, 3, items / 3, items - 1, items }[(row + seed) % 5])
                ],
                seed);

        public override string ToString() =>
            $"rank {rank}, {queries} × {items}, k {k}, factors to {largest}, seed {seed}";
    }
}
