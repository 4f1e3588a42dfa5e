namespace GpuAls;

/// <summary>
/// Ends a trial whose best iteration so far is worse than the median of the trials before after as many iterations
/// (Golovin et al., 2017).
/// </summary>
/// <param name="choice">What iterations are compared by.</param>
internal sealed class MedianRule(MetricChoice choice)
{
    /// <summary>Trials that are needed for a median.</summary>
    private const int LeastTrials = 5;

    /// <summary>[trials][iterations], the lowest cost up to each.</summary>
    private readonly List<double[]> _curves = [];

    /// <summary>Learns of a trial that is over.</summary>
    public void Add(TrialResult trial)
    {
        var lowest = double.PositiveInfinity;
        double[] curve =
        [
            .. trial.Iterations.Select(iteration => lowest = Math.Min(lowest, choice.Cost(iteration.Value))),
        ];
        if (curve.Length > 0) _curves.Add(curve);
    }

    /// <summary>
    /// [iterations], the cost above which a trial should end if it has no lower one after so many iterations; null for
    /// too few trials.
    /// </summary>
    /// <param name="iterations">Iterations that a trial has at most.</param>
    public double[]? Limits(int iterations)
    {
        if (_curves.Count < LeastTrials) return null;
        var limits = new double[iterations];
        for (var done = 1; done <= iterations; done++)
            limits[done - 1] = done < HalvingSchedule.LeastIterations
                ? double.PositiveInfinity
                : _curves.Select(curve => curve[Math.Min(done, curve.Length) - 1]).Order()
                    .ElementAt(_curves.Count / 2);
        return limits;
    }
}
