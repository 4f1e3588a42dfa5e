namespace GpuAls;

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

    /// <summary>[8, 32] scores, then [8] hits, [8] items allowed, and [8] thresholds, of a search that looks for nothing.</summary>
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

    /// <summary>Takes other queries, 8 at most.</summary>
    public void Compute(ReadOnlySpan<int> rows)
    {
        _panel.Load(_queries, rows);
        var tile = _tile.Pointer;
        var hits = (uint*)(tile + (Rows * Block));
        for (var block = 0; block < _items.BlockCount; block++)
        {
            ScoreTile<TSimd, TVector>.Score(_panel.Panel(0), _items.Block(block), _queries.Rank, rows.Length, (float*)(hits + (2 * Rows)), hits + Rows, tile, hits);
            for (var query = 0; query < rows.Length; query++)
                new ReadOnlySpan<float>(tile + (query * Block), Block).CopyTo(new Span<float>(_scores.Pointer + ((long)query * Stride) + (block * Block), Block));
        }
    }

    public void Dispose()
    {
        _panel.Dispose();
        _scores.Dispose();
        _tile.Dispose();
    }
}
