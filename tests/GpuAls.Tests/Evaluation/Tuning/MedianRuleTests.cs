namespace GpuAls.Tests.Evaluation.Tuning;

public sealed class MedianRuleTests
{
    /// <summary>After three iterations the best so far of the five trials are 3, 5, 6, 8 and 9.</summary>
    [TestCase("ndcg@10", 3, 5.9, true)]
    [TestCase("ndcg@10", 3, 6.0, false)]
    [TestCase("ndcg@10", 2, 0.0, false, Description = "too early")]
    [TestCase("rmse", 3, 4.1, true)]
    [TestCase("rmse", 3, 3.9, false)]
    public void Limits_Value_IsComparedWithTheMedianOfTheSameIteration(
        string metric, int iteration, double value, bool expected)
    {
        var choice = MetricChoice.Parse(metric);
        var rule = new MedianRule(choice);
        double[][] curves = [[1, 2, 3, 100], [4, 5, 4], [6, 6, 6], [8, 7, 7, 0], [2, 9]];
        foreach (var curve in curves) rule.Add(Trial(curve));

        Assert.That(choice.Cost(value) > rule.Limits(4)![iteration - 1], Is.EqualTo(expected));
    }

    [Test]
    public void Limits_FewTrials_AreNone()
    {
        var rule = new MedianRule(MetricChoice.Parse("ndcg@10"));
        for (var trial = 0; trial < 4; trial++) rule.Add(Trial([9, 9, 9]));
        rule.Add(Trial([]));

        Assert.That(rule.Limits(3), Is.Null);
    }

    private static TrialResult Trial(double[] values) => new()
    {
        Trial = 1,
        Rung = 1,
        Iterations = [.. values.Select((value, i) => new TrialIteration(i + 1, value, null, 0))],
        BestIteration = 1,
        Metrics = [],
        Seconds = 0,
    };
}
