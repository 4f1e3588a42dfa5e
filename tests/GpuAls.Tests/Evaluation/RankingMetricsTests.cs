using CsCheck;
using GpuAls.Evaluation;

namespace GpuAls.Tests.Evaluation;

public sealed class RankingMetricsTests
{
    [Test]
    public void Of_ListWorkedByHand_HasItsMetrics()
    {
        // Places 1 and 3 of 4 are relevant, of three relevant items: DCG = 1 + 1/2, best = 1 + 1/log₂3 + 1/2.
        var metrics = RankingMetrics.Of([7, 2, 9, 4], [5, 7, 9], 4);

        Assert.That(metrics.Precision, Is.EqualTo(2.0 / 4));
        Assert.That(metrics.Recall, Is.EqualTo(2.0 / 3));
        Assert.That(metrics.Ndcg, Is.EqualTo(1.5 / (1.5 + (1 / Math.Log2(3)))).Within(1e-15));
    }

    [Test]
    public void Of_ItemsAfterTheKth_DoNotCount() =>
        Assert.That(RankingMetrics.Of([1, 2, 3, 8], [8], 3), Is.EqualTo(new RankingMetrics(0, 0, 0)));

    [Test]
    public void Of_ShortList_CountsAsFilledWithIrrelevantItems() =>
        Assert.That(RankingMetrics.Of([3, -1, -1], [3], 5).Precision, Is.EqualTo(1.0 / 5));

    [Test]
    public void Of_PerfectList_HasNdcgOne() =>
        Assert.That(RankingMetrics.Of([4, 2, 9], [2, 4], 3), Is.EqualTo(new RankingMetrics(2.0 / 3, 1, 1)));

    [Test]
    public void Of_AnyList_EqualsThePlainVersion() =>
        Gen.Select(Gen.Int[0, 30].HashSet[0, 15], Gen.Int[0, 30].HashSet[1, 20], Gen.Int[1, 20]).Sample((list, relevant, k) =>
        {
            var ranked = list.ToArray();
            var metrics = RankingMetrics.Of(ranked, [.. relevant.Order()], k);
            var hits = ranked.Take(k).Count(relevant.Contains);
            var dcg = ranked.Take(k).Select((item, place) => relevant.Contains(item) ? 1 / Math.Log2(place + 2) : 0).Sum();
            var best = Enumerable.Range(0, Math.Min(k, relevant.Count)).Sum(place => 1 / Math.Log2(place + 2));
            return metrics.Precision == (double)hits / k && metrics.Recall == (double)hits / relevant.Count && Math.Abs(metrics.Ndcg - (dcg / best)) < 1e-12;
        });

    [Test]
    public void Summary_CountsEachUserTheSame()
    {
        var summary = new RankingSummary();
        summary.Add(new RankingMetrics(1, 0.5, 0.2));
        summary.Add(new RankingMetrics(0, 0.1, 0.4));

        Assert.That(summary.Users, Is.EqualTo(2));
        Assert.That(summary.Mean, Is.EqualTo(new RankingMetrics(0.5, 0.3, (0.2 + 0.4) / 2)));
    }
}
