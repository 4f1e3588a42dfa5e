using GpuAls.Tests.Engines;
using GpuAls.Tests.Modeling;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Recommendation;

/// <summary>Lists of neighbours equal those of comparing all pairs, on every engine.</summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.Available))]
internal sealed class SimilarModelTests<TEngine>
    where TEngine : ITestEngine
{
    private IAlsEngine _engine = null!;

    [OneTimeSetUp]
    public void OpenEngine() => _engine = TEngine.Create();

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    [Test]
    public void Of_AnyMeasure_ListsTheNearestOthers([Values] SimilarityMeasure measure, [Values] bool ofItems)
    {
        var model = ofItems ? Model() : Model().Transposed();
        using var recommender = new Recommender(SimilarModel.Of(model, measure), _engine);
        int[] all = [.. Enumerable.Range(0, model.Items.Count)];

        var batch = recommender.Recommend(all, 4, includePlayed: false).Single();

        var liked = Likes.CountByColumn(model.Plays, model.Feedback);
        foreach (var item in all.Where(item => liked[item] > 0 && Norm(model, item) > 0))
        {
            var expected = all.Where(other => other != item && liked[other] > 0 && Norm(model, other) > 0)
                .Select(other => (Item: other, Score: Score(model, item, other, measure)))
                .OrderByDescending(pair => pair.Score).Take(4).ToArray();
            var slots = new Range(item * 4, (item * 4) + expected.Length);
            Assert.That(batch.ItemIndices[slots], Is.EqualTo(expected.Select(pair => pair.Item)), $"item {item}");
            Assert.That(
                batch.Scores[slots], Is.EqualTo(expected.Select(pair => (float)pair.Score)).Within(1e-5f));
        }
    }

    private static double Norm(FactorModel model, int item) =>
        Math.Sqrt(Score(model, item, item, SimilarityMeasure.InnerProduct));

    private static double Score(FactorModel model, int one, int other, SimilarityMeasure measure)
    {
        var y = TestMatrices.ToDouble(model.ItemFactors.ToArray(), model.Rank);
        var product = Enumerable.Range(0, model.Rank).Sum(factor => y[one, factor] * y[other, factor]);
        return measure == SimilarityMeasure.Cosine ? product / (Norm(model, one) * Norm(model, other)) : product;
    }

    /// <summary>The sample model, with an item without factors.</summary>
    private static FactorModel Model()
    {
        var model = SampleModel.Create();
        model.ItemFactors.Row(4).Clear();
        return model;
    }
}
