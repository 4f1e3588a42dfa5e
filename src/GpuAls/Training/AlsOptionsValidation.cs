using System.Globalization;
using System.Numerics;

namespace GpuAls;

/// <summary>The range of each option, with the message that names it as the command line does.</summary>
internal static class AlsOptionsValidation
{
    public static void Check(AlsOptions options)
    {
        InRange(options.Rank, 1, EngineLimits.MaximumRank, "--rank");
        InRange(options.Iterations, 1, 10_000, "--iterations");
        InRange(options.ConjugateGradientSteps, 1, 1_000, "--cg-steps");
        AtLeastZero(options.Regularization, "--regularization");
        AtLeastZero(options.UnobservedWeight, "--unobserved-weight");
        AtLeastZero(options.RegularizationExponent, "--regularization-exponent");
        AboveZero(options.Alpha, "--alpha");
        AboveZero(options.Epsilon, "--epsilon");
        Require.Usage(
            options.Precision == SumPrecision.Fp32 || options.Solver == Solver.Cholesky,
            "--precision tf32 changes nothing with --solver cg, which sums no matrices. Give one of the two.");
        Require.Usage(
            !options.Nonnegative || options.Solver == Solver.Cholesky,
            "--nonnegative is solved exactly; --solver cg knows no bounds. Give one of the two.");
        Require.Usage(double.IsFinite(options.ConfidenceOffset), string.Create(CultureInfo.InvariantCulture, $"the confidence offset is {options.ConfidenceOffset}; expected a finite number."));
    }

    private static void InRange<T>(T value, T minimum, T maximum, string option)
        where T : INumber<T> =>
        Require.Usage(value >= minimum && value <= maximum, string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; expected {minimum} to {maximum}."));

    private static void AtLeastZero(double value, string option) =>
        Require.Usage(value >= 0 && float.IsFinite((float)value), string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; expected a finite number, 0 or more."));

    private static void AboveZero(double value, string option) =>
        Require.Usage((float)value > 0 && float.IsFinite((float)value), string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; expected a finite number above 0."));
}
