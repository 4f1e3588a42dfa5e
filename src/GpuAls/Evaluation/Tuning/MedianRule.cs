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

    /// <summary>Whether a trial should end.</summary>
    /// <param name="iteration">Iterations that it has done.</param>
    /// <param name="value">The metric after its best one.</param>
    public bool IsHopeless(int iteration, double value)
    {
        if (iteration < HalvingSchedule.LeastIterations || _curves.Count < LeastTrials) return false;
        double[] others = [.. _curves.Select(curve => curve[Math.Min(iteration, curve.Length) - 1]).Order()];
        return choice.Cost(value) > others[others.Length / 2];
    }
}
