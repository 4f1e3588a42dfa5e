using System.Globalization;

namespace GpuAls;

/// <summary>Numbers from a lowest to a highest, both of them too.</summary>
/// <param name="Low">The lowest; above 0 unless it is linear.</param>
/// <param name="High">The highest, above <paramref name="Low"/>.</param>
/// <param name="IsLinear">Whether equal differences count the same, and not equal ratios.</param>
/// <param name="IsInteger">Whether there are integers only.</param>
public sealed record SearchRange(double Low, double High, bool IsLinear, bool IsInteger)
{
    /// <summary>The number at a place: 0 is the lowest, 1 the highest. Four digits are kept, so that it can be typed.</summary>
    public double At(double place)
    {
        var number = IsLinear ? Low + (place * (High - Low)) : Low * Math.Pow(High / Low, place);
        var rounded = IsInteger ? Math.Round(number) : double.Parse(number.ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return Math.Clamp(rounded, Low, High);
    }

    /// <summary>So many numbers, at equal distances.</summary>
    public IEnumerable<double> Points(int count) => Enumerable.Range(0, count).Select(point => At((double)point / (count - 1))).Distinct();
}
