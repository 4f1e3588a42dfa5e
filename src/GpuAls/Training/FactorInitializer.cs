namespace GpuAls.Training;

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
        var stream = Mix((ulong)seed ^ Mix((ulong)side + 1));
        for (long i = 0; i < factors.LongLength; i++) factors[i] = (float)(scale * Normal(stream, (ulong)i));
        return factors;
    }

    /// <summary>Box and Muller's transform of two counter-based uniform numbers.</summary>
    private static double Normal(ulong stream, ulong counter)
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - Uniform(stream + (2 * counter))));
        return radius * Math.Cos(2 * Math.PI * Uniform(stream + (2 * counter) + 1));
    }

    /// <summary>In [0, 1), 53 bits.</summary>
    private static double Uniform(ulong counter) => (Mix(counter) >> 11) * (1.0 / (1UL << 53));

    /// <summary>The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).</summary>
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
