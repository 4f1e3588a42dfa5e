namespace GpuAls;

/// <summary>Scores a group of queries against a split of the items and keeps the best, in the scratch memory of one thread.</summary>
internal sealed unsafe class TopKScan<TSimd, TVector> : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private const int Rows = QueryPanels.Rows;
    private const int Block = PackedItems.BlockItems;

    private readonly HostFactors _queries;
    private readonly PackedItems _items;
    private readonly QueryPanels _panels;
    private readonly AllowedItems _allowed;
    private readonly Candidates _candidates;

    /// <summary>[8, 32] scores and [8] hits of a tile: queries × items is never written out.</summary>
    private readonly NativeFloats _tile = new((Rows * Block) + Rows);

    public TopKScan(HostFactors queries, PackedItems items, CsrMatrix? seen, int groupQueries, int k)
    {
        var places = QueryPanels.PanelsOf(groupQueries) * Rows;
        (_queries, _items) = (queries, items);
        _panels = new QueryPanels(places, queries.Rank);
        _allowed = new AllowedItems(places, items.ItemCount, seen);
        _candidates = new Candidates(places, k);
    }

    /// <summary>Goes through a split.</summary>
    /// <param name="firstRow">The factors of the group's first query.</param>
    /// <param name="lists">The group's rows of the mask.</param>
    /// <param name="blocks">The split.</param>
    public void Run(int firstRow, RowRange lists, RowRange blocks)
    {
        _panels.Load(_queries, firstRow, lists.Count);
        _candidates.Clear();
        _allowed.Start(lists.Start, lists.Count, blocks.Start);
        var end = blocks.Start + blocks.Count;
        for (var first = blocks.Start; first < end; first += AllowedItems.StretchBlocks)
        {
            var count = Math.Min(AllowedItems.StretchBlocks, end - first);
            _allowed.MoveTo(first, count);
            for (var block = first; block < first + count; block++) ScoreBlock(block, lists.Count);
        }
    }

    /// <summary>The best of a query of the group, best first.</summary>
    public ReadOnlySpan<ulong> Best(int query) => _candidates.Best(query);

    public void Dispose()
    {
        _panels.Dispose();
        _allowed.Dispose();
        _candidates.Dispose();
        _tile.Dispose();
    }

    private void ScoreBlock(int block, int queryCount)
    {
        var scores = _tile.Pointer;
        var hits = (uint*)(scores + (Rows * Block));
        for (var first = 0; first < queryCount; first += Rows)
        {
            var rows = Math.Min(Rows, queryCount - first);
            var found = ScoreTile<TSimd, TVector>.Score(
                _panels.Panel(first / Rows), _items.Block(block), _queries.Rank, rows, _candidates.Thresholds + first, _allowed.Bits(block) + first, scores, hits);
            if (!found) continue;
            for (var row = 0; row < rows; row++)
                if (hits[row] != 0) _candidates.Add(first + row, hits[row], scores + (row * Block), block * Block);
        }
    }
}
