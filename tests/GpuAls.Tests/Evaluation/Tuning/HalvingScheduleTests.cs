using CsCheck;

namespace GpuAls.Tests.Evaluation.Tuning;

public sealed class HalvingScheduleTests
{
    [Test]
    public void Of_AnyNumbers_DividesTrialsAndMultipliesIterations()
    {
        Gen.Select(Gen.Int[1, 500], Gen.Int[1, 200], Gen.Int[2, 6]).Sample((trials, iterations, eta) =>
        {
            var rungs = HalvingSchedule.Of(trials, iterations, eta);

            Assert.That(rungs[0].Trials, Is.EqualTo(trials));
            Assert.That(rungs[^1].Iterations, Is.EqualTo(iterations));
            Assert.That(rungs[0].Iterations, Is.AtLeast(Math.Min(iterations, HalvingSchedule.LeastIterations)));
            for (var rung = 1; rung < rungs.Count; rung++)
            {
                Assert.That(rungs[rung].Trials, Is.EqualTo(rungs[rung - 1].Trials / eta).And.AtLeast(1));
                Assert.That(rungs[rung].Iterations / eta, Is.EqualTo(rungs[rung - 1].Iterations));
            }

            Assert.That(
                rungs[^1].Trials < eta || rungs[0].Iterations / eta < HalvingSchedule.LeastIterations,
                "no further rung is possible");
        });
    }

    [Test]
    public void Of_TwentySeven_IsWorkedByHand() =>
        Assert.That(
            HalvingSchedule.Of(27, 27, 3), Is.EqualTo(new[] { new Rung(27, 3), new Rung(9, 9), new Rung(3, 27) }));
}
