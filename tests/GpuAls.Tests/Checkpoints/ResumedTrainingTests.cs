using GpuAls.Tests.Engines;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Checkpoints;

/// <summary>
/// A training that goes on from a checkpoint of any of its iterations ends with the bits of one that was never stopped,
/// on every engine.
/// </summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.Available))]
internal sealed class ResumedTrainingTests<TEngine>
    where TEngine : ITestEngine
{
    private IAlsEngine _engine = null!;

    private static IEnumerable<TestCaseData> Trainings()
    {
        var usual = new AlsOptions { Rank = 3, Iterations = 3, Alpha = 2, Regularization = 0.3 };
        yield return Case("implicit", usual);
        yield return Case("loss", usual with { TrackLoss = true });
        yield return Case("explicit", usual with { Feedback = Feedback.Explicit, Regularization = 0.1 });
        foreach (var name in Preset.Names) yield return Case(name, Preset.Apply(name, usual));
        var cg = usual with { Solver = Solver.ConjugateGradient, ConjugateGradientSteps = 1 };
        yield return Case("cg", cg);
        yield return Case("explicit cg items first", cg with { Feedback = Feedback.Explicit, First = Side.Items });
        var momentum = Acceleration.Momentum;
        yield return Case("momentum", usual with { Acceleration = momentum });
        yield return Case("momentum cg items first", cg with { Acceleration = momentum, First = Side.Items });
        var sweeps = usual with { Rank = 17, Solver = Solver.BlockCoordinates, BlockSize = 16 };
        yield return Case("ials++", sweeps);
        yield return Case("momentum ials++ explicit", sweeps with
        {
            Acceleration = momentum,
            Feedback = Feedback.Explicit,
        });
        yield return Case("nonnegative", usual with { Nonnegative = true });

        TestCaseData Case(string name, AlsOptions options) => new TestCaseData(options).SetArgDisplayNames(name);
    }

    [OneTimeSetUp]
    public void OpenEngine() => _engine = TEngine.Create();

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    [TestCaseSource(nameof(Trainings))]
    public async Task Fit_FromEachIteration_EndsWithTheSameBits(AlsOptions options)
    {
        if ((options.Nonnegative && !_engine.Capabilities.SolvesNonnegative)
            || !_engine.Capabilities.MaximumRanks.ContainsKey(options.Solver))
            Assert.Throws<GpuAlsException>(() => EngineChecks.Plan(_engine, options.Plan));
        else
            await ResumeFromEachAsync(options, () => null);
    }

    /// <summary>The best iteration is before, at or after the one that is resumed from.</summary>
    [TestCase(3, 9, 2, 8, 1)]
    [TestCase(1, 2, 3, 4, 5)]
    [TestCase(5, 4, 3, 2, 1)]
    [TestCase(double.NaN, 2, double.NaN, 1, 7)]
    public async Task Fit_MeasuredOnTheWay_KeepsTheSameBestIteration(params double[] values) =>
        await ResumeFromEachAsync(
            new AlsOptions { Rank = 3, Iterations = 5, Regularization = 0.3 },
            () => new EarlyStopping(new ToldByIteration(values), Patience: 3));

    /// <summary>What is kept of the best iteration is scaled; what the training goes on with is not.</summary>
    [Test]
    public async Task Fit_AcceleratedAndMeasured_KeepsTheSameBestIteration() =>
        await ResumeFromEachAsync(
            new AlsOptions { Rank = 3, Iterations = 4, Regularization = 0.3, Acceleration = Acceleration.Momentum },
            () => new EarlyStopping(new ToldByIteration(1, 3, 2, 0), Patience: 3));

    [Test]
    public async Task Fit_EndedEarly_IsNotTrainedFurther()
    {
        var options = new AlsOptions { Rank = 3, Iterations = 5, Regularization = 0.3 };
        var stopping = new EarlyStopping(new ToldByIteration(9, 8, 7, 6, 5), Patience: 2);
        var keeper = new Keeper();
        var whole = new FactorTrainer(_engine, options, stopping) { Keeper = keeper }.Fit(Plays(options));

        var last = await ThroughAFileAsync(keeper.States[^1]);
        var resumed = new FactorTrainer(_engine, options, stopping) { From = last }.Fit(Plays(options));

        Assert.That(whole.Iterations, Has.Count.EqualTo(3));
        AssertSame(resumed, whole);
    }

    [Test]
    public async Task Fit_MoreIterationsThanBefore_EndsAsIfTheyHadBeenAskedForAtFirst()
    {
        var options = new AlsOptions { Rank = 3, Iterations = 2, Regularization = 0.3 };
        var keeper = new Keeper();
        new FactorTrainer(_engine, options) { Keeper = keeper }.Fit(Plays(options));
        var more = options with { Iterations = 4 };

        var resumed = new FactorTrainer(_engine, more) { From = await ThroughAFileAsync(keeper.States[^1]) }
            .Fit(Plays(more));

        AssertSame(resumed, new FactorTrainer(_engine, more).Fit(Plays(more)));
    }

    private static InteractionMatrix Plays(AlsOptions options) => new(
        new IdIndex<int>([.. Enumerable.Range(0, 9)]), new IdIndex<int>([.. Enumerable.Range(0, 19)]),
        TestMatrices.Plays(19, [4, 3, 6, 0, 5, 4, 8, 2, 3], seed: 7).MapValues(Math.Abs))
    {
        Feedback = options.Feedback,
    };

    private async Task ResumeFromEachAsync(AlsOptions options, Func<EarlyStopping?> stopping)
    {
        var keeper = new Keeper();
        var whole = new FactorTrainer(_engine, options, stopping()).Fit(Plays(options));
        var kept = new FactorTrainer(_engine, options, stopping()) { Keeper = keeper }.Fit(Plays(options));
        AssertSame(kept, whole);
        Assert.That(
            keeper.States.Select(state => state.Iteration), Is.EqualTo(Enumerable.Range(1, kept.Iterations.Count)));
        foreach (var state in keeper.States)
        {
            var trainer = new FactorTrainer(_engine, options, stopping()) { From = await ThroughAFileAsync(state) };
            AssertSame(trainer.Fit(Plays(options)), whole);
        }
    }

    private static void AssertSame(TrainedFactors actual, TrainedFactors expected)
    {
        Assert.That(actual.UserFactors.ToArray(), Is.EqualTo(expected.UserFactors.ToArray()));
        Assert.That(actual.ItemFactors.ToArray(), Is.EqualTo(expected.ItemFactors.ToArray()));
        Assert.That(actual.Iteration, Is.EqualTo(expected.Iteration));
        Assert.That(
            actual.Iterations.Select(report => report with { Seconds = 0 }),
            Is.EqualTo(expected.Iterations.Select(report => report with { Seconds = 0 })));
    }

    private static async Task<TrainingState> ThroughAFileAsync(TrainingState state)
    {
        using var stream = new MemoryStream();
        await CheckpointFile.WriteAsync(stream, SampleCheckpoint.Job, state, default);
        return (await CheckpointFile.ReadAsync(new MemoryByteSource("memory", stream.ToArray()), default)).State;
    }

    private sealed class Keeper : ITrainingKeeper
    {
        public List<TrainingState> States { get; } = [];

        public FactorMatrices Spare() => new();

        public void Keep(TrainingState state) => States.Add(state);
    }

    private sealed class ToldByIteration(params double[] values) : ITrainingMetric
    {
        public string Name => "told";

        public bool IsLowerBetter => false;

        public double Measure(IterationReport report, TrainingFactors factors, CancellationToken cancellation) =>
            values[report.Iteration - 1];
    }
}
