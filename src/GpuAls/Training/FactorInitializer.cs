namespace GpuAls;

/// <summary>
/// First factors: independent normal numbers with standard deviation 0.1/√rank, each a pure function of seed, side, row and
/// factor, so that neither threads nor the order of rows matter.
/// </summary>
internal static class FactorInitializer
{
    private const double StandardDeviation = 0.1;

    /// <returns>[rowCount, rank].</returns>
    public static float[] Create(int rowCount, int rank, Side side, long seed)
    {
        var factors = new float[(long)rowCount * rank];
        var scale = StandardDeviation / Math.Sqrt(rank);
        var stream = SeededRandom.Mix((ulong)seed ^ SeededRandom.Mix((ulong)side + 1));
        ParallelRanges.ForEach(factors.LongLength, (start, end) =>
        {
            for (var i = start; i < end; i++) factors[i] = (float)(scale * Normal(stream, (ulong)i));
        });
        return factors;
    }

    /// <summary>Box and Muller's transform of two counter-based uniform numbers.</summary>
    private static double Normal(ulong stream, ulong counter)
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - SeededRandom.Uniform(stream + (2 * counter))));
        return radius * Math.Cos(2 * Math.PI * SeededRandom.Uniform(stream + (2 * counter) + 1));
    }
}
