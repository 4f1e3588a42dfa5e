using System.Globalization;

namespace GpuAls.App;

/// <summary>How the iterations of a training are compared.</summary>
public sealed record ValidationOptions
{
    /// <summary>The defaults of every option.</summary>
    public static ValidationOptions Default { get; } = new();

    /// <summary>Files, folders or globs with the plays to measure with.</summary>
    public IReadOnlyList<string> Locations { get; init; } = [];

    /// <summary>The fraction of the plays to measure with instead, drawn with the seed of the training; they are not trained on. Null for none.</summary>
    public double? Fraction { get; init; }

    /// <summary>What is measured, such as <c>ndcg@10</c>, or the loss, which needs no plays.</summary>
    public string Metric { get; init; } = MetricChoice.DefaultOf(Feedback.Implicit);

    /// <summary>Iterations without an improvement after which the training ends; 0 never ends it.</summary>
    public int Patience { get; init; } = 3;

    /// <summary>The relative improvement that counts as one.</summary>
    public double MinImprovement { get; init; }

    /// <summary>Checks each option.</summary>
    /// <returns>The metric.</returns>
    /// <exception cref="GpuAlsException">Kind Usage: options that contradict each other, or are out of their range.</exception>
    public MetricChoice Validate()
    {
        var choice = MetricChoice.Parse(Metric);
        var hasPlays = Locations.Count > 0 || Fraction is not null;
        Require.Usage(Locations.Count == 0 || Fraction is null, "--validation-fraction has no effect with --validation, whose plays are measured with. Leave one out.");
        Require.Usage(choice.IsLoss || hasPlays, $"--metric {Metric} needs plays to measure with. Give --validation FILE or --validation-fraction, or take --metric loss.");
        Require.Usage(!choice.IsLoss || !hasPlays, "--metric loss is that of the plays trained on, so there is nothing to measure with others. Leave out --validation and --validation-fraction.");
        Require.Usage(Fraction is null or (> 0 and < 1), string.Create(CultureInfo.InvariantCulture, $"--validation-fraction is {Fraction}; expected a number between 0 and 1, such as 0.1."));
        EarlyStopping.Validate(Patience, MinImprovement);
        return choice;
    }
}
