using GpuAls.Tests.Engines;
using GpuAls.Tests.Processes;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Training;

/// <summary>
/// Several processes, each with the rows it owns, train what one process trains: the same bytes of factors, and a loss
/// whose fp64 sums differ by their order alone.
/// </summary>
public sealed class ProcessGroupTests
{
    /// <summary>Of the loss, relative: 1e-5 %.</summary>
    private const double LossTolerance = 1e-7;

    private static readonly AlsOptions Options =
        new() { Rank = 9, Iterations = 4, Alpha = 2, Regularization = 0.3, TrackLoss = true };

    public static IEnumerable<TestCaseData> Variants()
    {
        yield return Variant("default", Options);
        yield return Variant("ials", Preset.Apply("ials", Options));
        yield return Variant("ials objective", Options with { Objective = Objective.Ials });
        yield return Variant("spark", Preset.Apply("spark", Options));
        yield return Variant("implicit", Preset.Apply("implicit", Options));
        yield return Variant("momentum", Options with { Acceleration = Acceleration.Momentum });
        yield return Variant("cg", Options with { Solver = Solver.ConjugateGradient });
        yield return Variant("ials++", Options with { Rank = 35, Solver = Solver.BlockCoordinates, BlockSize = 16 });
        yield return Variant("nonnegative", Options with { Nonnegative = true });
        yield return Variant("explicit", Options with { Feedback = Feedback.Explicit });
        yield return Variant("rank above a lane", Options with { Rank = 130, Iterations = 2, Regularization = 3 });
    }

    [TestCaseSource(nameof(Variants))]
    public void Fit_SeveralProcesses_GiveTheBytesOfOne(AlsOptions options)
    {
        var plays = Plays(2_900, 900, options.Feedback);
        var expected = Fit(new HostEngine(2), SingleProcess.Instance, plays, options);

        foreach (var size in (int[])[2, 3, 5])
        {
            var group = new ThreadGroup(size);
            var trained = group.Run(process => Fit(new HostEngine(1), process, plays, options));

            Assert.That(group.Failures, Is.All.Null);
            foreach (var one in trained) AssertSame(one, expected, $"{size} processes");
        }
    }

    /// <summary>
    /// While the rows of a chunk are on their way, those of the next are solved; factors are those of one process.
    /// </summary>
    [TestCaseSource(nameof(Variants))]
    public void Fit_InChunks_SolvesWhileItSendsAndGivesTheFactorsOfOne(AlsOptions options)
    {
        var plays = Plays(900, 300, options.Feedback);
        var expected = Fit(new HostEngine(1), SingleProcess.Instance, plays, options);

        var group = new ThreadGroup(2);
        var trained = group.Run(process =>
        {
            using var engine = new HostEngine(1);
            var watched = new Overlapping(process);
            var share = plays.ShareOf(process, options.Plan.WorkOf);
            using var loaded = new LoadedPlays(engine, share, options, watched, smallestChunk: 60);
            using var factors = TrainingFactors.First(engine, share, options, FeatureTables.None);
            // Options say which side is first.
            watched.Next.Add((factors.Users, loaded.ByUser.Chunks.Rows(process.Rank, 1)));
            watched.Next.Add((factors.Items, loaded.ByItem.Chunks.Rows(process.Rank, 1)));
            var training = new AlsTraining(engine, loaded, factors, options, 0, FeatureTables.None);
            new TrainingLoop([training], []).Run(options.Iterations, default);
            return (Factors: training.Download(), loaded.ByUser.Chunks.Count, watched.Solved);
        });

        Assert.That(group.Failures, Is.All.Null);
        Assert.That(trained.Select(one => one.Count), Is.All.EqualTo(7));
        Assert.That(trained.Select(one => one.Solved), Is.All.True);
        foreach (var (factors, _, _) in trained)
        {
            Assert.That(factors.Users.ToArray(), Is.EqualTo(expected.UserFactors.ToArray()));
            Assert.That(factors.Items.ToArray(), Is.EqualTo(expected.ItemFactors.ToArray()));
        }
    }

    /// <summary>Plays of great weight, whose rows fp32 cannot solve.</summary>
    [Test]
    public void Fit_RowsInFp64_GiveTheBytesAndTheCountOfOneProcess()
    {
        var plays = Plays(400, 90, Feedback.Implicit);
        var options = Preset.Apply("implicit", Options) with { Alpha = 100 };
        var expected = Fit(new HostEngine(1), SingleProcess.Instance, plays, options);

        var trained = new ThreadGroup(3).Run(process => Fit(new HostEngine(1), process, plays, options));

        Assert.That(expected.Iterations.Sum(report => report.Fp64Rows), Is.GreaterThan(9));
        foreach (var one in trained) AssertSame(one, expected, "3 processes");
    }

    /// <summary>Most processes own no rows, and no block of YᵀY.</summary>
    [Test]
    public void Fit_MoreProcessesThanRows_GivesTheBytesOfOne()
    {
        var (plays, options) = (Plays(6, 5, Feedback.Implicit), Options with { Rank = 3 });
        var expected = Fit(new HostEngine(1), SingleProcess.Instance, plays, options);

        var trained = new ThreadGroup(8).Run(process => Fit(new HostEngine(1), process, plays, options));

        foreach (var one in trained) AssertSame(one, expected, "8 processes");
    }

    /// <summary>Each sums some blocks of YᵀY: of 5, and of 4.</summary>
    [Test]
    [Category("Emulated")]
    [NonParallelizable]
    public void Fit_OnTheEmulator_GivesTheBytesOfOne()
    {
        var (plays, options) = (Plays(13, 7, Feedback.Implicit), Options with { Rank = 3, Iterations = 2 });
        var blocks = new GramianBlocks(5, LeastRows: 1, LeastValues: 1);
        using var engine = Emulated.Create(blocks);
        var expected = Fit(engine, SingleProcess.Instance, plays, options);

        var trained = new ThreadGroup(3).Run(process => Fit(Emulated.Create(blocks), process, plays, options));

        foreach (var one in trained) AssertSame(one, expected, "3 processes");
    }

    /// <summary>The row belongs to one process; each says which it is.</summary>
    [Test]
    public void Fit_ARowThatCannotBeSolved_FailsOnEveryProcessWithItsId()
    {
        // The users' factors become zero; without λ and α₀ nothing is left of the equation of the item.
        var byUser = new CsrMatrix(3, [0, 1, 2, 3], [0, 1, 2], [1, 1, -1]);
        var users = new IdIndex<string>(["ada", "bob", "cy"]);
        var plays = new InteractionMatrix(users, new IdIndex<long>([7, 8, 9]), byUser);
        var options = Options with { Rank = 3, Alpha = 1, Regularization = 0, UnobservedWeight = 0 };
        var expected = Assert.Throws<GpuAlsException>(
            () => Fit(new HostEngine(1), SingleProcess.Instance, plays, options));

        var group = new ThreadGroup(3);
        group.Run(process => Fit(new HostEngine(1), process, plays, options));

        Assert.That(group.Failures.Select(failure => failure?.Message), Is.All.EqualTo(expected.Message));
    }

    /// <summary>A process that ends the training ends it on all of them after the same iteration.</summary>
    [Test]
    public void Run_AnObserverOfOneProcessEndsIt_EndsOnAll()
    {
        var plays = Plays(40, 20, Feedback.Implicit);

        var trained = new ThreadGroup(3).Run(process =>
        {
            using var engine = new HostEngine(1);
            var ends = new Ending(process.Rank == 1 ? 2 : int.MaxValue);
            return new FactorTrainer(engine, Options) { Group = process, Observers = [ends] }
                .Fit(plays.ShareOf(process, Options.Plan.WorkOf));
        });

        Assert.That(trained.Select(one => one.Iterations.Count), Is.All.EqualTo(2));
    }

    /// <summary>What a training needs to go on is with process 0, whatever number of processes made it.</summary>
    [TestCase(1, 3, false)]
    [TestCase(3, 1, false)]
    [TestCase(2, 5, true)]
    public void Fit_FromAStateOfOtherProcesses_GivesTheBytesOfARunThatWentOn(int before, int after, bool accelerated)
    {
        var plays = Plays(300, 90, Feedback.Implicit);
        var options = Options with { Acceleration = accelerated ? Acceleration.Momentum : Acceleration.None };
        var stopping = new EarlyStopping(new LossMetric(), Patience: 9);
        var expected = Run(SingleProcess.Instance, options, null, null);

        var keeper = new NewestState();
        new ThreadGroup(before).Run(
            process => Run(process, options with { Iterations = 2 }, null, process.Rank == 0 ? keeper : null));
        var trained = new ThreadGroup(after).Run(
            process => Run(process, options, process.Rank == 0 ? keeper.State : null, null));

        Assert.That(keeper.State!.Iteration, Is.EqualTo(2));
        foreach (var one in trained) AssertSame(one, expected, $"{after} processes");

        TrainedFactors Run(IProcessGroup group, AlsOptions of, TrainingState? from, ITrainingKeeper? keeper)
        {
            using var engine = new HostEngine(1);
            return new FactorTrainer(engine, of, stopping) { Group = group, From = from, Keeper = keeper }
                .Fit(plays.ShareOf(group, of.Plan.WorkOf));
        }
    }

    private static void AssertSame(TrainedFactors actual, TrainedFactors expected, string of)
    {
        Assert.That(actual.UserFactors.ToArray(), Is.EqualTo(expected.UserFactors.ToArray()), of);
        Assert.That(actual.ItemFactors.ToArray(), Is.EqualTo(expected.ItemFactors.ToArray()), of);
        foreach (var (one, other) in actual.Iterations.Zip(expected.Iterations))
        {
            Assert.That(one.Loss, Is.EqualTo(other.Loss).Within(LossTolerance * Math.Abs(other.Loss!.Value)), of);
            Assert.That((one.Fp64Rows, one.JitteredRows), Is.EqualTo((other.Fp64Rows, other.JitteredRows)), of);
        }
    }

    private static TrainedFactors Fit(
        IAlsEngine engine, IProcessGroup group, InteractionMatrix plays, AlsOptions options) =>
        new FactorTrainer(engine, options) { Group = group }.Fit(plays.ShareOf(group, options.Plan.WorkOf));

    /// <summary>
    /// So many users that YᵀY has several blocks; short and long rows, empty ones, and some heavy plays.
    /// </summary>
    private static InteractionMatrix Plays(int users, int items, Feedback feedback)
    {
        int Length(int user) => user % 11 == 3 ? 0 : Math.Min(items, 1 + (user * 7 % 40));
        var byUser = TestMatrices.Plays(items, [.. Enumerable.Range(0, users).Select(Length)], seed: 5)
            .MapValues(value => value > 38 ? value * 1e4f : value);
        IdIndex<int> Ids(int count) => new([.. Enumerable.Range(0, count)]);
        return new InteractionMatrix(Ids(users), Ids(items), byUser) { Feedback = feedback };
    }

    private static TestCaseData Variant(string name, AlsOptions options) =>
        new TestCaseData(options).SetArgDisplayNames(name);

    private sealed class NewestState : ITrainingKeeper
    {
        public TrainingState? State { get; private set; }

        public FactorMatrices Spare() => new();

        public void Keep(TrainingState state) => State = state;
    }

    private sealed class Ending(int after) : ITrainingObserver
    {
        public bool Iterated(TrainingStep state, CancellationToken cancellation) => state.Iteration < after;
    }

    /// <summary>Sees whether rows are solved while the first of the calls beside other work goes on.</summary>
    private sealed class Overlapping(IProcessGroup group) : IProcessGroup
    {
        private bool _isFirst = true;

        public List<(IEngineFactors Factors, RowRange Rows)> Next { get; } = [];

        public bool Solved { get; private set; }

        public int Rank => group.Rank;

        public int Size => group.Size;

        public int LocalRank => group.LocalRank;

        public string HostOf(int process) => group.HostOf(process);

        public PendingCall BeginAllGather<T>(Memory<T> values, long[] starts, long[] counts)
            where T : unmanaged
        {
            var before = Rows();
            var call = group.BeginAllGather(values, starts, counts);
            return new PendingCall(() =>
            {
                call.Wait();
                if (_isFirst) Solved = !Rows().AsSpan().SequenceEqual(before);
                _isFirst = false;
            });
        }

        public void AllGather<T>(Span<T> values, ReadOnlySpan<long> starts, ReadOnlySpan<long> counts)
            where T : unmanaged => group.AllGather(values, starts, counts);

        public T[] AllToAll<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> counts, out long[] received)
            where T : unmanaged => group.AllToAll(values, counts, out received);

        public void Broadcast<T>(Span<T> values, int root)
            where T : unmanaged => group.Broadcast(values, root);

        private float[] Rows() =>
        [
            .. Next.SelectMany(next =>
            {
                var values = new float[next.Rows.Count * next.Factors.Rank];
                next.Factors.CopyTo(next.Rows, values);
                return values;
            }),
        ];
    }
}
