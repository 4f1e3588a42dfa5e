namespace GpuAls.Tests.Training;

/// <summary>What the README's table says of each preset, value by value.</summary>
public sealed class PresetTests
{
    /// <summary>Differs from every preset in all that one may set.</summary>
    private static readonly AlsOptions Start = new()
    {
        Rank = 5,
        Alpha = 3,
        Regularization = 0.7,
        Confidence = ConfidenceFunction.Log,
        ConfidenceOffset = -0.5,
        Objective = Objective.Ials,
        RegularizationScaling = RegularizationScaling.Ials,
        RegularizationExponent = 0.6,
        UnobservedWeight = 0.4,
        First = Side.Items,
        Init = Initialization.Uniform,
        InitScale = 7,
    };

    [Test]
    public void Apply_Spark_IsConfidenceOfOnePlusAlphaRAndLambdaTimesCountItemsFirst()
    {
        var options = Preset.Apply("spark", Start with { First = Side.Users });

        Assert.That(options, Is.EqualTo(Start with
        {
            Objective = Objective.HuKorenVolinsky,
            Confidence = ConfidenceFunction.Linear,
            ConfidenceOffset = 0,
            Alpha = 1,
            UnobservedWeight = 1,
            Regularization = 0.1,
            RegularizationScaling = RegularizationScaling.Count,
            First = Side.Items,
            Init = Initialization.Sphere,
            InitScale = null,
            Acceleration = Acceleration.None,
        }));
    }

    [Test]
    public void Apply_Implicit_IsConfidenceOfAlphaRAndPlainLambdaUsersFirst()
    {
        var options = Preset.Apply("implicit", Start);

        Assert.That(options, Is.EqualTo(Start with
        {
            Objective = Objective.HuKorenVolinsky,
            Confidence = ConfidenceFunction.Linear,
            ConfidenceOffset = -1,
            Alpha = 1,
            UnobservedWeight = 1,
            Regularization = 0.01,
            RegularizationScaling = RegularizationScaling.None,
            First = Side.Users,
            Init = Initialization.Uniform,
            InitScale = null,
            Acceleration = Acceleration.None,
        }));
    }

    [Test]
    public void Apply_Ials_IsItsObjectiveAndScalingUsersFirst()
    {
        var start =
            Start with { Objective = Objective.HuKorenVolinsky, RegularizationScaling = RegularizationScaling.None };

        var options = Preset.Apply("ials", start);

        Assert.That(options, Is.EqualTo(start with
        {
            Objective = Objective.Ials,
            Confidence = ConfidenceFunction.Linear,
            ConfidenceOffset = 0,
            Alpha = 1,
            UnobservedWeight = 0.1,
            Regularization = 0.003,
            RegularizationScaling = RegularizationScaling.Ials,
            RegularizationExponent = 1,
            First = Side.Users,
            Init = Initialization.Normal,
            InitScale = null,
            Acceleration = Acceleration.None,
        }));
    }

    [Test]
    public void Apply_AnotherName_ListsThoseThereAre() => Assert.That(
        () => Preset.Apply("mahout", AlsOptions.Default), Throws.InstanceOf<GpuAlsException>().With.Message
            .Contains("expected spark, implicit, ials"));
}
