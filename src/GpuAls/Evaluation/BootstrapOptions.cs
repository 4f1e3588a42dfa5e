using System.Globalization;

namespace GpuAls;

/// <summary>Intervals by drawing users again, with replacement (Efron's percentile method).</summary>
/// <param name="Resamples">How many times all users are drawn; 0 makes no intervals.</param>
/// <param name="Seed">The same seed draws the same users, for every method.</param>
public sealed record BootstrapOptions(int Resamples, long Seed)
{
    /// <summary>Checks each option.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: an option is out of its range.</exception>
    public void Validate() =>
        Require.Usage(Resamples is 0 or (>= 100 and <= 100_000), string.Create(CultureInfo.InvariantCulture, $"--bootstrap is {Resamples}; expected 100 to 100000, or 0 for no intervals."));
}
