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
}
