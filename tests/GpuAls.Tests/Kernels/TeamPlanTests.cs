using GpuAls.Kernels;

namespace GpuAls.Tests.Kernels;

public sealed class TeamPlanTests
{
    [Test]
    public void For_EachRankOfWholeTriangles_HasNoMoreThreadsThanTilesOrPartsOfARow([Range(1, 152)] int rank)
    {
        var rank4 = Float4.CountFor(rank);

        var plan = TeamPlan.For(TeamPlan.MaximumGroupSize, LaunchPlan.MaximumSharedBytes, rank4);

        Assert.That(plan.IsWhole);
        Assert.That(
            plan.GroupSize,
            Is.EqualTo(LaunchPlan.GroupSize(plan.Layout.Teams * Math.Max(TriangleIndex.Count(rank4 / 2), rank4))));
    }

    [Test]
    public void ForPlays_AnyRow_HasAThreadForEachTile([Range(1, 18)] int plays8)
    {
        var plan = TeamPlan.ForPlays(TeamPlan.MaximumGroupSize, LaunchPlan.MaximumSharedBytes, plays8);

        Assert.That(plan.IsWhole);
        Assert.That(plan.GroupSize, Is.LessThanOrEqualTo(TeamPlan.MaximumGroupSize));
        Assert.That(plan.GroupSize / plan.Layout.Teams, Is.GreaterThanOrEqualTo(TriangleIndex.Count(plays8)));
        Assert.That(plan.SharedFloat4s * Float4.Bytes, Is.LessThanOrEqualTo(LaunchPlan.MaximumSharedBytes));
    }

    [Test]
    public void ForPlays_TooFewThreads_IsNotWhole() =>
        Assert.That(TeamPlan.ForPlays(64, LaunchPlan.MaximumSharedBytes, 12).IsWhole, Is.False);
}
