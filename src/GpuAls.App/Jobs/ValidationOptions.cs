namespace GpuAls.App;

/// <summary>How the iterations of a training are compared.</summary>
internal sealed record ValidationOptions
{
    /// <summary>The defaults of every option.</summary>
    public static ValidationOptions Default { get; } = new();

    /// <summary>Files, folders or globs with the plays to measure with.</summary>
    public IReadOnlyList<string> Locations { get; init; } = [];

    /// <summary>
    /// The fraction of the plays to measure with instead, drawn with the seed of the training; they are not trained on.
    /// Null for none.
    /// </summary>
    public double? Fraction { get; init; }

    /// <summary>What is measured, such as <c>ndcg@10</c>, or the loss, which needs no plays.</summary>
    public string Metric { get; init; } = MetricChoice.DefaultOf(Feedback.Implicit);

    /// <summary>Iterations without an improvement after which the training ends; 0 never ends it.</summary>
    public int Patience { get; init; } = 3;

    /// <summary>The relative improvement that counts as one.</summary>
    public double MinImprovement { get; init; }

    /// <summary>Checks each option.</summary>
    /// <returns>The metric.</returns>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: options that contradict each other, or are out of their range.
    /// </exception>
    public MetricChoice Validate()
    {
        ValidationParameters.Table.Check(this);
        var choice = MetricChoice.Parse(Metric);
        var hasPlays = Locations.Count > 0 || Fraction is not null;
        Require.Usage(
            choice.IsLoss || hasPlays,
            $"--metric {Metric} needs plays to measure on. Give --validation FILE or --validation-fraction, or choose "
            + "--metric loss.");
        Require.Usage(
            !choice.IsLoss || !hasPlays,
            "--metric loss is the loss on the plays trained on. Leave out --validation and --validation-fraction.");
        return choice;
    }
}
