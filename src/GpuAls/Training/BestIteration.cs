namespace GpuAls;

/// <summary>The best iteration so far.</summary>
/// <param name="isLowerBetter">Whether a lower number is the better one.</param>
/// <param name="patience">Iterations without an improvement after which it is over; 0 for never.</param>
/// <param name="minImprovement">The relative improvement that counts as one.</param>
internal sealed class BestIteration(bool isLowerBetter, int patience, double minImprovement)
{
    private double _reference = double.NaN;
    private int _improvedAt;
    private int _last;

    /// <summary>The best iteration, from 1; of equal ones the first. 0 before any.</summary>
    public int Iteration { get; private set; }

    /// <summary>Its number; NaN before any.</summary>
    public double Value { get; private set; } = double.NaN;

    /// <summary>Whether so many iterations have brought no improvement that there should be no more.</summary>
    public bool IsOver => patience > 0 && _last - _improvedAt >= patience;

    /// <summary>Tells the number of the next iteration.</summary>
    /// <returns>Whether it is the best so far; NaN is worse than any number.</returns>
    public bool Offer(int iteration, double value)
    {
        _last = iteration;
        if (IsBetter(value, _reference, minImprovement)) (_reference, _improvedAt) = (value, iteration);
        if (Iteration > 0 && !IsBetter(value, Value, 0)) return false;
        (Iteration, Value) = (iteration, value);
        return true;
    }

    private bool IsBetter(double value, double than, double by)
    {
        if (double.IsNaN(value) || double.IsNaN(than)) return !double.IsNaN(value);
        var margin = by * Math.Abs(than);
        return isLowerBetter ? value < than - margin : value > than + margin;
    }
}
