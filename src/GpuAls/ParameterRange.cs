using System.Globalization;

namespace GpuAls;

/// <summary>The numbers that a parameter takes.</summary>
/// <param name="Contains">Whether a number is one of them.</param>
/// <param name="Expected">What they are, as in "expected 1 to 2048".</param>
internal sealed record ParameterRange(Predicate<double> Contains, string Expected)
{
    /// <summary>What they are, for help.</summary>
    public string Brief { get; init; } = Expected;

    /// <summary>None is below it; null where none is known.</summary>
    public double? Minimum { get; init; }

    /// <summary>None is above it; null where none is known.</summary>
    public double? Maximum { get; init; }

    /// <summary>Whether the minimum is one of them.</summary>
    public bool HasMinimum => Minimum is { } value && Contains(value);

    /// <summary>Whether the maximum is one of them.</summary>
    public bool HasMaximum => Maximum is { } value && Contains(value);

    /// <summary>Finite numbers from 0 on, in fp32.</summary>
    public static ParameterRange NonNegative { get; } =
        new(value => value >= 0 && float.IsFinite((float)value), "a finite number, 0 or more")
        {
            Brief = "0 or more",
            Minimum = 0,
        };

    /// <summary>Finite numbers above 0, in fp32.</summary>
    public static ParameterRange Positive { get; } =
        new(value => (float)value > 0 && float.IsFinite((float)value), "a finite number above 0")
        {
            Brief = "above 0",
            Minimum = 0,
        };

    /// <summary>Numbers between 0 and 1, neither included.</summary>
    /// <param name="example">Such as 0.1.</param>
    public static ParameterRange Fraction(string example) =>
        new(value => value is > 0 and < 1, $"a number between 0 and 1, such as {example}")
        {
            Brief = "between 0 and 1",
            Minimum = 0,
            Maximum = 1,
        };

    /// <summary>Numbers from one to another, both included.</summary>
    public static ParameterRange Between(long minimum, long maximum) => new(
        value => value >= minimum && value <= maximum,
        string.Create(CultureInfo.InvariantCulture, $"{minimum} to {maximum}"))
    {
        Minimum = minimum,
        Maximum = maximum,
    };

    /// <summary>Multiples of a number, from itself to another.</summary>
    public static ParameterRange Multiples(int step, int maximum) => new(
        value => value >= step && value <= maximum && value % step == 0,
        string.Create(CultureInfo.InvariantCulture, $"a multiple of {step}, up to {maximum}"))
    {
        Minimum = step,
        Maximum = maximum,
    };

    /// <summary>Numbers from one on.</summary>
    public static ParameterRange AtLeast(long minimum) =>
        new(value => value >= minimum, string.Create(CultureInfo.InvariantCulture, $"{minimum} or more"))
        {
            Minimum = minimum,
        };
}
