using GpuAls.Tests.Engines;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Training;

/// <summary>Trainings that are measured on the way, on every engine.</summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.Available))]
internal sealed class EarlyStoppingTests<TEngine>
    where TEngine : ITestEngine
{
    private static readonly AlsOptions Options = new() { Rank = 3, Iterations = 6, Alpha = 2, Regularization = 0.3 };

    private IAlsEngine _engine = null!;

    [OneTimeSetUp]
    public void OpenEngine() => _engine = TEngine.Create();

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    [Test]
    public void Fit_ToldNumbers_StopsAndKeepsTheFactorsOfTheBestIteration()
    {
        var plays = Plays();
        var metric = new Told(1, 3, 2, 2, 9, 9);

        var stopped = new FactorTrainer(_engine, Options, new EarlyStopping(metric, Patience: 2)).Fit(plays);

        var best = new FactorTrainer(_engine, Options with { Iterations = 2 }).Fit(plays);
        Assert.That(stopped.Iterations.Select(report => report.Metric), Is.EqualTo(new double?[] { 1, 3, 2, 2 }));
        Assert.That((stopped.Iteration, stopped.BestMetric), Is.EqualTo((2, 3.0)));
        Assert.That(stopped.UserFactors.ToArray(), Is.EqualTo(best.UserFactors.ToArray()));
        Assert.That(stopped.ItemFactors.ToArray(), Is.EqualTo(best.ItemFactors.ToArray()));
    }

    /// <summary>
    /// The metric on the way is that of a training of so many iterations, measured when it is done. With momentum that
    /// is scaled, which changes the last bits of a score.
    /// </summary>
    [Test]
    public void Fit_MetricOfHeldOutPlays_IsThatOfTheFactors(
        [Values("ndcg@3", "auc", "rmse")] string name, [Values] Acceleration acceleration)
    {
        var options = Options with { Iterations = 2, Acceleration = acceleration };
        var plays = Plays();
        var heldOut = HeldOut.Of(plays, HoldOutSplit.PerUser(plays.ByUser, 0.5, seed: 3));
        var choice = MetricChoice.Parse(name);
        using var evaluator = new Evaluator(heldOut, choice.Options());

        var trained = new FactorTrainer(
            _engine,
            options,
            new EarlyStopping(new HeldOutMetric(_engine, evaluator, choice), Patience: 0)).Fit(heldOut.Train);

        var last = new FactorTrainer(_engine, options).Fit(heldOut.Train);
        using var users = _engine.LoadFactors(last.UserFactors);
        using var items = _engine.LoadFactors(last.ItemFactors);
        Assert.That(
            trained.Iterations[1].Metric,
            Is.EqualTo(evaluator.Measure(_engine, users, items).Value(choice.Metric))
                .Within(acceleration == Acceleration.None ? 0 : 1e-6));
    }

    [Test]
    public void Fit_LoadedPlays_TrainsAgainAndAgainAsOnPlaysOfTheHost()
    {
        var plays = Plays();
        using var loaded = new LoadedPlays(_engine, plays, Options);

        AlsOptions[] others =
        [
            Options with { Iterations = 2 },
            Options with { Iterations = 1, Rank = 2, Regularization = 4, First = Side.Items },
        ];
        foreach (var options in others)
        {
            var ofHost = new FactorTrainer(_engine, options).Fit(plays);
            Assert.That(
                new FactorTrainer(_engine, options).Fit(loaded).ItemFactors.ToArray(),
                Is.EqualTo(ofHost.ItemFactors.ToArray()));
        }
    }

    [Test]
    public void Fit_PlaysLoadedWithOtherConfidences_AreRefused()
    {
        using var loaded = new LoadedPlays(_engine, Plays(), Options);

        Assert.That(() => new FactorTrainer(_engine, Options with { Alpha = 3 }).Fit(loaded), Throws.ArgumentException);
    }

    [Test]
    public void Weigh_OtherConfidences_TrainsAsIfLoadedWithThem()
    {
        var (plays, other) = (Plays(), Options with { Alpha = 7, Confidence = ConfidenceFunction.Log });
        using var loaded = new LoadedPlays(_engine, plays, Options);
        new FactorTrainer(_engine, Options).Fit(loaded);

        loaded.Weigh(other);

        Assert.That((loaded.Serve(Options), loaded.Serve(other)), Is.EqualTo((false, true)));
        Assert.That(
            new FactorTrainer(_engine, other).Fit(loaded).ItemFactors.ToArray(),
            Is.EqualTo(new FactorTrainer(_engine, other).Fit(plays).ItemFactors.ToArray()));
    }

    [Test]
    public void Weigh_ConfidenceTooLarge_LeavesThemAsTheyWere()
    {
        using var loaded = new LoadedPlays(_engine, Plays(), Options);

        Assert.That(
            () => loaded.Weigh(Options with { Alpha = 3e38 }),
            Throws.InstanceOf<GpuAlsException>().With.Property(nameof(GpuAlsException.Kind))
                .EqualTo(FailureKind.Usage));
        Assert.That(loaded.Serve(Options));
    }

    [Test]
    public void Reweigh_OtherPairs_IsRefused()
    {
        using var loaded = _engine.LoadPlays(TestMatrices.Plays(13, [4, 3], seed: 5));

        Assert.That(() => _engine.Reweigh(loaded, TestMatrices.Plays(13, [4, 3], seed: 6)), Throws.ArgumentException);
        Assert.That(() => _engine.Reweigh(loaded, TestMatrices.Plays(13, [4, 2], seed: 5)), Throws.ArgumentException);
    }

    /// <summary>Factors that were brought to the host and back go on as if they had stayed.</summary>
    [TestCase(Acceleration.None)]
    [TestCase(Acceleration.Momentum)]
    public void Iterate_FromFactorsOfTheHost_GoesOnToTheBit(Acceleration acceleration)
    {
        var (plays, options) = (Plays(), Options with { Acceleration = acceleration });
        using var loaded = new LoadedPlays(_engine, plays, options);
        using var first = TrainingFactors.First(_engine, plays, options);
        var training = new AlsTraining(_engine, loaded, first, options);
        training.Iterate();
        var arrays = new FactorMatrices();
        arrays.Fill(first, options, isLast: false);
        using var second = TrainingFactors.From(_engine, plays, options, arrays);
        var continued = new AlsTraining(_engine, loaded, second, options, training.Iterations);

        var reports = (training.Iterate(), continued.Iterate());

        Assert.That(reports.Item2.Iteration, Is.EqualTo(2));
        Assert.That(second.Download().Items.ToArray(), Is.EqualTo(first.Download().Items.ToArray()));
    }

    private static InteractionMatrix Plays() => new(
        new IdIndex<int>([.. Enumerable.Range(0, 9)]), new IdIndex<int>(
            [.. Enumerable.Range(0, 13)]), TestMatrices.Plays(13, [4, 3, 6, 2, 5, 4, 8, 2, 3], seed: 5));

    /// <summary>Numbers that are known before.</summary>
    private sealed class Told(params double[] numbers) : ITrainingMetric
    {
        public string Name => "told";

        public bool IsLowerBetter => false;

        public double Measure(IterationReport report, TrainingFactors factors, CancellationToken cancellation) =>
            numbers[report.Iteration - 1];
    }
}
