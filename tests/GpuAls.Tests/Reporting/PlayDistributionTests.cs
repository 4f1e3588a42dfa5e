using CsCheck;
using GpuAls.App;

namespace GpuAls.Tests.Reporting;

public sealed class PlayDistributionTests
{
    [Test]
    public void Of_SmallMatrix_CountsRowsThatHaveSoMany()
    {
        var plays = OfLengths([3, 1, 0, 1]);

        var points = PlayDistribution.Of("user", "item", plays).Points;

        Assert.That(points, Is.EqualTo(new DistributionPoint[] { new(0, 4), new(1, 3), new(3, 1) }));
    }

    [Test]
    public void Of_AnyMatrix_HasTrueCountsFromTheShortestRowToTheLongest() =>
        Gen.Int[0, 300].Array[1, 40].Sample(lengths =>
    {
        var points = PlayDistribution.Of("user", "item", OfLengths(lengths)).Points;

        Assert.That(
            points.Select(point => point.Rows),
            Is.EqualTo(points.Select(point => lengths.Count(length => length >= point.AtLeast))));
        Assert.That(points.Select(point => point.AtLeast), Is.Ordered.Ascending.And.Unique);
        Assert.That((points[0].AtLeast, points[^1].AtLeast), Is.EqualTo((lengths.Min(), lengths.Max())));
    });

    [Test]
    public void Of_ManyLengths_HasFewPoints() =>
        Assert.That(
            PlayDistribution.Of("user", "item", OfLengths([.. Enumerable.Range(1, 2000)])).Points,
            Has.Count.LessThan(100));

    private static CsrMatrix OfLengths(int[] lengths)
    {
        long[] indptr = [0, .. lengths.Select((_, row) => lengths.Take(row + 1).Sum(length => (long)length))];
        return new CsrMatrix(
            lengths.Max() + 1,
            indptr,
            [.. lengths.SelectMany(length => Enumerable.Range(0, length))],
            [.. Enumerable.Repeat(1f, (int)indptr[^1])]);
    }
}
