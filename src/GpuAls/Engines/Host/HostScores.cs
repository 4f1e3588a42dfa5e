namespace GpuAls;

/// <summary>Scores that are looked at, not only the best of them: of a few queries at a time, so that queries × items is never in memory.</summary>
internal static unsafe class HostScores<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>The scores of some queries with all items, the same bits as those of top-k lists.</summary>
    /// <param name="queries">[queries or more, rank].</param>
    /// <param name="rows">The query rows.</param>
    /// <param name="items">[items, rank].</param>
    /// <param name="threadCount">Threads.</param>
    /// <param name="read">Takes each row of scores.</param>
    public static void Rows(HostFactors queries, int[] rows, HostFactors items, int threadCount, ScoreReader read)
    {
        var packed = items.Packed(threadCount);
        ParallelChunks.Run(
            threadCount,
            QueryPanels.PanelsOf(rows.Length),
            () => new ScoreRows<TSimd, TVector>(queries, packed),
            (scores, panel) =>
            {
                var first = panel * QueryPanels.Rows;
                var count = Math.Min(QueryPanels.Rows, rows.Length - first);
                scores.Compute(rows.AsSpan(first, count));
                for (var query = 0; query < count; query++) read(first + query, scores.Row(query));
            });
    }

    /// <summary>The scores of some pairs of a row and a column.</summary>
    /// <param name="pairs">[rows, columns], the values do not matter.</param>
    /// <param name="rowFactors">[rows, rank].</param>
    /// <param name="columnFactors">[columns, rank].</param>
    /// <param name="threadCount">Threads.</param>
    /// <param name="scores">[pairs], in their order.</param>
    public static void Pairs(CsrMatrix pairs, HostFactors rowFactors, HostFactors columnFactors, int threadCount, float[] scores)
    {
        var boundaries = RowChunks.Split(pairs.Indptr, costPerRow: 1);
        ParallelChunks.Run(threadCount, boundaries.Length - 1, () => Stream.Null, (_, chunk) =>
        {
            for (var row = boundaries[chunk]; row < boundaries[chunk + 1]; row++)
            {
                var columns = pairs.RowIndices(row);
                var target = scores.AsSpan((int)pairs.Indptr[row]);
                for (var i = 0; i < columns.Length; i++)
                    target[i] = VectorMath<TSimd, TVector>.Dot(rowFactors.Row(row), columnFactors.Row(columns[i]), columnFactors.Stride);
            }
        });
    }
}
