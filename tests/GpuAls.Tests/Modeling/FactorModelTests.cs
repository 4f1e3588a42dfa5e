using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Modeling;

public sealed class FactorModelTests
{
    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    [TestCase(float.NegativeInfinity)]
    public void New_FactorThatIsNotFinite_IsRefused(float bad)
    {
        Assert.That(
            () => Create([1, bad, 3, 4], [1, 2]), Throws.ArgumentException.With.Message.Contains("userFactors"));
        Assert.That(
            () => Create([1, 2, 3, 4], [bad, 2]), Throws.ArgumentException.With.Message.Contains("itemFactors"));
    }

    [Test]
    public void New_ExtremeFiniteFactors_AreTaken() =>
        Assert.That(() => Create([float.MaxValue, float.MinValue, float.Epsilon, 0], [-0f, 2]), Throws.Nothing);

    [Test]
    public void New_ShapesThatDoNotFit_AreRefused() =>
        Assert.That(() => Create([1, 2, 3], [1, 2]), Throws.ArgumentException);

    [Test]
    public void New_OfATraining_HasItsOptions()
    {
        var byUser = new CsrMatrix(1, [0, 1, 1], [0], [1]);
        var (users, items) = (new IdIndex<int>([1, 2]), new IdIndex<int>([7]));
        var plays = new InteractionMatrix(users, items, byUser) { Feedback = Feedback.Explicit };
        var options = new AlsOptions { Rank = 2, Feedback = Feedback.Explicit, Regularization = 0.7 };
        var trained = new TrainedFactors(FactorMatrix.Of([1, 2, 3, 4], 2), FactorMatrix.Of([5, 6], 2), [], 0);

        var model = new FactorModel(plays, options, trained);

        Assert.That((model.Options, model.Feedback, model.Rank), Is.EqualTo((options, Feedback.Explicit, 2)));
        foreach (var other in (AlsOptions[])[options with { Feedback = Feedback.Implicit }, options with { Rank = 1 }])
            Assert.That(() => new FactorModel(plays, other, trained), Throws.ArgumentException);
    }

    /// <summary>2 users, 1 item, rank 2.</summary>
    private static FactorModel Create(float[] userFactors, float[] itemFactors) =>
        FactorArrays.Model(
            new IdIndex<int>([1, 2]), new IdIndex<int>([7]), new CsrMatrix(1, [0, 1, 1], [0], [1]),
            new AlsOptions { Rank = 2 }, userFactors, itemFactors);
}
