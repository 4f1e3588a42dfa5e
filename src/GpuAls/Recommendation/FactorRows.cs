namespace GpuAls.Recommendation;

/// <summary>Rows of a factor matrix.</summary>
internal static class FactorRows
{
    /// <summary>One row.</summary>
    public static ReadOnlySpan<float> Row(float[] factors, int row, int rank) => factors.AsSpan((int)((long)row * rank), rank);

    /// <summary>Some rows as a matrix of their own.</summary>
    /// <returns>[rows, rank].</returns>
    public static float[] Gather(float[] factors, int[] rows, int rank)
    {
        var gathered = new float[(long)rows.Length * rank];
        for (var i = 0; i < rows.Length; i++) Row(factors, rows[i], rank).CopyTo(gathered.AsSpan((int)((long)i * rank), rank));
        return gathered;
    }
}
