using GpuAls.Engines.Host;
using GpuAls.Modeling;
using GpuAls.Recommendation;
using GpuAls.Tests.Modeling;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Recommendation;

public sealed class RecommenderTests
{
    [TestCase(false)]
    [TestCase(true)]
    public void Recommend_SomeUsers_MatchesReference(bool includePlayed)
    {
        var model = SampleModel.Create();
        var batch = Recommend(model, [3, 0, 1], 4, includePlayed).Single();

        for (var list = 0; list < 3; list++)
        {
            var user = batch.UserIndices[list];
            var seen = includePlayed ? [] : model.Plays.RowIndices(user);
            var expected = ReferenceAls.TopK(
                TestMatrices.ToDouble(model.UserFactors, model.Rank), user, TestMatrices.ToDouble(model.ItemFactors, model.Rank), seen, 4);
            Assert.That(batch.ItemIndices[(list * 4)..((list * 4) + expected.Length)], Is.EqualTo(expected.Select(pair => pair.Index)));
        }
    }

    [Test]
    public void Recommend_UserWhoPlayedEverything_HasAnEmptyList()
    {
        var batch = Recommend(SampleModel.Create(), [4], 3, includePlayed: false).Single();

        Assert.That(batch.ItemIndices, Is.All.EqualTo(-1));
        Assert.That(batch.RowCount, Is.Zero);
    }

    [Test]
    public void UsersWithPlays_OneWithout_LeavesThatOneOut() =>
        Assert.That(Recommender.UsersWithPlays(SampleModel.Create()), Is.EqualTo(new[] { 0, 1, 3, 4 }));

    [TestCase(0)]
    [TestCase(1025)]
    public void Recommend_LengthOutOfRange_IsAUsageFailure(int k) =>
        Assert.That(
            () => Recommend(SampleModel.Create(), [0], k, false),
            Throws.InstanceOf<GpuAlsException>().With.Message.Contains("expected 1 to 1024"));

    private static List<RecommendationBatch> Recommend(FactorModel model, int[] users, int k, bool includePlayed)
    {
        using var engine = new HostEngine(1);
        using var recommender = new Recommender(model, engine);
        return recommender.Recommend(users, k, includePlayed).ToList();
    }
}
