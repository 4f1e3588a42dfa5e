namespace GpuAls.Tests.Evaluation;

public sealed class RankingMetricsTests
{
    [Test]
    public void Of_ListWorkedByHand_HasItsMetrics()
    {
        // Ranks 1 and 3 of 4 are relevant, of three relevant items: DCG = 1 + 1/2, best = 1 + 1/log₂3 + 1/2.
        var metrics = RankingMetrics.Of([7, 2, 9, 4], [5, 7, 9], 4);

        Assert.That(metrics.Precision, Is.EqualTo(2.0 / 4));
        Assert.That(metrics.Recall, Is.EqualTo(2.0 / 3));
        Assert.That(metrics.Ndcg, Is.EqualTo(1.5 / (1.5 + (1 / Math.Log2(3)))).Within(1e-15));
        Assert.That(metrics.AveragePrecision, Is.EqualTo((1.0 + (2.0 / 3)) / 3).Within(1e-15));
        Assert.That(metrics.ReciprocalRank, Is.EqualTo(1));
        Assert.That(metrics.Hit, Is.EqualTo(1));
    }

    [Test]
    public void Of_ItemsAfterTheKth_DoNotCount() =>
        Assert.That(RankingMetrics.Of([1, 2, 3, 8], [8], 3), Is.EqualTo(default(RankingMetrics)));

    [Test]
    public void Of_ShortList_CountsAsFilledWithIrrelevantItems() =>
        Assert.That(RankingMetrics.Of([3, -1, -1], [3], 5).Precision, Is.EqualTo(1.0 / 5));

    [Test]
    public void Of_PerfectList_IsOneButForPrecision() =>
        Assert.That(RankingMetrics.Of([4, 2, 9], [2, 4], 3), Is.EqualTo(new RankingMetrics(2.0 / 3, 1, 1, 1, 1, 1)));

    [Test]
    public void Of_FirstHitFurtherDown_HasItsReciprocalRank() =>
        Assert.That(RankingMetrics.Of([4, 2, 9], [9], 3).ReciprocalRank, Is.EqualTo(1.0 / 3));
}
