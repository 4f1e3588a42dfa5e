using CsCheck;

namespace GpuAls.Tests.Training;

public sealed class BestIterationTests
{
    [Test]
    public void Offer_AnyNumbers_KeepsTheFirstOfTheBest()
    {
        Gen.Select(Gen.Int[0, 5].Array[1, 20], Gen.Bool).Sample((numbers, isLowerBetter) =>
        {
            var best = new BestIteration(isLowerBetter, patience: 0, minImprovement: 0);
            for (var i = 0; i < numbers.Length; i++) best.Offer(i + 1, numbers[i]);

            var value = isLowerBetter ? numbers.Min() : numbers.Max();
            Assert.That((best.Iteration, best.Value), Is.EqualTo((Array.IndexOf(numbers, value) + 1, (double)value)));
            Assert.That(best.IsOver, Is.False);
        });
    }

    [TestCase(new[] { 1, 2, 3, 3, 3 }, 2, 5)]
    [TestCase(new[] { 3, 2, 1 }, 2, 3)]
    [TestCase(new[] { 3, 2, 4, 1, 1, 1 }, 3, 6)]
    public void IsOver_WithPatience_AfterSoManyWithoutImprovement(int[] numbers, int patience, int over)
    {
        var best = new BestIteration(isLowerBetter: false, patience, minImprovement: 0);

        for (var i = 1; i <= numbers.Length; i++)
        {
            best.Offer(i, numbers[i - 1]);
            Assert.That(best.IsOver, Is.EqualTo(i >= over), $"after {i}");
        }
    }

    [Test]
    public void IsOver_SmallImprovements_DoNotCountButAreKept()
    {
        var best = new BestIteration(isLowerBetter: true, patience: 2, minImprovement: 0.1);

        foreach (var (value, iteration) in new[] { 10, 9.9, 9.8 }.Select((value, i) => (value, i + 1)))
            best.Offer(iteration, value);

        Assert.That(best.IsOver, Is.True);
        Assert.That(best.Iteration, Is.EqualTo(3));
    }

    [Test]
    public void Offer_Nan_IsWorseThanAnyNumber()
    {
        var best = new BestIteration(isLowerBetter: true, patience: 0, minImprovement: 0);

        best.Offer(1, double.NaN);
        best.Offer(2, 7);
        best.Offer(3, double.NaN);

        Assert.That((best.Iteration, best.Value), Is.EqualTo((2, 7.0)));
    }
}
