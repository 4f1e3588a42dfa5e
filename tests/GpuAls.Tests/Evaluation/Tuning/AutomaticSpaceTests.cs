using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Evaluation.Tuning;

public sealed class AutomaticSpaceTests
{
    [Test]
    public void Dimensions_WeightedPlays_AreAllOptions() => Assert.That(
        Names(Space()),
        Is.EqualTo(new[]
        {
            "confidence", "epsilon", "objective", "regularization-scaling", "regularization-exponent",
            "unobserved-weight", "alpha", "regularization",
        }));

    /// <summary>Where all plays have the same weight, confidence and objective only rescale α and λ.</summary>
    [Test]
    public void Dimensions_PlaysOfOneWeight_LeaveOutConfidenceAndObjective() => Assert.That(
        Names(Space(isConstant: true)),
        Is.EqualTo(new[]
        {
            "regularization-scaling", "regularization-exponent", "unobserved-weight", "alpha", "regularization",
        }));

    [Test]
    public void Dimensions_Ratings_HaveNoWeights() => Assert.That(
        Names(Space(options: AlsOptions.Default with { Feedback = Feedback.Explicit })),
        Does.Not.Contain("confidence").And.Not.Contain("objective").And.Contain("regularization"));

    /// <summary>A preset says what numbers mean; only they are searched.</summary>
    [Test]
    public void Dimensions_Preset_AreNumbers()
    {
        var spark = new SearchSpace(Preset.Apply("spark", AlsOptions.Default), []);

        var space = new AutomaticSpace(spark, Scale(), isFormFixed: true);

        Assert.That(
            space.Draw(50, 1).Select(options => options with { Alpha = 1, Regularization = 0.1 }).Distinct(),
            Is.EqualTo(new[] { spark.FixedOptions }));
    }

    [Test]
    public void Dimensions_OptionsGiven_AreFixedOrSearchedInstead()
    {
        var given = Given("--confidence", "log", "--alpha", "1,2,4", "--regularization", "0.5..2");

        var space = new AutomaticSpace(given, Scale());

        Assert.That(Names(space), Does.Not.Contain("confidence").And.Contain("epsilon"));
        var drawn = space.Draw(200, 1);
        Assert.That(drawn.Select(options => options.Alpha).Distinct(), Is.EquivalentTo(new[] { 1, 2, 4 }));
        Assert.That(drawn.Select(options => options.Regularization), Is.All.InRange(0.5, 2));
        Assert.That(drawn.Select(options => options.Confidence), Is.All.EqualTo(ConfidenceFunction.Log));
    }

    /// <summary>With α given, what is left of the weights is α₀.</summary>
    [Test]
    public void Draw_AlphaGiven_SearchesTheUnobservedWeightWithAnyScaling()
    {
        var drawn = new AutomaticSpace(Given("--alpha", "1"), Scale(isConstant: true)).Draw(50, 1);

        Assert.That(drawn.Select(options => options.UnobservedWeight).Distinct().Count(), Is.GreaterThan(40));
    }

    [Test]
    public void At_AnyPoint_GivesValidOptionsWhoseCoordinatesComeBack()
    {
        var space = Space();
        for (var draw = 0; draw < 200; draw++)
        {
            var (options, point) = space.At(space.RandomPoint(SeededRandom.Of(7, (ulong)draw)));

            Assert.That(options.Validate, Throws.Nothing);
            Assert.That(space.Locate(options), Is.EqualTo(point).Within(0.01));
        }
    }

    /// <summary>What has no effect is the same for the model, whatever its coordinate was.</summary>
    [Test]
    public void At_OptionWithoutEffect_HasItsDefaultAndTheMiddle()
    {
        var space = Space();
        var point = Enumerable.Repeat(0.01, 8).ToArray();

        var (options, canonical) = space.At(point);

        Assert.That(options.Confidence, Is.EqualTo(ConfidenceFunction.Linear));
        Assert.That(options.Epsilon, Is.EqualTo(AlsOptions.Default.Epsilon));
        Assert.That(canonical[1], Is.EqualTo(0.5));
        Assert.That(canonical[4], Is.EqualTo(0.5), "the exponent with --regularization-scaling none");
    }

    /// <summary>Plays in other units need another α, not another space.</summary>
    [Test]
    public void At_PlaysTimesAThousand_DividesAlphaByIt()
    {
        var point = new[] { 0.1, 0.5, 0.1, 0.5, 0.5, 0.5, 0.4, 0.6 };

        var one = Space().At(point).Options;
        var thousand = Space(unit: 1000).At(point).Options;

        Assert.That(thousand.Alpha, Is.EqualTo(one.Alpha / 1000).Within(1).Percent);
        Assert.That(thousand with { Alpha = one.Alpha }, Is.EqualTo(one));
    }

    [Test]
    public void Draw_SameSeed_DrawsTheSame()
    {
        var first = Space().Draw(20, 5);

        Assert.That(first, Is.Unique);
        Assert.That(Space().Draw(20, 5), Is.EqualTo(first));
        Assert.That(Space().Draw(20, 6), Is.Not.EqualTo(first));
    }

    internal static PlayScale Scale(bool isConstant = false, float unit = 1)
    {
        var plays = TestMatrices.Plays(23, [.. Enumerable.Range(0, 31).Select(user => 3 + (user % 7))], seed: 5);
        var byUser = plays.MapValues(play => unit * (isConstant ? 1 : 1 + (Math.Abs(play) * 10)));
        return PlayScale.Of(new InteractionMatrix(
            new IdIndex<int>([.. Enumerable.Range(0, 31)]), new IdIndex<int>([.. Enumerable.Range(0, 23)]), byUser));
    }

    private static AutomaticSpace Space(bool isConstant = false, float unit = 1, AlsOptions? options = null) =>
        new(new SearchSpace(options ?? AlsOptions.Default, []), Scale(isConstant, unit));

    private static SearchSpace Given(params string[] given)
    {
        var space = new SearchSpace(AlsOptions.Default, []);
        foreach (var option in given.Chunk(2))
            space = space.With(SearchAxis.Parse(AlsParameters.Table[option[0][2..]], option[1]));
        return space;
    }

    private static IEnumerable<string> Names(AutomaticSpace space) =>
        space.Dimensions.Select(dimension => dimension.Parameter.Name);
}
