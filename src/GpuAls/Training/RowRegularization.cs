using GpuAls.Sparse;

namespace GpuAls.Training;

/// <summary>λ of each row.</summary>
internal static class RowRegularization
{
    /// <param name="plays">[rows, columns]; positive values are plays, negative ones dislikes.</param>
    /// <param name="options">λ and its scaling.</param>
    /// <returns>[rows].</returns>
    public static float[] Compute(CsrMatrix plays, AlsOptions options)
    {
        var lambdas = new float[plays.RowCount];
        for (var row = 0; row < lambdas.Length; row++) lambdas[row] = (float)(options.Regularization * Scale(plays, row, options));
        return lambdas;
    }

    private static double Scale(CsrMatrix plays, int row, AlsOptions options) => options.RegularizationScaling switch
    {
        RegularizationScaling.None => 1,
        RegularizationScaling.Count => PositiveCount(plays.RowValues(row)),
        _ => Math.Pow(PositiveCount(plays.RowValues(row)) + (options.UnobservedWeight * plays.ColumnCount), options.RegularizationExponent),
    };

    private static int PositiveCount(ReadOnlySpan<float> values)
    {
        var count = 0;
        foreach (var value in values) count += value > 0 ? 1 : 0;
        return count;
    }
}
