using CsCheck;
using GpuAls.App;

namespace GpuAls.Tests.Guards;

public sealed class MetricRequirementTests
{
    [TestCase("ndcg@10>=0.15", 0.15, true)]
    [TestCase("ndcg@10>=0.15", 0.1499, false)]
    [TestCase("ndcg@10>0.15", 0.15, false)]
    [TestCase("mpr<0.2", 0.2, false)]
    [TestCase("mpr<=0.2", 0.2, true)]
    [TestCase("rmse_rating <= 9e-1", 0.89, true)]
    [TestCase("ndcg@10>=-1", double.NaN, false)]
    [TestCase("loss<1e9", double.NaN, false)]
    public void Holds_Value_IsCompared(string text, double value, bool expected) =>
        Assert.That(MetricRequirement.Parse(text).Holds(value), Is.EqualTo(expected));

    [Test]
    public void Parse_OfItsText_IsTheSame() => Gen.Select(
            Gen.OneOf(Gen.Const("ndcg@7"), Gen.Const("auc"), Gen.Const("loss"), Gen.Const("hit_rate@1")),
            Gen.OneOf(Gen.Const(">="), Gen.Const(">"), Gen.Const("<="), Gen.Const("<")),
            Gen.Double)
        .Sample((metric, comparison, bound) =>
        {
            var requirement = MetricRequirement.Parse(FormattableString.Invariant($"{metric}{comparison}{bound:R}"));

            Assert.That(MetricRequirement.Parse(requirement.ToString()), Is.EqualTo(requirement));
            Assert.That(requirement.Bound, Is.EqualTo(bound));
        });

    [TestCase("ndcg@10", "expected a metric, >=, >, <= or <, and a number, such as 'ndcg@10>=0.15', in quotes")]
    [TestCase("ndcg@10=0.15", "expected a metric")]
    [TestCase("ndcg@10>=", "expected a metric")]
    [TestCase("ndcg@10>=NaN", "expected a metric")]
    [TestCase("ndcg@10>=0,15", "expected a metric")]
    [TestCase("ndgc@10>=0.15", "--require-metric is 'ndgc@10'; expected one of")]
    [TestCase("ndgc@10>=0.15", "Did you mean ndcg@10?")]
    [TestCase("ndcg>=0.15", "Did you mean ndcg@10?")]
    [TestCase("rsme<=1", "Did you mean rmse?")]
    [TestCase("ndcg@0>=0.15", "expected a list length from 1 to 1024 after the @")]
    public void Parse_Mistake_SaysWhatWasExpected(string text, string message)
    {
        var failure = Assert.Throws<GpuAlsException>(() => MetricRequirement.Parse(text));

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Usage));
        Assert.That(failure.Message, Does.Contain("--require-metric is '").And.Contain(message));
    }
}
