namespace GpuAls.Bench.OnGpu.Workloads;

/// <summary>How far two results are apart.</summary>
internal static class Errors
{
    private const double Smallest = 1e-30;

    /// <summary>The largest difference, relative to the largest expected magnitude; infinite where a value is no number.</summary>
    public static double Relative(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected)
    {
        var (largest, size) = (0.0, Smallest);
        for (var i = 0; i < expected.Length; i++)
        {
            var error = Math.Abs(actual[i] - expected[i]);
            largest = double.IsNaN(error) ? double.PositiveInfinity : Math.Max(largest, error);
            size = Math.Max(size, Math.Abs(expected[i]));
        }

        return largest / size;
    }

    /// <summary>The same row by row, each relative to its own largest magnitude.</summary>
    public static double OfRows(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected, int rowLength)
    {
        var largest = 0.0;
        for (var start = 0; start < expected.Length; start += rowLength)
            largest = Math.Max(largest, Relative(actual.Slice(start, rowLength), expected.Slice(start, rowLength)));
        return largest;
    }

    /// <summary>The share of values that are not equal.</summary>
    public static double Unequal(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected)
    {
        var unequal = 0;
        for (var i = 0; i < expected.Length; i++) unequal += actual[i].Equals(expected[i]) ? 0 : 1;
        return (double)unequal / Math.Max(1, expected.Length);
    }
}
