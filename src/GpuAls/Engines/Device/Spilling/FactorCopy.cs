namespace GpuAls;

/// <summary>Copies rows from one factor matrix to another, wherever they are.</summary>
internal static class FactorCopy
{
    private const int ChunkValues = 1 << 22;

    /// <param name="from">[rows, rank].</param>
    /// <param name="rows">Which rows of it.</param>
    /// <param name="to">[rows, rank].</param>
    /// <param name="firstRow">The row of it that the first one becomes.</param>
    public static void Rows(IEngineFactors from, RowRange rows, IEngineFactors to, int firstRow)
    {
        var chunkRows = Math.Max(1, ChunkValues / from.Rank);
        var values = new float[Math.Min(chunkRows, rows.Count) * from.Rank];
        for (var first = 0; first < rows.Count; first += chunkRows)
        {
            var count = Math.Min(chunkRows, rows.Count - first);
            var part = values.AsSpan(0, count * from.Rank);
            from.CopyTo(new RowRange(rows.Start + first, count), part);
            to.CopyFrom(new RowRange(firstRow + first, count), part);
        }
    }
}
