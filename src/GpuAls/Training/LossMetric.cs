namespace GpuAls;

/// <summary>
/// The loss of the training itself, which needs no plays to measure with, but <see cref="AlsOptions.TrackLoss"/>.
/// </summary>
internal sealed class LossMetric : ITrainingMetric
{
    /// <summary>Its name on the command line.</summary>
    public const string LossName = "loss";

    /// <inheritdoc/>
    public string Name => LossName;

    /// <inheritdoc/>
    public bool IsLowerBetter => true;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The loss is not tracked.</exception>
    public double Measure(IterationReport report, TrainingFactors factors, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report.Loss ?? throw new InvalidOperationException("the loss is a metric only where it is tracked.");
    }
}
