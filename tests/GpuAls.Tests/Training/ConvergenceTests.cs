using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Training;

/// <summary>Trainings that end when their loss hardly changes any more.</summary>
public sealed class ConvergenceTests
{
    private static readonly AlsOptions Options = new()
    {
        Rank = 4,
        Iterations = 200,
        Alpha = 2,
        Regularization = 0.3,
        TrackLoss = true,
    };

    [Test]
    public void Fit_Tolerance_EndsAtTheFirstIterationThatChangesTheLossByLess(
        [Values] Acceleration acceleration, [Values(0.1, 0.01, 1e-4)] double tolerance)
    {
        var options = Options with { Acceleration = acceleration };
        var losses = Losses(Fit(options));
        var end = Enumerable.Range(1, losses.Length - 1)
            .First(i => Math.Abs(losses[i - 1] - losses[i]) < tolerance * losses[i]) + 1;

        var trained = Fit(options with { Tolerance = tolerance, TrackLoss = false });

        var whole = Fit(options with { Iterations = end });
        Assert.That(end, Is.InRange(2, 150));
        Assert.That(Losses(trained), Is.EqualTo(losses[..end]));
        Assert.That((trained.HasConverged, trained.Iteration), Is.EqualTo((true, end)));
        Assert.That(trained.UserFactors.ToArray(), Is.EqualTo(whole.UserFactors.ToArray()));
        Assert.That(trained.ItemFactors.ToArray(), Is.EqualTo(whole.ItemFactors.ToArray()));
    }

    [Test]
    public void Fit_FewIterations_HasNotConverged()
    {
        var trained = Fit(Options with { Iterations = 3, Tolerance = 1e-6 });

        Assert.That((trained.HasConverged, trained.Iterations.Count), Is.EqualTo((false, 3)));
        Assert.That(Fit(Options with { Iterations = 3 }).HasConverged, Is.Null);
    }

    [TestCase(100, 90, false)]
    [TestCase(100, 99.05, true)]
    [TestCase(100, 99, false, Description = "a hundredth of 99 is less than 1")]
    [TestCase(100, 100, true)]
    [TestCase(100, 110, false, Description = "a loss that rises has not converged")]
    [TestCase(-100, -100.5, true)]
    [TestCase(-100, -110, false)]
    [TestCase(100, double.NaN, true)]
    [TestCase(double.PositiveInfinity, double.PositiveInfinity, true)]
    public void Iterated_TwoLosses_EndsIfTheyHardlyDiffer(double before, double now, bool isOver)
    {
        var convergence = new ConvergenceObserver(0.01, [before]);

        Assert.That(convergence.IsOver, Is.EqualTo(double.IsInfinity(before)));
        Assert.That(convergence.Iterated(Step(now), default), Is.EqualTo(!isOver));
        Assert.That(convergence.IsOver, Is.EqualTo(isOver));
        Assert.That(new ConvergenceObserver(0.01, [before, now]).IsOver, Is.EqualTo(isOver));
    }

    [Test]
    public void Iterated_TrainingsSideBySide_EndByTheirSum()
    {
        var convergence = new ConvergenceObserver(0.01, []);

        Assert.That(convergence.Iterated(Step(50, 50), default));
        Assert.That(convergence.Iterated(Step(40, 50), default));
        Assert.That(convergence.Iterated(Step(50, 40.1), default), Is.False);
    }

    private static TrainingStep Step(params double[] losses) =>
        new([], [.. losses.Select(loss => new IterationReport(1, 0, loss, 0, 0))]);

    private static double[] Losses(TrainedFactors trained) =>
        [.. trained.Iterations.Select(report => report.Loss!.Value)];

    private static TrainedFactors Fit(AlsOptions options)
    {
        using var engine = new HostEngine(2);
        var plays = new InteractionMatrix(
            new IdIndex<int>([.. Enumerable.Range(0, 60)]), new IdIndex<int>([.. Enumerable.Range(0, 25)]),
            TestMatrices.Plays(25, [.. Enumerable.Range(0, 60).Select(user => 1 + (user % 9))], seed: 5));
        return new FactorTrainer(engine, options).Fit(plays);
    }
}
