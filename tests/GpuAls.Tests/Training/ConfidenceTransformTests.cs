namespace GpuAls.Tests.Training;

public sealed class ConfidenceTransformTests
{
    [Test]
    public void Apply_ConfidenceTooLargeForFp32_NamesTheWeightAndTheRemedy()
    {
        var failure = Assert.Throws<GpuAlsException>(
            () => Apply(1e30f, new AlsOptions { Alpha = 1e10, Confidence = ConfidenceFunction.Linear }));

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Usage));
        Assert.That(failure.Message, Does.Contain("1E+30").And.Contain("--alpha").And.Contain("--confidence log"));
    }

    [TestCase(1e-30f, 1.17549435e-38f)]
    [TestCase(-1e-30f, -1.17549435e-38f)]
    public void Apply_ConfidenceBelowFp32_KeepsItsSignWithTheSmallestNormalNumber(float play, float expected) =>
        Assert.That(
            Apply(play, new AlsOptions { Alpha = 1e-30, Confidence = ConfidenceFunction.Linear }),
            Is.EqualTo(expected));

    [TestCase(3f, 6f)]
    [TestCase(-3f, -6f)]
    public void Apply_Linear_IsAlphaTimesThePlay(float play, float expected) =>
        Assert.That(
            Apply(play, new AlsOptions { Alpha = 2, Confidence = ConfidenceFunction.Linear }), Is.EqualTo(expected));

    [Test]
    public void Apply_Log_IsAlphaTimesTheLogarithm() =>
        Assert.That(
            Apply(3, new AlsOptions { Alpha = 2, Confidence = ConfidenceFunction.Log, Epsilon = 0.5 }),
            Is.EqualTo((float)(2 * Math.Log(7))));

    [Test]
    public void IsSame_RatingsAndPlays_AreNot()
    {
        var ratings = new AlsOptions { Feedback = Feedback.Explicit };

        Assert.That(ConfidenceTransform.IsSame(ratings, new AlsOptions()), Is.False);
        Assert.That(ConfidenceTransform.IsSame(ratings, ratings with { Rank = 3 }), Is.True);
    }

    private static float Apply(float play, AlsOptions options) =>
        ConfidenceTransform.Apply(new CsrMatrix(1, [0, 1], [0], [play]), options).Values[0];
}
