namespace GpuAls;

/// <summary>A metric of held-out plays, measured on the factors where they are trained.</summary>
/// <param name="engine">Where they are.</param>
/// <param name="evaluator">Measures what the choice needs.</param>
/// <param name="choice">The metric; not the loss.</param>
public sealed class HeldOutMetric(IAlsEngine engine, Evaluator evaluator, MetricChoice choice) : ITrainingMetric
{
    /// <inheritdoc/>
    public string Name => choice.Metric.ToString();

    /// <inheritdoc/>
    public bool IsLowerBetter => choice.IsLowerBetter;

    /// <inheritdoc/>
    /// <exception cref="GpuAlsException">Kind Device: too little memory.</exception>
    public double Measure(IterationReport report, TrainingFactors factors, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(factors);
        return evaluator.Measure(engine, factors.Users, factors.Items, cancellation: cancellation).Value(choice.Metric);
    }
}
