using GpuAls.Tests.Engines;
using GpuAls.Tests.Processes;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Training.Features;

/// <summary>Trainings with features, against the same steps and the same objective in fp64.</summary>
public sealed class FeatureTrainingTests
{
    private static readonly AlsOptions Small = new()
    {
        Rank = 5,
        Iterations = 6,
        Alpha = 2,
        Regularization = 0.3,
        FeatureRegularization = 2,
        TrackLoss = true,
        Acceleration = Acceleration.None,
    };

    public static IEnumerable<TestCaseData> Variants()
    {
        yield return Variant("default", Small);
        yield return Variant("items first", Small with { First = Side.Items });
        yield return Variant("no scaling", Small with { RegularizationScaling = RegularizationScaling.None });
        yield return Variant("ials", Preset.Apply("ials", Small));
        yield return Variant("spark", Preset.Apply("spark", Small));
        yield return Variant("explicit", Small with { Feedback = Feedback.Explicit });
        yield return Variant("linear", Small with { Confidence = ConfidenceFunction.Linear, Alpha = 0.5 });
        yield return Variant("much regularization", Small with { Regularization = 30 });

        TestCaseData Variant(string name, AlsOptions options) => new TestCaseData(options).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Variants))]
    public void Fit_EachVariant_TakesTheStepsInFp64(AlsOptions options)
    {
        var sample = new FeatureSample(options.Feedback);

        var trained = sample.Fit(options, new HostEngine(2));

        var (x, y) = sample.Steps(options);
        AssertClose(trained.UserFactors.ToArray(), x);
        AssertClose(trained.ItemFactors.ToArray(), y);
        var expected = ReferenceFeatures.Loss(
            sample.Plays, options, TestMatrices.ToDouble(trained.UserFactors.ToArray(), options.Rank),
            TestMatrices.ToDouble(trained.ItemFactors.ToArray(), options.Rank), sample.UserMatrix, sample.ItemMatrix);
        Assert.That(trained.Iterations[^1].Loss, Is.EqualTo(expected).Within(1e-5 * Math.Abs(expected)));
    }

    [TestCaseSource(nameof(Variants))]
    public void Fit_EachVariantAndSolver_LowersTheLossWithEachIteration(AlsOptions options)
    {
        var sample = new FeatureSample(options.Feedback);
        foreach (var other in (AlsOptions[])
            [
                options,
                options with { Solver = Solver.ConjugateGradient, ConjugateGradientSteps = 20 },
                options with { Rank = 16, Solver = Solver.BlockCoordinates, BlockSize = 16 },
                options with { Nonnegative = true },
                options with { Acceleration = Acceleration.Momentum },
            ])
        {
            var losses = sample.Fit(other, new HostEngine(2)).Iterations.Select(iteration => iteration.Loss!.Value);
            Assert.That(losses, Is.Ordered.Descending, $"{other.Solver} {other.Acceleration} {other.Nonnegative}");
        }
    }

    [TestCaseSource(nameof(Variants))]
    public void Fit_Momentum_HasTheLossesOfTheStepsInFp64(AlsOptions options)
    {
        var sample = new FeatureSample(options.Feedback);
        options = options with { Acceleration = Acceleration.Momentum, Iterations = 9 };

        var losses = sample.Fit(options, new HostEngine(2)).Iterations.Select(iteration => iteration.Loss!.Value);

        var expected = ReferenceMomentum.Losses(
            sample.Plays, options, sample.Start(options), out _, sample.UserMatrix, sample.ItemMatrix);
        Close.All([.. losses], expected, relative: 1e-4);
    }

    [Test]
    public void Fit_WeightsOfFeatures_MakeTheObjectiveLeast()
    {
        var sample = new FeatureSample();

        var trained = sample.Fit(Small, new HostEngine(2));

        // Any other W makes the term larger: the slope is zero, and elimination finds the same W.
        var term = new ReferenceFeatures(sample.Plays.ByItem, sample.ItemMatrix, Small);
        var expected = term.Weights(TestMatrices.ToDouble(trained.ItemFactors.ToArray(), Small.Rank));
        Close.All(trained.Features.Items!, expected.Cast<double>(), relative: 1e-9);
        Assert.That(trained.Features.Users, Has.Length.EqualTo(FeatureSample.UserColumns * Small.Rank));
    }

    [TestCaseSource(nameof(Variants))]
    public void Fit_OneAndFiveThreads_GiveTheSameBytes(AlsOptions options)
    {
        var sample = new FeatureSample(options.Feedback);
        options = options with { Acceleration = Acceleration.Momentum };

        var one = sample.Fit(options, new HostEngine(1));
        var five = sample.Fit(options, new HostEngine(5));

        Assert.That(five.UserFactors.ToArray(), Is.EqualTo(one.UserFactors.ToArray()));
        Assert.That(five.ItemFactors.ToArray(), Is.EqualTo(one.ItemFactors.ToArray()));
        Assert.That(five.Features.Items, Is.EqualTo(one.Features.Items));
        Assert.That(five.Iterations[^1].Loss, Is.EqualTo(one.Iterations[^1].Loss));
    }

    [TestCase(Acceleration.None)]
    [TestCase(Acceleration.Momentum)]
    public void Fit_ContinuedAtEachIteration_GivesTheSameBytes(Acceleration acceleration)
    {
        var sample = new FeatureSample();
        var options = Small with { Acceleration = acceleration };
        using var engine = new HostEngine(2);
        var states = new List<TrainingState>();
        var expected = sample.Fit(options, engine, keeper: new KeepAll(states));

        foreach (var state in states)
        {
            var resumed = sample.Fit(options, engine, from: state);
            var from = $"from {state.Iteration}";
            Assert.That(resumed.UserFactors.ToArray(), Is.EqualTo(expected.UserFactors.ToArray()), from);
            Assert.That(resumed.ItemFactors.ToArray(), Is.EqualTo(expected.ItemFactors.ToArray()), from);
        }
    }

    [TestCase(2)]
    [TestCase(3)]
    public void Fit_SeveralProcesses_GiveTheSameBytes(int processes)
    {
        var sample = new FeatureSample();
        var options = Small with { Acceleration = Acceleration.Momentum };
        var expected = sample.Fit(options, new HostEngine(1));

        var trained = new ThreadGroup(processes).Run(group => sample.Fit(options, new HostEngine(1), group: group));

        foreach (var one in trained)
        {
            Assert.That(one.UserFactors.ToArray(), Is.EqualTo(expected.UserFactors.ToArray()));
            Assert.That(one.ItemFactors.ToArray(), Is.EqualTo(expected.ItemFactors.ToArray()));
            var loss = expected.Iterations[^1].Loss!.Value;
            Assert.That(one.Iterations[^1].Loss, Is.EqualTo(loss).Within(1e-9 * loss));
        }
    }

    [Test]
    public void Fit_FeaturesOfNobody_PullTowardTheMean()
    {
        // Only the bias is left: W is the mean of the factors, weighted by λ.
        var sample = new FeatureSample();
        var nobody = new FeatureTable(
            new IdIndex<string>(["nobody"]), [FeatureTable.Bias, "new"], new CsrMatrix(2, [0, 2], [0, 1], [1, 1]));

        var trained = sample.Fit(Small, new HostEngine(2), features: new FeatureTables(null, nobody));

        var lambda = RowRegularization.Compute(sample.Plays.ByItem, Small);
        for (var k = 0; k < Small.Rank; k++)
            Assert.That(
                trained.Features.Items![k],
                Is.EqualTo(lambda.Select((value, item) => value * trained.ItemFactors[item][k]).Sum()
                    / lambda.Sum()).Within(1e-5));
    }

    [Test]
    public void Fit_NoRegularization_IsRefused()
    {
        var sample = new FeatureSample();

        var failure = Assert.Throws<GpuAlsException>(
            () => sample.Fit(Small with { Regularization = 0 }, new HostEngine(1)));

        Assert.That(failure.Message, Does.Contain("--regularization above 0"));
    }

    private static void AssertClose(float[] factors, double[,] expected)
    {
        var largest = expected.Cast<double>().Max(Math.Abs);
        Assert.That(
            factors.Zip(expected.Cast<double>(), (one, other) => Math.Abs(one - other)).Max(),
            Is.LessThan(1e-4 * largest));
    }

    private sealed class KeepAll(List<TrainingState> states) : ITrainingKeeper
    {
        public FactorMatrices Spare() => new();

        public void Keep(TrainingState state) => states.Add(state);
    }
}

/// <summary>Seeded plays, and features of both sides, some of whose ids have none.</summary>
internal sealed class FeatureSample
{
    public const int UserColumns = 4;
    private const int Users = 41;
    private const int Items = 19;

    private readonly FeatureTables _features;

    public FeatureSample(Feedback feedback = Feedback.Implicit)
    {
        int[] lengths = [.. Enumerable.Range(0, Users).Select(user => user == 3 ? 0 : 1 + (user % 6))];
        Plays = new InteractionMatrix(
            new IdIndex<string>([.. Enumerable.Range(0, Users).Select(user => $"u{user}")]),
            new IdIndex<int>([.. Enumerable.Range(0, Items)]), TestMatrices.Plays(Items, lengths, seed: 5))
        { Feedback = feedback };
        _features = new FeatureTables(
            Table(new IdIndex<string>([.. Enumerable.Range(10, Users).Select(user => $"u{user}")]), UserColumns, 6),
            Table(new IdIndex<long>([.. Enumerable.Range(2, Items).Select(item => (long)item)]), 7, 7));
    }

    public InteractionMatrix Plays { get; }

    public double[,] UserMatrix => Dense(_features.Users!.RowsOf(Plays.Users));

    public double[,] ItemMatrix => Dense(_features.Items!.RowsOf(Plays.Items));

    public TrainedFactors Fit(
        AlsOptions options, IAlsEngine engine, FeatureTables? features = null, TrainingState? from = null,
        ITrainingKeeper? keeper = null, IProcessGroup? group = null)
    {
        using (engine as HostEngine)
            return new FactorTrainer(engine, options)
            {
                Features = features ?? _features,
                From = from,
                Keeper = keeper,
                Group = group ?? SingleProcess.Instance,
            }.Fit(group is null ? Plays : Plays.ShareOf(group, options.Plan.WorkOf));
    }

    /// <summary>The factors that the side solved second begins with.</summary>
    public double[,] Start(AlsOptions options)
    {
        var begun = TrainingFactors.FirstMatrices(Plays, options);
        var second = options.First == Side.Users ? begun.Items! : begun.Users!;
        return TestMatrices.ToDouble(second.ToArray(), options.Rank);
    }

    /// <summary>Plain iterations in fp64: before a side is solved, W is found for its factors as they are.</summary>
    public (double[,] Users, double[,] Items) Steps(AlsOptions options)
    {
        var isUsersFirst = options.First == Side.Users;
        var weights = ConfidenceTransform.Weights(options);
        var (one, two) = isUsersFirst ? (Plays.ByUser, Plays.ByItem) : (Plays.ByItem, Plays.ByUser);
        var first = new double[one.RowCount, options.Rank];
        var second = Start(options);
        var firstTerm = new ReferenceFeatures(one, isUsersFirst ? UserMatrix : ItemMatrix, options);
        var secondTerm = new ReferenceFeatures(two, isUsersFirst ? ItemMatrix : UserMatrix, options);
        for (var iteration = 0; iteration < options.Iterations; iteration++)
        {
            first = ReferenceAls.SolveRows(
                ConfidenceTransform.Apply(one, options), weights, second, RowRegularization.Compute(one, options),
                firstTerm.Pull(first));
            second = ReferenceAls.SolveRows(
                ConfidenceTransform.Apply(two, options), weights, first, RowRegularization.Compute(two, options),
                secondTerm.Pull(second));
        }

        return isUsersFirst ? (first, second) : (second, first);
    }

    private static FeatureTable Table(IdIndex ids, int columns, int seed)
    {
        var random = new Random(seed);
        var (indptr, indices, values) = (new long[ids.Count + 1], new List<int>(), new List<float>());
        for (var row = 0; row < ids.Count; row++)
        {
            (int Column, float Value)[] entries = [(0, 1), .. Enumerable.Range(1, columns - 1)
                .Where(_ => random.Next(2) == 0).Select(column => (column, (float)(2 * random.NextDouble()) - 1))];
            indices.AddRange(entries.Select(entry => entry.Column));
            values.AddRange(entries.Select(entry => entry.Value));
            indptr[row + 1] = indices.Count;
        }

        return new FeatureTable(
            ids, [FeatureTable.Bias, .. Enumerable.Range(1, columns - 1).Select(column => $"f{column}")],
            new CsrMatrix(columns, indptr, [.. indices], [.. values]));
    }

    private static double[,] Dense(CsrMatrix matrix)
    {
        var dense = new double[matrix.RowCount, matrix.ColumnCount];
        for (var row = 0; row < matrix.RowCount; row++)
            for (var i = 0; i < matrix.RowLength(row); i++)
                dense[row, matrix.RowIndices(row)[i]] = matrix.RowValues(row)[i];
        return dense;
    }
}
