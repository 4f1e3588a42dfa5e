using GpuAls.Bench.Convergence;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Bench;

/// <summary>Iterations are counted up to the first that is close to the final loss.</summary>
public sealed class DescentTests
{
    private static readonly DescentPair Pair = new(
        new Descent([200, 102, 101, 100.5, 100.2], [9, 1, 1, 1, 1]),
        new Descent([150, 100.9, 100.05, 100, 100.001], [9, 2, 2, 2, 2]));

    [Test]
    public void Of_AnyOptions_TrainsWithoutMomentumAndWithIt([Values] Acceleration acceleration)
    {
        using var engine = new HostEngine(1);
        var plays = new InteractionMatrix(
            new IdIndex<int>([.. Enumerable.Range(0, 30)]), new IdIndex<int>([.. Enumerable.Range(0, 20)]),
            TestMatrices.Plays(20, [.. Enumerable.Range(0, 30).Select(user => 1 + (user % 9))], seed: 5));
        var options = AlsOptions.Default with { Rank = 3, Iterations = 6, Acceleration = acceleration };

        var pair = DescentPair.Of(engine, plays, options, default);

        Assert.That(pair.Plain.Losses, Is.EqualTo(Losses(Acceleration.None)));
        Assert.That(pair.Accelerated.Losses, Is.EqualTo(Losses(Acceleration.Momentum)));
        Assert.That(pair.Accelerated.Losses, Is.Not.EqualTo(pair.Plain.Losses));

        double[] Losses(Acceleration one) =>
            Descent.Of(engine, plays, options with { Acceleration = one }, default).Losses;
    }

    [Test]
    public void Final_IsTheLowerOfBoth() => Assert.That(Pair.Final, Is.EqualTo(100.001));

    [Test]
    public void Iterations_OfEachTolerance_AreCountedAndOneMoreWhereItIsNeverReached() => Assert.That(
        Pair.Iterations, Is.EqualTo(new[] { (3, 2), (6, 3), (6, 4) }));

    [Test]
    public void SecondsOf_ManyIterations_AreOfTheMedian() => Assert.That(Pair.Accelerated.SecondsOf(3), Is.EqualTo(6));
}
