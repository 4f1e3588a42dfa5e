using GpuAls.Tests.Modeling;
using GpuAls.Tests.Reference;
using GpuAls.Tests.Training;

namespace GpuAls.Tests.Recommendation;

public sealed class RecommenderTests
{
    [TestCase(false)]
    [TestCase(true)]
    public void Recommend_SomeUsers_MatchesReference(bool includePlayed) =>
        AssertMatchesReference(SampleModel.Create(), [3, 0, 1], 4, includePlayed);

    [TestCase(false)]
    [TestCase(true)]
    public void Recommend_ItemsWithoutFactorsOrLikes_AreNeverListed(bool includePlayed)
    {
        var model = SampleModel.Create();
        model.ItemFactors.Row(4).Clear();

        var batch = AssertMatchesReference(model, [3, 0, 1, 4], 7, includePlayed);

        // Item 0 has only dislikes.
        Assert.That(batch.ItemIndices, Does.Not.Contain(4).And.Not.Contain(0));
    }

    [Test]
    public void Recommend_UsersOfTheSecondBatch_HaveTheirOwnLists()
    {
        const int UserCount = 8_197;
        var plays = TestMatrices.Plays(6, [.. Enumerable.Range(0, UserCount).Select(user => user % 4)], seed: 6);
        var users = new IdIndex<int>([.. Enumerable.Range(0, UserCount)]);
        var items = new IdIndex<int>([.. Enumerable.Range(0, 6)]);
        var model = FactorArrays.Model(
            users, items, plays, new AlsOptions { Rank = 2 },
            TestMatrices.Factors(UserCount, 2, seed: 7), TestMatrices.Factors(6, 2, seed: 8));
        using var engine = new HostEngine(2);
        using var recommender = new Recommender(model, engine);

        var batches = recommender.Recommend([.. Enumerable.Range(0, UserCount)], 3, includePlayed: false).ToArray();

        Assert.That(batches.SelectMany(batch => batch.UserIndices), Is.EqualTo(Enumerable.Range(0, UserCount)));
        Assert.That(batches, Has.Length.EqualTo(2));
        AssertMatchesReference(model, batches[1], includePlayed: false);
    }

    /// <summary>
    /// The masks of the batches share memory; the item without factors makes ranks of items differ from indices.
    /// </summary>
    [Test]
    public void Recommend_SecondBatchOfLongerHistories_LeavesOutWhatItsUsersPlayed()
    {
        const int UserCount = 8_195;
        var plays =
            TestMatrices.Plays(9, [.. Enumerable.Range(0, UserCount).Select(user => user < 100 ? 7 : 1)], seed: 9);
        var model = FactorArrays.Model(
            new IdIndex<int>([.. Enumerable.Range(0, UserCount)]), new IdIndex<int>([.. Enumerable.Range(0, 9)]),
            plays, new AlsOptions { Rank = 2 },
            TestMatrices.Factors(UserCount, 2, seed: 10), TestMatrices.Factors(9, 2, seed: 11));
        model.ItemFactors.Row(4).Clear();

        var batches = Recommend(model, [.. Enumerable.Range(0, UserCount).Reverse()], 9, includePlayed: false);

        Assert.That(batches, Has.Count.EqualTo(2));
        foreach (var batch in batches) AssertMatchesReference(model, batch, includePlayed: false);
    }

    [Test]
    public void Recommend_UserWhoPlayedEverything_HasAnEmptyList()
    {
        var batch = Recommend(SampleModel.Create(), [4], 3, includePlayed: false).Single();

        Assert.That(batch.ItemIndices, Is.All.EqualTo(-1));
        Assert.That(batch.RowCount, Is.Zero);
    }

    [Test]
    public void UsersWithPlays_OneWithoutAndOneWithDislikesOnly_LeavesThemOut()
    {
        var model = Model(Feedback.Implicit, [1, 1, 1, 1]);

        Assert.That(Recommender.UsersWithPlays(model), Is.EqualTo(new[] { 0, 2 }));
    }

    [Test]
    public void UsersWithPlays_OneWhoseFactorsAreAllZero_LeavesItOut([Values] Feedback feedback)
    {
        var model = Model(feedback, [1, 1, 0, 1]);

        Assert.That(
            Recommender.UsersWithPlays(model), Is.EqualTo(feedback == Feedback.Explicit ? [0, 3] : new[] { 0 }));
    }

    /// <summary>Users with a play, without one, with a dislike and a play, and with a dislike.</summary>
    private static FactorModel Model(Feedback feedback, float[] userFactors)
    {
        var plays = new CsrMatrix(2, [0, 1, 1, 3, 4], [0, 0, 1, 1], [2, -1, 3, -2]);
        var options = new AlsOptions { Rank = 1, Feedback = feedback };
        return FactorArrays.Model(
            new IdIndex<int>([1, 2, 3, 4]), new IdIndex<int>([7, 8]), plays, options, userFactors, new float[2]);
    }

    [TestCase(0)]
    [TestCase(1025)]
    public void Recommend_LengthOutOfRange_IsAUsageFailureBeforeAnyListIsAskedFor(int k)
    {
        using var engine = new HostEngine(1);
        using var recommender = new Recommender(SampleModel.Create(), engine);

        Assert.That(
            () => recommender.Recommend([0], k, false),
            Throws.InstanceOf<GpuAlsException>().With.Message.Contains("expected 1 to 1024"));
    }

    [Test]
    public void New_DeviceThatBreaksOnTheWay_LeavesNoBufferOpen()
    {
        using var engine = new FailingEngine(new EngineCapabilities { Device = DeviceKind.OpenCl });

        Assert.That(
            () => new Recommender(SampleModel.Create(), engine).Dispose(), Throws.InstanceOf<GpuAlsException>());

        Assert.That(engine.OpenBuffers, Is.Zero);
    }

    private static RecommendationBatch AssertMatchesReference(FactorModel model, int[] users, int k, bool includePlayed)
    {
        var batch = Recommend(model, users, k, includePlayed).Single();
        Assert.That(batch.UserIndices, Is.EqualTo(users));
        AssertMatchesReference(model, batch, includePlayed);
        return batch;
    }

    private static void AssertMatchesReference(FactorModel model, RecommendationBatch batch, bool includePlayed)
    {
        var (x, y) = (
            TestMatrices.ToDouble(model.UserFactors.ToArray(), model.Rank),
            TestMatrices.ToDouble(model.ItemFactors.ToArray(), model.Rank));
        var unlisted = Enumerable.Range(0, model.Items.Count).Where(item => IsUnlisted(model, item)).ToArray();
        for (var list = 0; list < batch.UserIndices.Length; list++)
        {
            var user = batch.UserIndices[list];
            int[] left = includePlayed ? unlisted : [.. unlisted.Union(model.Plays.RowIndices(user).ToArray()).Order()];
            var expected = ReferenceAls.TopK(x, user, y, left, batch.K);
            var slots = (list * batch.K)..((list + 1) * batch.K);
            Assert.That(
                batch.ItemIndices[slots],
                Is.EqualTo(
                    expected.Select(pair => pair.Index).Concat(Enumerable.Repeat(-1, batch.K - expected.Length))));
            Assert.That(
                batch.Scores[slots][..expected.Length],
                Is.EqualTo(expected.Select(pair => (float)pair.Score)).Within(1e-5f));
        }
    }

    private static bool IsUnlisted(FactorModel model, int item) =>
        model.ItemFactors[item].ToArray().All(factor => factor == 0)
        || !Enumerable.Range(0, model.Plays.Indices.Length)
            .Any(entry => model.Plays.Indices[entry] == item && model.Plays.Values[entry] > 0);

    private static List<RecommendationBatch> Recommend(FactorModel model, int[] users, int k, bool includePlayed)
    {
        using var engine = new HostEngine(1);
        using var recommender = new Recommender(model, engine);
        return recommender.Recommend(users, k, includePlayed).ToList();
    }
}
