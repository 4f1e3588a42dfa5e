namespace GpuAls;

/// <summary>
/// Ends a training after an iteration that changes the loss by little; trainings that go side by side by the sum of
/// their losses. It runs after <see cref="LossObserver"/>.
/// </summary>
internal sealed class ConvergenceObserver : ITrainingObserver
{
    private readonly double _tolerance;
    private double _loss = double.PositiveInfinity;

    /// <param name="tolerance">The change that is little, relative to the loss.</param>
    /// <param name="losses">Those of the iterations before.</param>
    public ConvergenceObserver(double tolerance, IEnumerable<double?> losses)
    {
        ArgumentNullException.ThrowIfNull(losses);
        _tolerance = tolerance;
        foreach (var loss in losses) Add(loss);
    }

    /// <summary>Whether the last iteration changed the loss by little.</summary>
    public bool IsOver { get; private set; }

    /// <summary>What looks at the losses of a training.</summary>
    /// <param name="options">What is trained.</param>
    /// <param name="losses">Those of the iterations before; without values where they were not computed.</param>
    /// <param name="convergence">What ends the training; null where only a number of iterations does.</param>
    public static IReadOnlyList<ITrainingObserver> Of(
        AlsOptions options, IEnumerable<double?> losses, out ConvergenceObserver? convergence)
    {
        ArgumentNullException.ThrowIfNull(options);
        convergence = options.Tolerance is { } tolerance ? new ConvergenceObserver(tolerance, losses) : null;
        if (convergence is not null) return [new LossObserver(), convergence];
        return options.TrackLoss ? [new LossObserver()] : [];
    }

    /// <inheritdoc/>
    public bool Iterated(TrainingStep state, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(state);
        Add(state.Reports.Aggregate((double?)0, (sum, report) => sum + report.Loss));
        return !IsOver;
    }

    /// <summary>A loss that is not finite is not waited for.</summary>
    private void Add(double? loss)
    {
        if (loss is not { } now) return;
        IsOver = !(Math.Abs(_loss - now) >= _tolerance * Math.Abs(now));
        _loss = now;
    }
}
