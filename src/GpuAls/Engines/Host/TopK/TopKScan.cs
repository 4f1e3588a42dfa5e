using System.Runtime.Intrinsics;

namespace GpuAls;

/// <summary>
/// Scores queries against a range of the items, by falling norm, and keeps the best, in the scratch memory of one
/// thread. In rounds of growing length, the queries that can still find an item are sorted by where they stop at the
/// latest, so that the queries of a tile stop together.
/// </summary>
internal sealed unsafe class TopKScan<TSimd, TVector> : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>A block of items stays in the L1 cache while the panels of a group are scored.</summary>
    public const int GroupQueries = 64;

    /// <summary>Blocks in the first round: enough to tell where each query stops.</summary>
    private const int FirstRound = 16;

    private const int Rows = QueryPanels.Rows;
    private const int Block = PackedItems.BlockItems;

    private readonly HostFactors _queries;
    private readonly ItemIndex _items;
    private readonly QueryPanels _panels;
    private readonly AllowedItems _allowed;
    private readonly Candidates _candidates;

    /// <summary>Of each query: <see cref="NormBound.OfQuery"/>, and the norm that items must have.</summary>
    private readonly double[] _norms;
    private readonly float[] _cutoffs;

    /// <summary>The queries that can still find an item, and the negated cutoffs that they are sorted by.</summary>
    private readonly int[] _active;
    private readonly float[] _order;

    /// <summary>The rows of a group's queries among the factors, and among the lists.</summary>
    private readonly int[] _groupRows;
    private readonly int[] _groupLists;

    /// <summary>[group], thresholds; [group], cutoffs; [8, 32] scores and [8] hits of a tile.</summary>
    private readonly NativeFloats _scratch;

    /// <param name="queries">[queries or more, rank].</param>
    /// <param name="items">The items.</param>
    /// <param name="seen">[lists, items]; null to exclude nothing.</param>
    /// <param name="capacity">Maximum queries at a time.</param>
    /// <param name="k">List length.</param>
    public TopKScan(HostFactors queries, ItemIndex items, CsrMatrix? seen, int capacity, int k)
    {
        var group = QueryPanels.PanelsOf(Math.Min(capacity, GroupQueries)) * Rows;
        (_queries, _items) = (queries, items);
        _panels = new QueryPanels(group, queries.Rank);
        _allowed = new AllowedItems(group, items, seen);
        _candidates = new Candidates(capacity, k);
        (_norms, _cutoffs) = (new double[capacity], new float[capacity]);
        (_active, _order) = (new int[capacity], new float[capacity]);
        (_groupRows, _groupLists) = (new int[group], new int[group]);
        _scratch = new NativeFloats((2 * group) + (Rows * Block) + Rows);
    }

    /// <summary>Pairs of a query and an item that were scored.</summary>
    public long ScoredPairs { get; private set; }

    private float* Thresholds => _scratch.Pointer;

    private float* Cutoffs => _scratch.Pointer + _groupRows.Length;

    private float* Tile => _scratch.Pointer + (2 * _groupRows.Length);

    /// <summary>Scans a range of the items.</summary>
    /// <param name="firstRow">Factor row of the first query.</param>
    /// <param name="lists">The queries' lists, and rows of the mask.</param>
    /// <param name="blocks">Where to look.</param>
    /// <param name="limits">What the keys of each query must be better than.</param>
    public void Run(int firstRow, RowRange lists, RowRange blocks, ReadOnlySpan<ulong> limits)
    {
        _candidates.Start(limits);
        for (var query = 0; query < lists.Count; query++)
        {
            _norms[query] = NormBound.OfQuery(_queries.Row(firstRow + query), _queries.Stride);
            _active[query] = query;
            SetCutoff(query);
        }

        var (active, round, end) = (lists.Count, FirstRound, blocks.Start + blocks.Count);
        for (var start = blocks.Start; start < end; start += round, round = start - blocks.Start)
        {
            active = SortActive(active, _items.Norm(start));
            if (active == 0) return;
            var next = Math.Min(end, start + round);
            for (var first = 0; first < active; first += GroupQueries)
                ScanGroup(
                    firstRow, lists.Start, _active.AsSpan(first, Math.Min(GroupQueries, active - first)), start, next);
        }
    }

    /// <summary>The best of a query, best first.</summary>
    public ReadOnlySpan<ulong> Best(int query) => _candidates.Best(query);

    /// <summary>The norm that an item must have to enter the list of a query as it is now.</summary>
    public float Cutoff(int query) => _cutoffs[query];

    public void Dispose()
    {
        _panels.Dispose();
        _allowed.Dispose();
        _scratch.Dispose();
    }

    private void SetCutoff(int query) =>
        _cutoffs[query] = NormBound.Cutoff(_candidates.LeastScore(query), _norms[query], _queries.Stride);

    /// <summary>Keeps the queries that items of a norm may matter to, those who stop first behind.</summary>
    private int SortActive(int active, float norm)
    {
        var kept = 0;
        for (var i = 0; i < active; i++)
        {
            var query = _active[i];
            _active[kept] = query;
            _order[kept] = _cutoffs[query];
            kept += norm >= _cutoffs[query] ? 1 : 0;
        }

        if (kept > Rows) _order.AsSpan(0, kept).Sort(_active.AsSpan(0, kept));
        return kept;
    }

    private void ScanGroup(int firstRow, int firstList, ReadOnlySpan<int> group, int start, int end)
    {
        var least = float.PositiveInfinity;
        for (var i = 0; i < group.Length; i++)
        {
            (_groupRows[i], _groupLists[i]) = (firstRow + group[i], firstList + group[i]);
            (Thresholds[i], Cutoffs[i]) = (_candidates.Threshold(group[i]), _cutoffs[group[i]]);
            least = Math.Min(least, Cutoffs[i]);
        }

        for (var i = group.Length; i % Rows != 0; i++) Cutoffs[i] = float.PositiveInfinity;
        _panels.Load(_queries, _groupRows.AsSpan(0, group.Length));
        end = Math.Min(end, _items.End(start, least));
        for (var first = start; first < end; first += AllowedItems.MostBlocks)
        {
            var window = new RowRange(first, Math.Min(AllowedItems.MostBlocks, end - first));
            _allowed.MoveTo(_groupLists.AsSpan(0, group.Length), window);
            for (var block = first; block < first + window.Count; block++)
                if (!ScoreBlock(block, group)) return;
        }
    }

    /// <returns>False if the block, and each later one, is of no use to any query.</returns>
    private bool ScoreBlock(int block, ReadOnlySpan<int> group)
    {
        var norm = Vector256.Create(_items.Norm(block));
        var items = _items.Items(block);
        var hits = (uint*)(Tile + (Rows * Block));
        var isOfUse = false;
        for (var first = 0; first < group.Length; first += Rows)
        {
            if (!Vector256.GreaterThanOrEqualAny(norm, Vector256.Load(Cutoffs + first))) continue;
            isOfUse = true;
            var rows = Math.Min(Rows, group.Length - first);
            ScoredPairs += rows * items.Length;
            var found = ScoreTile<TSimd, TVector>.Score(
                _panels.Panel(first / Rows), _items.Packed.Block(block), _queries.Rank, rows,
                Thresholds + first, _allowed.Bits(block) + first, Tile, hits);
            if (!found) continue;
            for (var row = 0; row < rows; row++)
                if (hits[row] != 0 && _candidates.Add(group[first + row], hits[row], Tile + (row * Block), items))
                    Tighten(group[first + row], first + row);
        }

        return isOfUse;
    }

    private void Tighten(int query, int slot)
    {
        SetCutoff(query);
        (Thresholds[slot], Cutoffs[slot]) = (_candidates.Threshold(query), _cutoffs[query]);
    }
}
