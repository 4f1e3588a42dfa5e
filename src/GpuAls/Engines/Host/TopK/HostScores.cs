namespace GpuAls;

/// <summary>
/// All scores, not only the best ones, of a few queries at a time, so that queries × items scores are never in memory.
/// </summary>
internal static unsafe class HostScores<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>Computes the scores of queries with all items, bit for bit those of top-k lists.</summary>
    /// <param name="queries">[queries or more, rank].</param>
    /// <param name="rows">The query rows.</param>
    /// <param name="items">[items, rank].</param>
    /// <param name="threadCount">Threads.</param>
    /// <param name="read">Receives each row of scores.</param>
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

    /// <summary>Computes the scores of pairs of rows and columns.</summary>
    /// <param name="pairs">[rows, columns]; the values are ignored.</param>
    /// <param name="rowFactors">[rows, rank].</param>
    /// <param name="columnFactors">[columns, rank].</param>
    /// <param name="threadCount">Threads.</param>
    /// <param name="scores">[pairs], in order.</param>
    public static void Pairs(
        CsrMatrix pairs, HostFactors rowFactors, HostFactors columnFactors, int threadCount, float[] scores)
    {
        var boundaries = RowChunks.Split(pairs.Indptr, costPerRow: 1);
        ParallelChunks.Run(threadCount, boundaries.Length - 1, () => Stream.Null, (_, chunk) =>
        {
            for (var row = boundaries[chunk]; row < boundaries[chunk + 1]; row++)
            {
                var columns = pairs.RowIndices(row);
                var target = scores.AsSpan((int)pairs.Indptr[row]);
                for (var i = 0; i < columns.Length; i++)
                    target[i] = VectorMath<TSimd, TVector>.Dot(
                        rowFactors.Row(row), columnFactors.Row(columns[i]), columnFactors.Stride);
            }
        });
    }
}

/// <summary>The scores of a panel of queries with all items, in the scratch memory of one thread.</summary>
internal sealed unsafe class ScoreRows<TSimd, TVector> : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private const int Rows = QueryPanels.Rows;
    private const int Block = PackedItems.BlockItems;

    private readonly HostFactors _queries;
    private readonly PackedItems _items;
    private readonly QueryPanels _panel;

    /// <summary>[8, blocks · 32].</summary>
    private readonly NativeFloats _scores;

    /// <summary>
    /// [8, 32] scores, then [8] hits, [8] allowed items and [8] thresholds; the last three are unused.
    /// </summary>
    private readonly NativeFloats _tile = new((Rows * Block) + (3 * Rows));

    public ScoreRows(HostFactors queries, PackedItems items)
    {
        (_queries, _items) = (queries, items);
        _panel = new QueryPanels(Rows, queries.Rank);
        _scores = new NativeFloats((long)Rows * items.BlockCount * Block);
    }

    private int Stride => _items.BlockCount * Block;

    /// <summary>[items], the scores of a query of the panel.</summary>
    public Span<float> Row(int query) => new(_scores.Pointer + ((long)query * Stride), _items.ItemCount);

    /// <summary>Computes the scores of other queries, at most 8.</summary>
    public void Compute(ReadOnlySpan<int> rows)
    {
        _panel.Load(_queries, rows);
        var tile = _tile.Pointer;
        var hits = (uint*)(tile + (Rows * Block));
        for (var block = 0; block < _items.BlockCount; block++)
        {
            ScoreTile<TSimd, TVector>.Score(
                _panel.Panel(0), _items.Block(block), _queries.Rank, rows.Length, (float*)(hits + (2 * Rows)),
                hits + Rows, tile, hits);
            for (var query = 0; query < rows.Length; query++)
                new ReadOnlySpan<float>(tile + (query * Block), Block).CopyTo(
                    new Span<float>(_scores.Pointer + ((long)query * Stride) + (block * Block), Block));
        }
    }

    public void Dispose()
    {
        _panel.Dispose();
        _scores.Dispose();
        _tile.Dispose();
    }
}
