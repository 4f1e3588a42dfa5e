namespace GpuAls.Tests.Evaluation;

public sealed class MetricChoiceTests
{
    [TestCase("ndcg@10", "ndcg@10", MetricKinds.Lists, false)]
    [TestCase("hit_rate@1024", "hit_rate@1024", MetricKinds.Lists, false)]
    [TestCase("auc", "auc", MetricKinds.Ranks, false)]
    [TestCase("mpr", "mpr", MetricKinds.Ranks, true)]
    [TestCase("rmse", "rmse_preference", MetricKinds.Errors, true)]
    [TestCase("mae_rating", "mae_rating", MetricKinds.Errors, true)]
    [TestCase("loss", "loss", MetricKinds.None, true)]
    public void Parse_Names_AreMetrics(string text, string metric, MetricKinds kinds, bool isLowerBetter)
    {
        var choice = MetricChoice.Parse(text);

        Assert.That(
            (choice.Metric.ToString(), choice.Kinds, choice.IsLowerBetter), Is.EqualTo((metric, kinds, isLowerBetter)));
    }

    [TestCase("ndcg")]
    [TestCase("ndcg@0")]
    [TestCase("ndcg@1025")]
    [TestCase("ndcg@+1")]
    [TestCase("ndcg@1@2")]
    [TestCase("auc@3")]
    [TestCase("novelty")]
    [TestCase("")]
    public void Parse_OtherText_IsWrongUsage(string text)
    {
        var failure = Assert.Throws<GpuAlsException>(() => MetricChoice.Parse(text));

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Usage));
        Assert.That(failure.Message, Does.Contain($"--metric is '{text}'"));
    }
}
