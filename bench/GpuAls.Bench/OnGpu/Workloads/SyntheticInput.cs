namespace GpuAls.Bench.OnGpu.Workloads;

/// <summary>Seeded random input. The input of a smaller workload is a prefix of that of a larger one.</summary>
internal static class SyntheticInput
{
    private const float Spread = 0.15f;
    private const int LargestInteger = 3;
    private const int DislikeEvery = 10;

    /// <summary>Plays in uniformly drawn columns, with values from 1 to 2; one in ten is a dislike.</summary>
    /// <param name="rowLengths">[rows], none longer than there are columns.</param>
    /// <param name="columns">Number of columns.</param>
    public static CsrMatrix Plays(int[] rowLengths, int columns)
    {
        var random = new Random(1);
        var indptr = new long[rowLengths.Length + 1];
        for (var row = 0; row < rowLengths.Length; row++) indptr[row + 1] = indptr[row] + rowLengths[row];
        var (indices, values) = (new int[indptr[^1]], new float[indptr[^1]]);
        var entry = 0;
        foreach (var length in rowLengths)
        {
            // One column from each of as many equal intervals: ascending, without duplicates.
            for (var play = 0; play < length; play++, entry++)
            {
                var width = columns / length;
                indices[entry] = (play * width) + random.Next(width);
                values[entry] = (1 + random.NextSingle()) * (random.Next(DislikeEvery) == 0 ? -1 : 1);
            }
        }

        return new CsrMatrix(columns, indptr, indices, values);
    }

    /// <summary>[rows, rank], factors around 0.</summary>
    public static FactorMatrix Factors(int rows, int rank, int seed)
    {
        var random = new Random(seed);
        var factors = FactorMatrix.Uninitialized(rows, rank);
        for (var row = 0; row < rows; row++)
            foreach (ref var factor in factors.Row(row)) factor = Spread * ((2 * random.NextSingle()) - 1);
        return factors;
    }

    /// <summary>
    /// [rows, rank], factors that are small integers: their products are exact in any order of summation.
    /// </summary>
    public static FactorMatrix Integers(int rows, int rank, int seed)
    {
        var factors = Factors(rows, rank, seed);
        for (var row = 0; row < rows; row++)
            foreach (ref var factor in factors.Row(row)) factor = MathF.Round(LargestInteger / Spread * factor);
        return factors;
    }
}
