using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>How a trial has done, from its first iteration on.</summary>
internal sealed record TrialResult
{
    /// <summary>Which trial, from 1.</summary>
    public required int Trial { get; init; }

    /// <summary>The rung it has reached, from 1.</summary>
    public required int Rung { get; init; }

    /// <summary>Each iteration.</summary>
    public required IReadOnlyList<TrialIteration> Iterations { get; init; }

    /// <summary>The iteration with the best metric; 0 where there is none.</summary>
    public required int BestIteration { get; init; }

    /// <summary>What was measured after it, of the kind of the metric.</summary>
    public required IReadOnlyList<MetricValue> Metrics { get; init; }

    /// <summary>Seconds of the trial, measuring included.</summary>
    public required double Seconds { get; init; }

    /// <summary>
    /// What was tried, as on the command line, where that follows from other trials; null where it was listed.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Tried { get; init; }

    /// <summary>
    /// How many trials were known when it was proposed, where others were proposed with it; null where all before it
    /// were.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ProposedAfter { get; init; }

    /// <summary>Why it failed; null where it did not.</summary>
    public TrialFailure? Failure { get; init; }

    /// <summary>The metric after the best iteration; null where there is none.</summary>
    /// <param name="metric">The metric that trials are compared by.</param>
    public MetricValue? Measured(Metric metric) => Metrics.FirstOrDefault(value => value.Metric == metric);
}

/// <summary>One iteration of a trial.</summary>
/// <param name="Iteration">From 1.</param>
/// <param name="Value">The metric after it; null where it was not measured, or is not defined.</param>
/// <param name="Loss">The loss, summed over the folds; null where it is not tracked.</param>
/// <param name="Seconds">Seconds of its solves.</param>
internal sealed record TrialIteration(int Iteration, double? Value, double? Loss, double Seconds);

/// <summary>Why a trial failed.</summary>
/// <param name="Kind">What kind of failure.</param>
/// <param name="Message">What happened.</param>
internal sealed record TrialFailure(FailureKind Kind, string Message);

/// <summary>How far a trial is.</summary>
/// <param name="Trial">Which trial, from 1.</param>
/// <param name="Iteration">The iteration that is done, and measured.</param>
/// <param name="Iterations">Iterations at most, of this rung.</param>
internal sealed record TrialStep(int Trial, int Iteration, int Iterations);

/// <summary>Remembers what trials came to.</summary>
internal interface ITrialLog
{
    /// <summary>What is known of trials.</summary>
    IEnumerable<TrialResult> All { get; }

    /// <summary>What a trial came to at a rung; null where it was not there yet.</summary>
    /// <param name="trial">Which trial, from 1.</param>
    /// <param name="rung">Which rung, from 1.</param>
    TrialResult? Find(int trial, int rung);

    /// <summary>Takes note of what a trial came to.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it cannot be written.</exception>
    void Add(TrialResult result);
}
