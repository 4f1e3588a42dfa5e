using GpuAls.Bench.Convergence;

namespace GpuAls.Tests.Bench;

/// <summary>Iterations are counted up to the first that is close to the final loss.</summary>
public sealed class DescentTests
{
    private static readonly DescentPair Pair = new(
        new Descent([200, 102, 101, 100.5, 100.2], [9, 1, 1, 1, 1]),
        new Descent([150, 100.9, 100.05, 100, 100.001], [9, 2, 2, 2, 2]));

    [Test]
    public void Final_IsTheLowerOfBoth() => Assert.That(Pair.Final, Is.EqualTo(100.001));

    [Test]
    public void Iterations_OfEachTolerance_AreCountedAndOneMoreWhereItIsNeverReached() => Assert.That(
        Pair.Iterations, Is.EqualTo(new[] { (3, 2), (6, 3), (6, 4) }));

    [Test]
    public void SecondsOf_ManyIterations_AreOfTheMedian() => Assert.That(Pair.Accelerated.SecondsOf(3), Is.EqualTo(6));
}
