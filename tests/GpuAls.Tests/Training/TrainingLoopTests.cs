using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Training;

public sealed class TrainingLoopTests
{
    private static readonly AlsOptions Options = new() { Rank = 3, Alpha = 2, Regularization = 0.3 };

    private HostEngine _engine = null!;

    [OneTimeSetUp]
    public void OpenEngine() => _engine = new HostEngine(2);

    [OneTimeTearDown]
    public void CloseEngine() => _engine.Dispose();

    [Test]
    public void Run_TellsEachObserverInOrderAfterEachIteration()
    {
        var told = new List<string>();
        using var training = new Training(_engine, seed: 5);

        new TrainingLoop([training.Als], [new Telling("a", told), new Telling("b", told)]).Run(2);

        Assert.That(told, Is.EqualTo(["a 1", "b 1", "a 2", "b 2"]));
    }

    [Test]
    public void Run_AnObserverEndsIt_TellsTheOthersAndGoesNoFurther()
    {
        var told = new List<string>();
        using var training = new Training(_engine, seed: 5);

        new TrainingLoop([training.Als], [new Telling("a", told, last: 2), new Telling("b", told)]).Run(9);

        Assert.That(told, Is.EqualTo(["a 1", "b 1", "a 2", "b 2"]));
        Assert.That(training.Als.Iterations, Is.EqualTo(2));
    }

    /// <summary>As a trial does that reaches a higher rung.</summary>
    [Test]
    public void Run_FurtherThanBefore_GoesOnToTheBytesOfOneRun()
    {
        using var whole = new Training(_engine, seed: 5);
        using var resumed = new Training(_engine, seed: 5);
        var told = new List<string>();

        new TrainingLoop([whole.Als], []).Run(5);
        new TrainingLoop([resumed.Als], []).Run(2);
        new TrainingLoop([resumed.Als], [new Telling("a", told)]).Run(5);
        new TrainingLoop([resumed.Als], [new Telling("too late", told)]).Run(5);

        Assert.That(told, Is.EqualTo(["a 3", "a 4", "a 5"]));
        Assert.That(ItemsOf(resumed.Als), Is.EqualTo(ItemsOf(whole.Als)));
    }

    /// <summary>As the folds of a split do.</summary>
    [Test]
    public void Run_TrainingsSideBySide_AreSeenTogetherAndTrainedAsIfAlone()
    {
        using var alone = new Training(_engine, seed: 6);
        new TrainingLoop([alone.Als], []).Run(3);
        using var first = new Training(_engine, seed: 5);
        using var second = new Training(_engine, seed: 6);
        var seen = new Seeing();

        new TrainingLoop([first.Als, second.Als], [seen]).Run(3);

        Assert.That(seen.Counts, Is.EqualTo([(1, 2, 2), (2, 2, 2), (3, 2, 2)]));
        Assert.That(ItemsOf(second.Als), Is.EqualTo(ItemsOf(alone.Als)));
    }

    [Test]
    public void Run_LossObserver_AddsTheLossForTheObserversAfterIt()
    {
        using var training = new Training(_engine, seed: 5);
        var (before, after) = (new Seeing(), new Seeing());

        new TrainingLoop([training.Als], [before, new LossObserver(), after]).Run(2);

        Assert.That(before.Losses, Is.All.Null);
        Assert.That(after.Losses, Has.Count.EqualTo(2).And.All.GreaterThan(0));
        Assert.That(after.Losses[1], Is.EqualTo(training.Als.Loss()));
    }

    [Test]
    public void New_TrainingsOfOtherIterations_AreRefused()
    {
        using var ahead = new Training(_engine, seed: 5);
        using var behind = new Training(_engine, seed: 5);
        ahead.Als.Iterate();

        Assert.That(() => new TrainingLoop([ahead.Als, behind.Als], []), Throws.ArgumentException);
        Assert.That(() => new TrainingLoop([], []), Throws.ArgumentException);
    }

    /// <summary>A training with what it needs.</summary>
    private sealed class Training : IDisposable
    {
        private readonly LoadedPlays _loaded;
        private readonly TrainingFactors _factors;

        public Training(HostEngine engine, int seed)
        {
            var plays = new InteractionMatrix(
                new IdIndex<int>([.. Enumerable.Range(0, 9)]), new IdIndex<int>([.. Enumerable.Range(0, 13)]),
                TestMatrices.Plays(13, [4, 3, 6, 2, 5, 4, 8, 2, 3], seed));
            _factors = TrainingFactors.First(engine, plays, Options);
            _loaded = new LoadedPlays(engine, plays, Options);
            Als = new AlsTraining(engine, _loaded, _factors, Options);
        }

        public AlsTraining Als { get; }

        public void Dispose()
        {
            _loaded.Dispose();
            _factors.Dispose();
        }
    }

    private sealed class Telling(string name, List<string> told, int last = int.MaxValue) : ITrainingObserver
    {
        public bool Iterated(TrainingStep state, CancellationToken cancellation)
        {
            told.Add($"{name} {state.Iteration}");
            return state.Iteration < last;
        }
    }

    private sealed class Seeing : ITrainingObserver
    {
        public List<(int, int, int)> Counts { get; } = [];

        public List<double?> Losses { get; } = [];

        public bool Iterated(TrainingStep state, CancellationToken cancellation)
        {
            Counts.Add((state.Iteration, state.Trainings.Count, state.Reports.Length));
            Losses.Add(state.Reports[0].Loss);
            return true;
        }
    }

    private static float[] ItemsOf(AlsTraining training) => training.Factors.Download().Items.ToArray();
}
