using CsCheck;
using GpuAls.App;

namespace GpuAls.Tests.Reporting;

public sealed class PlayDistributionTests
{
    [Test]
    public void Of_FewRows_CountsRowsThatHaveSoMany()
    {
        var points = PlayDistribution.Of("user", "item", [3, 1, 0, 1]).Points;

        Assert.That(points, Is.EqualTo(new DistributionPoint[] { new(0, 4), new(1, 3), new(3, 1) }));
    }

    [Test]
    public void Of_AnyRows_HasTrueCountsFromTheShortestRowToTheLongest() =>
        Gen.Int[0, 300].Array[1, 40].Sample(lengths =>
    {
        var points = PlayDistribution.Of("user", "item", lengths).Points;

        Assert.That(
            points.Select(point => point.Rows),
            Is.EqualTo(points.Select(point => lengths.Count(length => length >= point.AtLeast))));
        Assert.That(points.Select(point => point.AtLeast), Is.Ordered.Ascending.And.Unique);
        Assert.That((points[0].AtLeast, points[^1].AtLeast), Is.EqualTo((lengths.Min(), lengths.Max())));
    });

    [Test]
    public void Of_ManyLengths_HasFewPoints() =>
        Assert.That(
            PlayDistribution.Of("user", "item", [.. Enumerable.Range(1, 2000)]).Points,
            Has.Count.LessThan(100));
}
