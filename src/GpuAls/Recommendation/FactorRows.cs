namespace GpuAls;

/// <summary>Rows of a factor matrix.</summary>
internal static class FactorRows
{
    /// <summary>One row.</summary>
    public static ReadOnlySpan<float> Row(float[] factors, int row, int rank) =>
        factors.AsSpan((int)((long)row * rank), rank);

    /// <summary>Some rows as a matrix of their own: a copy, unless they follow each other.</summary>
    /// <returns>[rows, rank].</returns>
    public static ReadOnlySpan<float> Gather(float[] factors, int[] rows, int rank)
    {
        if (rows.Length == 0) return [];
        if (AreConsecutive(rows)) return factors.AsSpan((int)((long)rows[0] * rank), rows.Length * rank);
        var gathered = new float[(long)rows.Length * rank];
        for (var i = 0; i < rows.Length; i++)
            Row(factors, rows[i], rank).CopyTo(gathered.AsSpan((int)((long)i * rank), rank));
        return gathered;
    }

    private static bool AreConsecutive(int[] rows)
    {
        for (var i = 1; i < rows.Length; i++)
            if (rows[i] != rows[0] + i) return false;
        return true;
    }
}
