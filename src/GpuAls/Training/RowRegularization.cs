using System.Globalization;

namespace GpuAls;

/// <summary>λ of each row.</summary>
internal static class RowRegularization
{
    /// <param name="plays">
    /// [rows, columns]; positive values are plays, negative ones dislikes; all are counted where they are ratings.
    /// </param>
    /// <param name="options">λ and its scaling.</param>
    /// <returns>[rows].</returns>
    /// <exception cref="GpuAlsException">Kind Usage: a λ is too large for fp32.</exception>
    public static float[] Compute(CsrMatrix plays, AlsOptions options)
    {
        var lambdas = new float[plays.RowCount];
        for (var row = 0; row < lambdas.Length; row++)
            lambdas[row] = InFp32(options.Regularization * Scale(plays, row, options), options);
        return lambdas;
    }

    private static float InFp32(double lambda, AlsOptions options) => float.IsFinite((float)lambda)
        ? (float)lambda
        : throw new GpuAlsException(FailureKind.Usage, string.Create(
            CultureInfo.InvariantCulture,
            $"--regularization {options.Regularization}, scaled by the plays of a row, gives a λ of {lambda:g3}, too "
            + $"large for fp32. Lower --regularization, or choose another --regularization-scaling."));

    private static double Scale(CsrMatrix plays, int row, AlsOptions options) => options.RegularizationScaling switch
    {
        RegularizationScaling.None => 1,
        RegularizationScaling.Count => Count(plays.RowValues(row), options.Feedback),
        _ => Math.Pow(
            Count(plays.RowValues(row), options.Feedback) + Unobserved(plays, options), options.RegularizationExponent),
    };

    private static double Unobserved(CsrMatrix plays, AlsOptions options) =>
        options.Feedback == Feedback.Explicit ? 0 : options.UnobservedWeight * plays.ColumnCount;

    private static int Count(ReadOnlySpan<float> values, Feedback feedback)
    {
        if (feedback == Feedback.Explicit) return values.Length;
        var count = 0;
        foreach (var value in values) count += value > 0 ? 1 : 0;
        return count;
    }
}
