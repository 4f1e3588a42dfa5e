using GpuAls.Tests.Engines;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Training;

/// <summary>Accelerated training beside the same steps in fp64, and beside plain training.</summary>
public sealed class MomentumTests
{
    private static readonly AlsOptions Options = new()
    {
        Rank = 4,
        Iterations = 9,
        Alpha = 2,
        Regularization = 0.3,
        TrackLoss = true,
        Acceleration = Acceleration.Momentum,
    };

    public static IEnumerable<TestCaseData> Variants()
    {
        yield return Variant("default", Options);
        yield return Variant("items first", Options with { First = Side.Items });
        yield return Variant("linear", Options with { Confidence = ConfidenceFunction.Linear, Alpha = 0.5 });
        yield return Variant("none", Options with { RegularizationScaling = RegularizationScaling.None });
        yield return Variant("ials", Options with { RegularizationScaling = RegularizationScaling.Ials });
        yield return Variant("explicit", Options with { Feedback = Feedback.Explicit });

        TestCaseData Variant(string name, AlsOptions options) => new TestCaseData(options).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Variants))]
    public void Fit_EachIteration_HasTheLossOfTheStepsInFp64(AlsOptions options)
    {
        var plays = Plays(options.Feedback);

        var trained = Fit(plays, options);

        var expected = ReferenceMomentum.Losses(plays, options, Start(plays, options), out _);
        Assert.That(expected, Has.Length.EqualTo(options.Iterations));
        Close.All([.. trained.Iterations.Select(report => report.Loss!.Value)], expected, relative: 2e-5);
    }

    [Test]
    public void Fit_ManyIterations_RestartAsInFp64()
    {
        var options = Options with { Iterations = 60, Regularization = 0.02 };
        var plays = Plays(Feedback.Implicit);

        var losses = Fit(plays, options).Iterations.Select(report => report.Loss!.Value).ToArray();

        var expected = ReferenceMomentum.Losses(plays, options, Start(plays, options), out var restarts);
        Assert.That(restarts, Is.Positive);
        Close.All(losses, expected, relative: 2e-5);
    }

    [TestCaseSource(nameof(Variants))]
    public void Fit_Model_HasTheSameRegularizationOnBothSides(AlsOptions options)
    {
        var plays = Plays(options.Feedback);

        var trained = Fit(plays, options);

        var (users, items) = ReferenceMomentum.Regularization(plays, options, trained);
        Assert.That(users, Is.EqualTo(items).Within(1e-5 * items).And.Positive);
    }

    /// <summary>In half of the iterations it is where plain training ends.</summary>
    [Test]
    public void Fit_HalfTheIterations_ComeAsFar()
    {
        var options = Options with { Rank = 8, Iterations = 12, Regularization = 0.05 };
        var plays = Plays(Feedback.Implicit);

        var plain = Fit(plays, options with { Acceleration = Acceleration.None, Iterations = 24 });
        var accelerated = Fit(plays, options);

        Assert.That(accelerated.Iterations[^1].Loss!.Value, Is.LessThan(plain.Iterations[^1].Loss!.Value));
    }

    /// <summary>Without regularization there is nothing to balance.</summary>
    [Test]
    public void Fit_WithoutRegularization_Trains()
    {
        var trained = Fit(Plays(Feedback.Implicit), Options with { Regularization = 0 });

        var losses = trained.Iterations.Select(report => report.Loss!.Value).ToArray();
        Assert.That(losses[^1], Is.LessThan(losses[0]).And.Positive);
        Assert.That(trained.UserFactors.ToArray(), Is.All.Matches<float>(float.IsFinite));
    }

    [Test]
    public void Apply_AnyPreset_IsPlain() => Assert.That(
        Preset.Names.Select(name => Preset.Apply(name, Options).Acceleration), Is.All.EqualTo(Acceleration.None));

    private static TrainedFactors Fit(InteractionMatrix plays, AlsOptions options)
    {
        using var engine = new HostEngine(2);
        return new FactorTrainer(engine, options).Fit(plays);
    }

    /// <summary>The factors of the side solved second at first.</summary>
    private static double[,] Start(InteractionMatrix plays, AlsOptions options)
    {
        using var engine = new HostEngine(1);
        using var first = TrainingFactors.First(engine, plays, options);
        var second = options.First == Side.Users ? first.Items : first.Users;
        return TestMatrices.ToDouble(second.ToArray(), options.Rank);
    }

    private static InteractionMatrix Plays(Feedback feedback) => new(
        new IdIndex<int>([.. Enumerable.Range(0, 60)]), new IdIndex<int>([.. Enumerable.Range(0, 25)]),
        TestMatrices.Plays(25, [.. Enumerable.Range(0, 60).Select(user => 1 + (user % 9))], seed: 5))
    {
        Feedback = feedback,
    };
}
