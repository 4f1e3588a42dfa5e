namespace GpuAls;

/// <summary>
/// Item factors repacked for scoring: blocks of <see cref="BlockItems"/> items, factor by factor within a block,
/// [blocks, rank, BlockItems]. Items past the last are zero.
/// </summary>
internal sealed unsafe class PackedItems : IDisposable
{
    /// <summary>Items per block: two of the widest vectors.</summary>
    public const int BlockItems = 32;

    private readonly NativeFloats _values;
    private readonly int _rank;

    /// <param name="items">[items, rank].</param>
    /// <param name="threadCount">Threads.</param>
    /// <param name="order">[items], the item of each position; null to keep items in their own order.</param>
    public PackedItems(HostFactors items, int threadCount, int[]? order = null)
    {
        _rank = items.Rank;
        ItemCount = items.RowCount;
        BlockCount = (ItemCount + BlockItems - 1) / BlockItems;
        _values = new NativeFloats((long)BlockCount * _rank * BlockItems);
        ParallelChunks.Run(threadCount, BlockCount, () => Stream.Null, (_, block) => Pack(items, order, block));
    }

    public int ItemCount { get; }

    public int BlockCount { get; }

    /// <summary>[rank, BlockItems].</summary>
    public float* Block(int block) => _values.Pointer + ((long)block * _rank * BlockItems);

    public void Dispose() => _values.Dispose();

    private void Pack(HostFactors items, int[]? order, int block)
    {
        var target = Block(block);
        var count = Math.Min(BlockItems, ItemCount - (block * BlockItems));
        for (var item = 0; item < count; item++)
        {
            var position = (block * BlockItems) + item;
            var source = items.Row(order?[position] ?? position);
            for (var factor = 0; factor < _rank; factor++) target[(factor * BlockItems) + item] = source[factor];
        }
    }
}

/// <summary>
/// Queries repacked for scoring: panels of <see cref="Rows"/> queries, factor by factor within a panel, [panels, rank,
/// Rows].
/// </summary>
/// <param name="capacity">Maximum number of queries.</param>
/// <param name="rank">Number of factors.</param>
internal sealed unsafe class QueryPanels(int capacity, int rank) : IDisposable
{
    /// <summary>
    /// Queries per panel. With two vectors of items, that is 16 accumulators: enough to hide the latency of two FMA
    /// units.
    /// </summary>
    public const int Rows = 8;

    private readonly NativeFloats _values = new((long)PanelsOf(capacity) * rank * Rows);

    public static int PanelsOf(int queries) => (queries + Rows - 1) / Rows;

    /// <summary>[rank, Rows].</summary>
    public float* Panel(int panel) => _values.Pointer + ((long)panel * rank * Rows);

    /// <summary>
    /// Loads other queries. Slots past the last keep their old contents, and their scores are ignored.
    /// </summary>
    public void Load(HostFactors queries, int first, int count)
    {
        for (var query = 0; query < count; query++) Put(query, queries.Row(first + query));
    }

    /// <inheritdoc cref="Load(HostFactors, int, int)"/>
    public void Load(HostFactors queries, ReadOnlySpan<int> rows)
    {
        for (var query = 0; query < rows.Length; query++) Put(query, queries.Row(rows[query]));
    }

    public void Dispose() => _values.Dispose();

    private void Put(int query, float* source)
    {
        var target = Panel(query / Rows) + (query % Rows);
        for (var factor = 0; factor < rank; factor++) target[factor * Rows] = source[factor];
    }
}
