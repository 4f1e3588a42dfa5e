using GpuAls.Evaluation;
using GpuAls.Sparse;

namespace GpuAls.Tests.Evaluation;

public sealed class PopularityBaselineTests
{
    /// <summary>Listeners of items 0 .. 3: 1, 2, 2 and 1; user 2 dislikes item 3, which is no listener.</summary>
    private static readonly CsrMatrix Plays = new(4, [0, 2, 4, 7], [1, 2, 0, 3, 1, 2, 3], [9, 1, 1, 1, 1, 1, -5]);

    [TestCase(0, new[] { 0, 3 })]
    [TestCase(1, new[] { 1, 2 })]
    [TestCase(2, new[] { 0 })]
    public void Recommend_LeavesOutPlayedItems_TiesToTheLowerIndex(int user, int[] expected) =>
        Assert.That(new PopularityBaseline(Plays).Recommend(user, 2), Is.EqualTo(expected));
}
