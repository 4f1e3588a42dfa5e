using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines.Host;

[TestFixture(128)]
[TestFixture(256)]
[TestFixture(512)]
public sealed class HostScoresTests(int vectorBits)
{
    /// <summary>More rows than a panel, more items than a block, neither a multiple; rows in no order.</summary>
    [Test]
    public void ScoreRows_AnyRows_GiveTheScoresOfTopK()
    {
        using var engine = new HostEngine(3, HostOperations.OfWidth(vectorBits, 3));
        using var queries = engine.LoadFactors(TestMatrices.Factors(40, 19, 1), 19);
        using var items = engine.LoadFactors(TestMatrices.Factors(75, 19, 2), 19);
        int[] rows = [39, 0, 7, 8, 3, 3, 21, 22, 30, 1, 2];
        var scores = new float[rows.Length][];

        engine.ScoreRows(queries, rows, items, (query, row) => scores[query] = row.ToArray());

        var (indices, best) = (new int[40 * 75], new float[40 * 75]);
        engine.TopK(new TopKQuery(queries, RowRange.All(queries), items, null, 75), indices, best);
        for (var query = 0; query < rows.Length; query++)
        {
            Assert.That(scores[query], Has.Length.EqualTo(75));
            for (var i = 0; i < 75; i++)
                Assert.That(scores[query][indices[(rows[query] * 75) + i]], Is.EqualTo(best[(rows[query] * 75) + i]));
        }
    }

    [Test]
    public void ScorePairs_AnyPairs_AreTheirProducts()
    {
        using var engine = new HostEngine(2, HostOperations.OfWidth(vectorBits, 2));
        var (x, y) = (TestMatrices.Factors(5, 17, 3), TestMatrices.Factors(9, 17, 4));
        using var rows = engine.LoadFactors(x, 17);
        using var columns = engine.LoadFactors(y, 17);
        var pairs = TestMatrices.Plays(9, [3, 0, 9, 1, 4], seed: 6);

        var scores = engine.ScorePairs(pairs, rows, columns);

        var expected = from row in Enumerable.Range(0, 5)
                       from column in pairs.RowIndices(row).ToArray()
                       select Enumerable.Range(0, 17).Sum(
                           factor => (double)x[(row * 17) + factor] * y[(column * 17) + factor]);
        Assert.That(scores, Is.EqualTo(expected).Within(1e-5));
    }
}
