using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Training;

public sealed class FactorTrainerTests
{
    private static readonly AlsOptions Small =
        new() { Rank = 7, Iterations = 4, Alpha = 2, Regularization = 0.3, TrackLoss = true };

    public static IEnumerable<TestCaseData> Variants()
    {
        yield return new TestCaseData(Small).SetArgDisplayNames("default");
        yield return new TestCaseData(Small with { Confidence = ConfidenceFunction.Log, Epsilon = 0.5 })
            .SetArgDisplayNames("log");
        yield return new TestCaseData(Small with { UnobservedWeight = 0.2 }).SetArgDisplayNames("unobserved weight");
        yield return new TestCaseData(Small with { RegularizationScaling = RegularizationScaling.Count })
            .SetArgDisplayNames("count");
        var ials = Small with { RegularizationScaling = RegularizationScaling.Ials, RegularizationExponent = 0.7 };
        yield return new TestCaseData(ials).SetArgDisplayNames("ials scaling");
        yield return new TestCaseData(Small with { Objective = Objective.Ials }).SetArgDisplayNames("ials objective");
        yield return new TestCaseData(Small with { First = Side.Items }).SetArgDisplayNames("items first");
        yield return new TestCaseData(Preset.Apply("spark", Small)).SetArgDisplayNames("spark");
        yield return new TestCaseData(Preset.Apply("implicit", Small)).SetArgDisplayNames("implicit");
        yield return new TestCaseData(Preset.Apply("ials", Small)).SetArgDisplayNames("ials");
        yield return new TestCaseData(Small with { Feedback = Feedback.Explicit }).SetArgDisplayNames("explicit");
        yield return new TestCaseData(Preset.Apply("spark", Small with { Feedback = Feedback.Explicit }))
            .SetArgDisplayNames("explicit spark");
        yield return new TestCaseData(ials with { Feedback = Feedback.Explicit })
            .SetArgDisplayNames("explicit, exponent");
        var cg = Small with { Solver = Solver.ConjugateGradient, ConjugateGradientSteps = 20 };
        yield return new TestCaseData(cg with { Feedback = Feedback.Explicit }).SetArgDisplayNames("explicit cg");
        yield return new TestCaseData(Small with { Nonnegative = true }).SetArgDisplayNames("nonnegative");
        yield return new TestCaseData(Preset.Apply("spark", Small with { Nonnegative = true }))
            .SetArgDisplayNames("nonnegative spark");
        yield return new TestCaseData(Preset.Apply("ials", Small with { Nonnegative = true }))
            .SetArgDisplayNames("nonnegative ials");
        yield return new TestCaseData(
                Preset.Apply("spark", Small with { Nonnegative = true, Feedback = Feedback.Explicit }))
            .SetArgDisplayNames("nonnegative explicit");
        yield return new TestCaseData(cg).SetArgDisplayNames("cg");
        var sweeps = Small with { Rank = 17, Solver = Solver.BlockCoordinates, BlockSize = 16 };
        yield return new TestCaseData(sweeps).SetArgDisplayNames("ials++");
        yield return new TestCaseData(Preset.Apply("ials", sweeps)).SetArgDisplayNames("ials++ ials");
        yield return new TestCaseData(sweeps with { Feedback = Feedback.Explicit })
            .SetArgDisplayNames("ials++ explicit");
        yield return new TestCaseData(sweeps with { Acceleration = Acceleration.Momentum })
            .SetArgDisplayNames("ials++ momentum");
        var momentum = Small with { Acceleration = Acceleration.Momentum };
        yield return new TestCaseData(momentum).SetArgDisplayNames("momentum");
        yield return new TestCaseData(momentum with { First = Side.Items, Solver = Solver.ConjugateGradient })
            .SetArgDisplayNames("momentum cg items first");
        yield return new TestCaseData(momentum with { Feedback = Feedback.Explicit })
            .SetArgDisplayNames("momentum explicit");
        yield return new TestCaseData(momentum with { Nonnegative = true }).SetArgDisplayNames("momentum nonnegative");
    }

    [TestCaseSource(nameof(Variants))]
    public void Fit_EachVariant_ReportsTheLossOfTheFormulaAndLowersIt(AlsOptions options)
    {
        var plays = Plays(options.Feedback);

        var trained = Fit(plays, options, threads: 2);

        var losses = trained.Iterations.Select(iteration => iteration.Loss!.Value).ToArray();
        var expected = ReferenceTraining.Loss(plays.ByUser, options, trained);
        Assert.That(losses[^1], Is.EqualTo(expected).Within(1e-5 * Math.Abs(expected)));
        Assert.That(losses, Is.Ordered.Descending);
    }

    [TestCaseSource(nameof(Variants))]
    public void Fit_OneAndFiveThreads_GiveTheSameBytes(AlsOptions options)
    {
        var one = Fit(Plays(options.Feedback), options, threads: 1);
        var five = Fit(Plays(options.Feedback), options, threads: 5);

        Assert.That(five.UserFactors.ToArray(), Is.EqualTo(one.UserFactors.ToArray()));
        Assert.That(five.ItemFactors.ToArray(), Is.EqualTo(one.ItemFactors.ToArray()));
        Assert.That(
            five.Iterations.Select(iteration => iteration.Loss),
            Is.EqualTo(one.Iterations.Select(iteration => iteration.Loss)));
    }

    [Test]
    public void Fit_Nonnegative_HasNoFactorBelowZeroAndOthersAbove()
    {
        var trained = Fit(Plays(), Small with { Nonnegative = true }, threads: 2);

        var (users, items) = (trained.UserFactors.ToArray(), trained.ItemFactors.ToArray());
        Assert.That(users.Concat(items), Is.All.GreaterThanOrEqualTo(0));
        Assert.That(users.Count(factor => factor > 0), Is.GreaterThan(users.Length / 10));
    }

    [Test]
    public void Fit_AfterManyIterations_UserFactorsSolveTheirNormalEquations()
    {
        var plays = Plays();
        var options = Small with
        {
            First = Side.Items,
            RegularizationScaling = RegularizationScaling.None,
            Acceleration = Acceleration.None, // With momentum they do so only on the scale on which they are solved.
        };
        var trained = Fit(plays, options, threads: 2);

        var y = TestMatrices.ToDouble(trained.ItemFactors.ToArray(), options.Rank);
        var lambdas = Enumerable.Repeat((float)options.Regularization, plays.Users.Count).ToArray();
        var expected = ReferenceAls.SolveRows(
            ConfidenceTransform.Apply(plays.ByUser, options), ConfidenceTransform.Weights(options), y, lambdas);

        Assert.That(
            trained.UserFactors.ToArray(),
            Is.EqualTo(expected.Cast<double>().Select(value => (float)value)).Within(1e-4f));
    }

    [Test]
    public void Fit_AnotherSeed_GivesOtherFactors() =>
        Assert.That(
            Fit(Plays(), Small with { Seed = 43 }, 2).ItemFactors.ToArray(),
            Is.Not.EqualTo(Fit(Plays(), Small, 2).ItemFactors.ToArray()));

    [Test]
    public void Fit_UserWithoutPlays_HasTheZeroVector()
    {
        var plays = Plays();

        var trained = Fit(plays, Small, 2);

        Assert.That(plays.ByUser.RowLength(3), Is.Zero);
        Assert.That(trained.UserFactors[3].ToArray(), Is.All.Zero);
    }

    [Test]
    public void Fit_RankAboveItems_SaysWhichRankFits()
    {
        var failure = Assert.Throws<GpuAlsException>(() => Fit(Plays(), Small with { Rank = 18 }, 1));

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.BadInput));
        Assert.That(failure.Message, Does.Contain("--rank 18 is larger than the number of items, 17"));
    }

    [Test]
    public void Fit_NoRegularizationAndAUserWithOnlyDislikes_NamesTheIdAndTheRemedy()
    {
        // The user's factors become zero; without λ and α₀ nothing is left of the equation of the item.
        var byUser = new CsrMatrix(3, [0, 1, 2], [0, 1], [-1, 1]);
        var plays = new InteractionMatrix(new IdIndex<string>(["ada", "bob"]), new IdIndex<long>([7, 8, 9]), byUser);
        var options = Small with { Rank = 3, Alpha = 1, Regularization = 0, UnobservedWeight = 0 };

        var failure = Assert.Throws<GpuAlsException>(() => Fit(plays, options, 1));

        Assert.That(failure.Message, Does.Contain("item '7'").And.Contain("--regularization"));
    }

    [Test]
    public void Fit_Cancelled_Stops() =>
        Assert.That(
            () => new FactorTrainer(new HostEngine(1), Small).Fit(Plays(), null, new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());

    [TestCase(false)]
    [TestCase(true)]
    public void Fit_DeviceMemoryEndsOnTheWay_LeavesNoBufferOpen(bool copiesFactors)
    {
        using var engine = new FailingEngine(new EngineCapabilities { Device = DeviceKind.OpenCl }, copiesFactors);

        Assert.That(() => new FactorTrainer(engine, Small).Fit(Plays()), Throws.InstanceOf<GpuAlsException>());

        Assert.That(engine.OpenBuffers, Is.Zero);
    }

    [Test]
    public void Fit_RatingsAsPlays_AreRefused()
    {
        var failure = Assert.Throws<GpuAlsException>(() => Fit(Plays(Feedback.Explicit), Small, 1));

        Assert.That(failure.Message, Does.Contain("explicit"));
    }

    private static TrainedFactors Fit(InteractionMatrix plays, AlsOptions options, int threads)
    {
        using var engine = new HostEngine(threads);
        return new FactorTrainer(engine, options).Fit(plays);
    }

    private static InteractionMatrix Plays(Feedback feedback = Feedback.Implicit)
    {
        var lengths = Enumerable.Range(0, 41).Select(user => user == 3 ? 0 : 1 + (user % 6)).ToArray();
        var byUser = TestMatrices.Plays(17, lengths, seed: 5);
        var users = new IdIndex<string>(Enumerable.Range(0, 41).Select(user => $"u{user}").ToArray());
        return new InteractionMatrix(
            users, new IdIndex<int>(Enumerable.Range(0, 17).ToArray()), byUser)
        { Feedback = feedback };
    }
}
