using CsCheck;

namespace GpuAls.Tests.Engines.Host;

public sealed class TopKPlanTests
{
    [Test]
    public void Of_AnyShape_CoversEachQueryAndEachBlockOnce() =>
        Gen.Select(Gen.Int[1, 1_000], Gen.Int[0, 3_000], Gen.Int[1, TopKQuery.MaximumK], Gen.Int[1, 100])
            .Sample((queries, blocks, k, threads) =>
        {
            var plan = TopKPlan.Of(queries, blocks, k, threads);

            return Covers(Enumerable.Range(0, plan.Groups).Select(plan.Group), queries)
                && Covers(Enumerable.Range(0, plan.Splits).Select(plan.Split), blocks);
        });

    [Test]
    public void Of_OneQueryAndManyItems_HasWorkForAllThreads() =>
        Assert.That(TopKPlan.Of(1, 625, 10, 8).Splits, Is.GreaterThanOrEqualTo(8));

    [Test]
    public void Of_ManyQueries_LeavesTheItemsWhole() =>
        Assert.That(TopKPlan.Of(50_000, 625, 10, 8).Splits, Is.EqualTo(1));

    private static bool Covers(IEnumerable<RowRange> ranges, int count)
    {
        var next = 0;
        foreach (var range in ranges)
        {
            if (range.Start != next || range.Count < 0) return false;
            next += range.Count;
        }

        return next == count;
    }
}
