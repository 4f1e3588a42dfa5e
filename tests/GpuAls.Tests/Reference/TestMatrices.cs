namespace GpuAls.Tests.Reference;

/// <summary>Seeded matrices for tests.</summary>
internal static class TestMatrices
{
    /// <summary>Factors in -1 .. 1, [rows, rank] row-major.</summary>
    public static float[] Factors(int rows, int rank, int seed)
    {
        var random = new Random(seed);
        var factors = new float[rows * rank];
        for (var i = 0; i < factors.Length; i++) factors[i] = (float)(2 * random.NextDouble() - 1);
        return factors;
    }

    /// <summary>The same numbers as a matrix of doubles.</summary>
    public static double[,] ToDouble(float[] factors, int rank)
    {
        var matrix = new double[factors.Length / rank, rank];
        for (var i = 0; i < factors.Length; i++) matrix[i / rank, i % rank] = factors[i];
        return matrix;
    }

    /// <summary>
    /// Plays with values in 0.5 .. 40, every seventh a dislike; row lengths as given, cut at the number of columns.
    /// </summary>
    public static CsrMatrix Plays(int columns, int[] rowLengths, int seed)
    {
        var random = new Random(seed);
        var indptr = new long[rowLengths.Length + 1];
        var indices = new List<int>();
        for (var row = 0; row < rowLengths.Length; row++)
        {
            var all = Enumerable.Range(0, columns).ToArray();
            random.Shuffle(all);
            var chosen = all[..Math.Min(rowLengths[row], columns)];
            Array.Sort(chosen);
            indices.AddRange(chosen);
            indptr[row + 1] = indices.Count;
        }

        var values = indices.Select(
            (_, entry) => (float)(0.5 + 39.5 * random.NextDouble()) * (entry % 7 == 6 ? -1 : 1)).ToArray();
        return new CsrMatrix(columns, indptr, indices.ToArray(), values);
    }
}
