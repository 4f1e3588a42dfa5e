using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines;

/// <summary>A list depends on nothing but its query, the items, its row of the mask and k.</summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.Available))]
internal sealed class EngineTopKRepeatTests<TEngine>
    where TEngine : ITestEngine
{
    private const int Rank = 7;
    private const int K = 5;

    private IAlsEngine _engine = null!;

    private static int ItemCount => TEngine.TakesManyRows ? 5_003 : 131;

    private static int QueryCount => TEngine.TakesManyRows ? 1_207 : 11;

    private static float[] Queries => TestMatrices.Factors(QueryCount, Rank, seed: 1);

    private static float[] Items => TestMatrices.Factors(ItemCount, Rank, seed: 2);

    private static CsrMatrix Seen =>
        TestMatrices.Plays(ItemCount, [.. Enumerable.Range(0, QueryCount).Select(query => query % 5 * 20)], seed: 3);

    [OneTimeSetUp]
    public void OpenEngine() => _engine = TEngine.Create();

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    /// <summary>Batches of one query, of less and more than a panel of the host has, and of several groups.</summary>
    [TestCase(1)]
    [TestCase(3)]
    [TestCase(9)]
    [TestCase(300)]
    public void TopK_InBatches_GivesTheSameBytes(int batch)
    {
        using var queries = _engine.LoadFactors(Queries, Rank);
        using var items = _engine.LoadFactors(Items, Rank);
        var whole = Select(queries, RowRange.All(queries), items, Seen, K);

        for (var first = 0; first < QueryCount; first += Math.Max(batch, QueryCount / 9))
        {
            var count = Math.Min(batch, QueryCount - first);
            var part = Select(queries, new RowRange(first, count), items, Seen.Slice(first, count), K);
            Assert.That(part.Indices, Is.EqualTo(whole.Indices[(first * K)..((first + count) * K)]));
            Assert.That(part.Scores, Is.EqualTo(whole.Scores[(first * K)..((first + count) * K)]));
        }
    }

    [Test]
    public void TopK_LongerList_BeginsWithTheShorter()
    {
        const int Longer = 40;
        using var queries = _engine.LoadFactors(Queries, Rank);
        using var items = _engine.LoadFactors(Items, Rank);
        var few = Select(queries, RowRange.All(queries), items, Seen, K);

        var many = Select(queries, RowRange.All(queries), items, Seen, Longer);

        for (var query = 0; query < QueryCount; query++)
        {
            Assert.That(many.Indices[(query * Longer)..][..K], Is.EqualTo(few.Indices[(query * K)..][..K]));
            Assert.That(many.Scores[(query * Longer)..][..K], Is.EqualTo(few.Scores[(query * K)..][..K]));
        }
    }

    [Test]
    public void TopK_ItemsCopiedAnew_AreThoseThatCount()
    {
        using var queries = _engine.LoadFactors(Queries, Rank);
        using var fresh = _engine.LoadFactors(Items, Rank);
        using var changed = _engine.LoadFactors(TestMatrices.Factors(ItemCount, Rank, seed: 4), Rank);
        Select(queries, RowRange.All(queries), changed, null, K);

        changed.CopyFrom(Items);

        AssertSameLists(queries, changed, fresh);
    }

    [Test]
    public void TopK_ItemsSolvedAnew_AreThoseThatCount()
    {
        using var queries = _engine.LoadFactors(Queries, Rank);
        using var solved = _engine.LoadFactors(Items, Rank);
        Select(queries, RowRange.All(queries), solved, null, K);

        Solve(queries, solved);

        var values = new float[ItemCount * Rank];
        solved.CopyTo(values);
        using var fresh = _engine.LoadFactors(values, Rank);
        AssertSameLists(queries, solved, fresh);
    }

    private void Solve(IEngineFactors fixedFactors, IEngineFactors target)
    {
        using var plays = _engine.LoadPlays(
            TestMatrices.Plays(QueryCount, [.. Enumerable.Range(0, ItemCount).Select(item => item % 4)], seed: 5));
        var gramian = new double[Rank * Rank];
        _engine.Gramian(fixedFactors, RowRange.All(fixedFactors), gramian);
        _engine.SolveRows(new RowSolveProblem
        {
            Rows = RowRange.All(target),
            Plays = plays,
            Weights = new ConfidenceWeights(0.7f, 0, 0.7f),
            FixedFactors = fixedFactors,
            Gramian = gramian,
            Regularization = [.. Enumerable.Repeat(3f, ItemCount)],
            Target = target,
        });
    }

    private void AssertSameLists(IEngineFactors queries, IEngineFactors items, IEngineFactors expectedItems)
    {
        var expected = Select(queries, RowRange.All(queries), expectedItems, null, K);

        var lists = Select(queries, RowRange.All(queries), items, null, K);

        Assert.That(lists.Indices, Is.EqualTo(expected.Indices));
        Assert.That(lists.Scores, Is.EqualTo(expected.Scores));
    }

    private (int[] Indices, float[] Scores) Select(
        IEngineFactors queries, RowRange rows, IEngineFactors items, CsrMatrix? seen, int k)
    {
        using var mask = seen is null ? null : _engine.LoadPlays(seen);
        var (indices, scores) = (new int[rows.Count * k], new float[rows.Count * k]);
        _engine.TopK(new TopKQuery(queries, rows, items, mask, k), indices, scores);
        return (indices, scores);
    }
}
