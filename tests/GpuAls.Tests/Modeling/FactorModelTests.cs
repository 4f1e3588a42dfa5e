namespace GpuAls.Tests.Modeling;

public sealed class FactorModelTests
{
    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    [TestCase(float.NegativeInfinity)]
    public void New_FactorThatIsNotFinite_IsRefused(float bad)
    {
        Assert.That(() => Create([1, bad, 3, 4], [1, 2]), Throws.ArgumentException.With.Message.Contains("userFactors"));
        Assert.That(() => Create([1, 2, 3, 4], [bad, 2]), Throws.ArgumentException.With.Message.Contains("itemFactors"));
    }

    [Test]
    public void New_ExtremeFiniteFactors_AreTaken() => Assert.That(() => Create([float.MaxValue, float.MinValue, float.Epsilon, 0], [-0f, 2]), Throws.Nothing);

    [Test]
    public void New_ShapesThatDoNotFit_AreRefused() => Assert.That(() => Create([1, 2, 3], [1, 2]), Throws.ArgumentException);

    /// <summary>2 users, 1 item, rank 2.</summary>
    private static FactorModel Create(float[] userFactors, float[] itemFactors) =>
        new(new IdIndex<int>([1, 2]), new IdIndex<int>([7]), new CsrMatrix(1, [0, 1, 1], [0], [1]), 2, userFactors, itemFactors);
}
