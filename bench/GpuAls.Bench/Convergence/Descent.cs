using GpuAls.Bench.OnGpu;

namespace GpuAls.Bench.Convergence;

/// <summary>The losses of a training.</summary>
/// <param name="Losses">After each iteration.</param>
/// <param name="Seconds">How long each iteration took, without the loss.</param>
internal sealed record Descent(double[] Losses, double[] Seconds)
{
    /// <summary>Trains for all iterations.</summary>
    public static Descent Of(
        IAlsEngine engine, InteractionMatrix plays, AlsOptions options, CancellationToken cancellation)
    {
        var trained = new FactorTrainer(engine, options with { TrackLoss = true }).Fit(plays, null, cancellation);
        return new Descent(
            [.. trained.Iterations.Select(report => report.Loss!.Value)],
            [.. trained.Iterations.Select(report => report.Seconds)]);
    }

    /// <summary>Iterations until the loss is within a tolerance of another; one more than all if it never is.</summary>
    /// <param name="loss">The loss to come close to.</param>
    /// <param name="tolerance">Relative.</param>
    public int IterationsTo(double loss, double tolerance)
    {
        var index = Array.FindIndex(Losses, one => one <= loss * (1 + tolerance));
        return index < 0 ? Losses.Length + 1 : index + 1;
    }

    /// <summary>Seconds of that many iterations, at the median speed.</summary>
    public double SecondsOf(int iterations) => iterations * Spread.Of(Seconds).Median;
}

/// <summary>Plain and accelerated training from the same start.</summary>
/// <param name="Plain">Without acceleration.</param>
/// <param name="Accelerated">With it.</param>
internal sealed record DescentPair(Descent Plain, Descent Accelerated)
{
    /// <summary>Trains both, whatever the options say of acceleration.</summary>
    public static DescentPair Of(
        IAlsEngine engine, InteractionMatrix plays, AlsOptions options, CancellationToken cancellation) => new(
            Descent.Of(engine, plays, options with { Acceleration = Acceleration.None }, cancellation),
            Descent.Of(engine, plays, options with { Acceleration = Acceleration.Momentum }, cancellation));

    /// <summary>How close to the final loss iterations are counted to.</summary>
    public static double[] Tolerances { get; } = [1e-2, 1e-3, 1e-4];

    /// <summary>The lower of the losses that both end with.</summary>
    public double Final => Math.Min(Plain.Losses[^1], Accelerated.Losses[^1]);

    /// <summary>Iterations of both to each tolerance.</summary>
    public (int Plain, int Accelerated)[] Iterations =>
    [
        .. Tolerances.Select(tolerance =>
            (Plain.IterationsTo(Final, tolerance), Accelerated.IterationsTo(Final, tolerance))),
    ];
}
