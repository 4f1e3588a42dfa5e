namespace GpuAls;

/// <summary>The best iteration so far.</summary>
/// <param name="isLowerBetter">Whether a lower number is the better one.</param>
/// <param name="patience">Iterations without an improvement after which it is over; 0 for never.</param>
/// <param name="minImprovement">The relative improvement that counts as one.</param>
internal sealed class BestIteration(bool isLowerBetter, int patience, double minImprovement)
{
    /// <summary>All that is known of the iterations so far; set to go on from them.</summary>
    public BestState State { get; set; } = BestState.None;

    /// <summary>The best iteration, from 1; of equal ones the first. 0 before any.</summary>
    public int Iteration => State.Iteration;

    /// <summary>Its number; NaN before any.</summary>
    public double Value => State.Value;

    /// <summary>Whether so many iterations have brought no improvement that there should be no more.</summary>
    public bool IsOver => patience > 0 && State.Last - State.ImprovedAt >= patience;

    /// <summary>Tells the number of the next iteration.</summary>
    /// <returns>Whether it is the best so far; NaN is worse than any number.</returns>
    public bool Offer(int iteration, double value)
    {
        var isImproved = IsBetter(value, State.Reference, minImprovement);
        var isBest = Iteration == 0 || IsBetter(value, Value, 0);
        State = new BestState(
            isBest ? iteration : Iteration, isBest ? value : Value,
            isImproved ? iteration : State.ImprovedAt, isImproved ? value : State.Reference, iteration);
        return isBest;
    }

    private bool IsBetter(double value, double than, double by)
    {
        if (double.IsNaN(value) || double.IsNaN(than)) return !double.IsNaN(value);
        var margin = by * Math.Abs(than);
        return isLowerBetter ? value < than - margin : value > than + margin;
    }
}

/// <summary>What <see cref="BestIteration"/> knows.</summary>
/// <param name="Iteration">The best iteration, from 1; 0 before any.</param>
/// <param name="Value">Its number; NaN before any.</param>
/// <param name="ImprovedAt">The last iteration that counted as an improvement; 0 before any.</param>
/// <param name="Reference">Its number, which the next improvement has to beat; NaN before any.</param>
/// <param name="Last">The last iteration; 0 before any.</param>
internal sealed record BestState(int Iteration, double Value, int ImprovedAt, double Reference, int Last)
{
    /// <summary>Before the first iteration.</summary>
    public static BestState None { get; } = new(0, double.NaN, 0, double.NaN, 0);
}
