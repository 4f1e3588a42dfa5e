namespace GpuAls;

/// <summary>
/// Scores a group of queries against a split of the items and keeps the best, in the scratch memory of one thread.
/// </summary>
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

    /// <summary>[8, 32] scores and [8] hits of a tile. All queries × items scores are never in memory.</summary>
    private readonly NativeFloats _tile = new((Rows * Block) + Rows);

    public TopKScan(HostFactors queries, PackedItems items, CsrMatrix? seen, int groupQueries, int k)
    {
        var capacity = QueryPanels.PanelsOf(groupQueries) * Rows;
        (_queries, _items) = (queries, items);
        _panels = new QueryPanels(capacity, queries.Rank);
        _allowed = new AllowedItems(capacity, items.ItemCount, seen);
        _candidates = new Candidates(capacity, k);
    }

    /// <summary>Scans a split.</summary>
    /// <param name="firstRow">Factor row of the group's first query.</param>
    /// <param name="lists">The group's rows of the mask.</param>
    /// <param name="blocks">The split.</param>
    public void Run(int firstRow, RowRange lists, RowRange blocks)
    {
        _panels.Load(_queries, firstRow, lists.Count);
        _candidates.Clear();
        _allowed.Start(lists.Start, lists.Count, blocks.Start);
        var end = blocks.Start + blocks.Count;
        for (var first = blocks.Start; first < end; first += AllowedItems.WindowBlocks)
        {
            var count = Math.Min(AllowedItems.WindowBlocks, end - first);
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
                _panels.Panel(first / Rows), _items.Block(block), _queries.Rank, rows,
                _candidates.Thresholds + first, _allowed.Bits(block) + first, scores, hits);
            if (!found) continue;
            for (var row = 0; row < rows; row++)
                if (hits[row] != 0) _candidates.Add(first + row, hits[row], scores + (row * Block), block * Block);
        }
    }
}

/// <summary>
/// The items that queries may list, as one bit per item of a window of blocks, [blocks, queries]: not those past the
/// last item, nor those that the query has seen. The rows of seen items are advanced as the window moves.
/// </summary>
/// <param name="queries">Maximum queries at a time.</param>
/// <param name="itemCount">Number of items.</param>
/// <param name="seen">[lists, items]; null to exclude nothing.</param>
internal sealed unsafe class AllowedItems(int queries, int itemCount, CsrMatrix? seen) : IDisposable
{
    /// <summary>Blocks per window: 16 KiB of bits with 64 queries.</summary>
    public const int WindowBlocks = 64;

    private const int Block = PackedItems.BlockItems;

    private readonly NativeFloats _bits = new((long)WindowBlocks * queries);
    private readonly int[] _passed = new int[queries];
    private int _firstList;
    private int _count;
    private int _firstBlock;

    /// <summary>[queries], the bits of a block in the window.</summary>
    public uint* Bits(int block) => (uint*)_bits.Pointer + ((long)(block - _firstBlock) * queries);

    /// <summary>Starts over with other queries, at a block.</summary>
    public void Start(int firstList, int count, int firstBlock)
    {
        (_firstList, _count) = (firstList, count);
        for (var query = 0; seen is not null && query < count; query++)
        {
            var index = seen.RowIndices(firstList + query).BinarySearch(firstBlock * Block);
            _passed[query] = index < 0 ? ~index : index;
        }
    }

    /// <summary>Moves the window forward.</summary>
    public void MoveTo(int firstBlock, int blockCount)
    {
        _firstBlock = firstBlock;
        for (var block = firstBlock; block < firstBlock + blockCount; block++)
        {
            var items = itemCount - (block * Block);
            var bits = new Span<uint>(Bits(block), queries);
            bits[.._count].Fill(items >= Block ? uint.MaxValue : (1u << items) - 1);
            bits[_count..].Clear();
        }

        for (var query = 0; seen is not null && query < _count; query++)
            Exclude(query, seen.RowIndices(_firstList + query), (firstBlock + blockCount) * Block);
    }

    public void Dispose() => _bits.Dispose();

    private void Exclude(int query, ReadOnlySpan<int> row, int endItem)
    {
        var passed = _passed[query];
        for (; passed < row.Length && row[passed] < endItem; passed++)
            Bits(row[passed] / Block)[query] &= ~(1u << (row[passed] % Block));
        _passed[query] = passed;
    }
}
