using CsCheck;

namespace GpuAls.Tests.Engines.Host;

public sealed class TopKPlanTests
{
    [Test]
    public void Of_AnyShape_CoversEachQueryAndEachBlockOnce() =>
        Gen.Select(Gen.Int[1, 5_000], Gen.Int[0, 3_000], Gen.Int[1, TopKQuery.MaximumK], Gen.Int[1, 100])
            .Sample((queries, blocks, k, threads) =>
        {
            var plan = TopKPlan.Of(queries, blocks, k, threads);
            var splits = plan.IsSplit ? plan.Splits(blocks - plan.FirstBlocks, k) : 0;

            return Covers(Enumerable.Range(0, plan.Groups).Select(plan.Group), 0, queries)
                && Covers(
                    Enumerable.Range(0, splits).Select(split => plan.Split(split, splits, blocks)), plan.FirstBlocks,
                    blocks);
        });

    [Test]
    public void Of_OneQueryAndManyItems_HasWorkForAllThreads() =>
        Assert.That(TopKPlan.Of(1, 625, 10, 8).Splits(625, 10), Is.GreaterThanOrEqualTo(8));

    [Test]
    public void Of_ManyQueries_LeavesTheItemsWhole() => Assert.That(TopKPlan.Of(50_000, 625, 10, 8).IsSplit, Is.False);

    private static bool Covers(IEnumerable<RowRange> ranges, int first, int end)
    {
        var next = first;
        foreach (var range in ranges)
        {
            if (range.Start != next || range.Count < 0) return false;
            next += range.Count;
        }

        return next == end;
    }
}
