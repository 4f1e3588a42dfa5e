namespace GpuAls;

/// <summary>
/// Finds the k best items of each query. Tiles of scores are compared with the worst kept score while they are in
/// registers, and only better ones leave them. Items come by falling norm, and a query stops where no later item can
/// enter its list; the lists are those of scoring every pair, to the bit.
/// </summary>
/// <param name="query">Queries, items, the mask and k.</param>
/// <param name="items">The items of the query.</param>
/// <param name="threadCount">Threads.</param>
internal sealed unsafe class HostTopK<TSimd, TVector>(TopKQuery query, ItemIndex items, int threadCount)
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly TopKPlan _plan = TopKPlan.Of(query.Rows.Count, items.Packed.BlockCount, query.K, threadCount);
    private long _scoredPairs;

    /// <summary>Makes the lists.</summary>
    /// <returns>Pairs of a query and an item that were scored.</returns>
    public long Select(Span<int> indices, Span<float> scores)
    {
        fixed (int* indexPointer = indices)
        {
            fixed (float* scorePointer = scores)
            {
                var lists = new TopKLists(indexPointer, scorePointer, query.K);
                var ends = SelectFirst(lists);
                if (_plan.IsSplit) SelectRest(lists, ends);
            }
        }

        return _scoredPairs;
    }

    /// <summary>Makes lists of all blocks, or of the first ones where the others are to be split.</summary>
    /// <returns>[groups], the block where the last query of each group stops.</returns>
    private int[] SelectFirst(TopKLists lists)
    {
        var ends = new int[_plan.Groups];
        var blocks = new RowRange(0, _plan.FirstBlocks);
        Run(_plan.Groups, (scan, piece) =>
        {
            var group = _plan.Group(piece);
            var limits = new ulong[group.Count];
            limits.AsSpan().Fill(ScoreKey.None);
            scan.Run(query.Rows.Start + group.Start, group, blocks, limits);
            for (var i = 0; i < group.Count; i++)
            {
                lists.Write(group.Start + i, scan.Best(i));
                if (_plan.IsSplit) ends[piece] = Math.Max(ends[piece], items.End(blocks.Count, scan.Cutoff(i)));
            }
        });
        return ends;
    }

    /// <summary>Looks for better items in splits of the blocks that are left, and merges what they find.</summary>
    private void SelectRest(TopKLists lists, int[] ends)
    {
        var splits = _plan.Splits(ends.Max() - _plan.FirstBlocks, query.K);
        if (splits == 0) return;
        var parts = new TopKParts(query.Rows.Count, splits, query.K);
        Run(_plan.Groups * splits, (scan, piece) =>
        {
            var (group, split) = (_plan.Group(piece / splits), piece % splits);
            var limits = new ulong[group.Count];
            for (var i = 0; i < group.Count; i++) limits[i] = lists.Limit(group.Start + i);
            var blocks = _plan.Split(split, splits, ends[piece / splits]);
            scan.Run(query.Rows.Start + group.Start, group, blocks, limits);
            for (var i = 0; i < group.Count; i++) parts.Put(group.Start + i, split, scan.Best(i));
        });
        parts.Merge(lists);
    }

    private void Run(int pieces, Action<TopKScan<TSimd, TVector>, int> work)
    {
        var (queries, seen) = ((HostFactors)query.Queries, ((HostPlays?)query.Seen)?.Matrix);
        ParallelChunks.Run(
            threadCount,
            pieces,
            () => new TopKScan<TSimd, TVector>(queries, items, seen, _plan.GroupQueries, query.K),
            (scan, piece) =>
            {
                var before = scan.ScoredPairs;
                work(scan, piece);
                Interlocked.Add(ref _scoredPairs, scan.ScoredPairs - before);
            });
    }
}

/// <summary>
/// How the work is divided: into groups of queries and, if those are few, splits of the items. Lists do not depend on
/// it.
/// </summary>
/// <param name="Queries">Number of queries.</param>
/// <param name="GroupQueries">Queries per group.</param>
/// <param name="Groups">Number of groups.</param>
/// <param name="FirstBlocks">Blocks of items that are not split.</param>
/// <param name="WantedSplits">Splits of the other blocks, if there are any; at least 2.</param>
internal readonly record struct TopKPlan(int Queries, int GroupQueries, int Groups, int FirstBlocks, int WantedSplits)
{
    /// <summary>Among more queries, those that stop together are easier to find.</summary>
    private const int MostQueries = 1024;

    /// <summary>The candidates of a group stay in the L2 cache.</summary>
    private const int CandidateBytes = 1 << 19;

    /// <summary>Pieces of work per thread, so that no thread waits long for the last one.</summary>
    private const int PiecesPerThread = 4;

    /// <summary>
    /// Each split fills lists of its own, so it gets at least this many items per list element, and this many blocks.
    /// </summary>
    private const int ItemsPerElement = 4;

    private const int LeastBlocks = 16;

    /// <summary>Whether blocks are left to be split.</summary>
    public bool IsSplit => WantedSplits > 0;

    public static TopKPlan Of(int queries, int blocks, int k, int threads)
    {
        const int Tile = QueryPanels.Rows * 8;
        var most = Math.Min(MostQueries, CandidateBytes / sizeof(ulong) / Candidates.Capacity(k));
        var wanted = (queries + (PiecesPerThread * threads) - 1) / (PiecesPerThread * threads);
        var groupQueries = Math.Clamp((Math.Min(wanted, most) + Tile - 1) / Tile * Tile, 1, Math.Max(1, queries));
        var groups = (queries + groupQueries - 1) / groupQueries;
        var first = 2 * Least(k);
        var splits = threads == 1 || blocks <= first ? 1
            : ((PiecesPerThread * threads) + groups - 1) / Math.Max(1, groups);
        return splits == 1
            ? new TopKPlan(queries, groupQueries, groups, blocks, 0)
            : new TopKPlan(queries, groupQueries, groups, first, splits);
    }

    /// <summary>The queries of a group.</summary>
    public RowRange Group(int group) =>
        new(group * GroupQueries, Math.Min(GroupQueries, Queries - (group * GroupQueries)));

    /// <summary>How many splits some blocks are worth.</summary>
    public int Splits(int blocks, int k) => blocks <= 0 ? 0 : Math.Clamp(blocks / Least(k), 1, WantedSplits);

    /// <summary>The blocks of a split.</summary>
    /// <param name="split">The split.</param>
    /// <param name="splits">Number of splits.</param>
    /// <param name="end">The block where the last one ends.</param>
    public RowRange Split(int split, int splits, int end)
    {
        var blocks = Math.Max(0, end - FirstBlocks);
        var first = Segments.Start(blocks, split, splits);
        return new RowRange(FirstBlocks + first, Segments.Start(blocks, split + 1, splits) - first);
    }

    private static int Least(int k) => Math.Max(LeastBlocks, ItemsPerElement * k / PackedItems.BlockItems);
}

/// <summary>The lists.</summary>
/// <param name="indices">[lists, k].</param>
/// <param name="scores">[lists, k].</param>
/// <param name="k">List length.</param>
internal sealed unsafe class TopKLists(int* indices, float* scores, int k)
{
    /// <summary>Writes a list; called from any thread.</summary>
    public void Write(int list, ReadOnlySpan<ulong> best)
    {
        var listIndices = Indices(list);
        var listScores = Scores(list);
        for (var i = 0; i < best.Length; i++)
            (listIndices[i], listScores[i]) = (ScoreKey.Item(best[i]), ScoreKey.Score(best[i]));
        listIndices[best.Length..].Fill(-1);
        listScores[best.Length..].Fill(float.NegativeInfinity);
    }

    /// <summary>The last key of a list.</summary>
    public ulong Limit(int list) => Indices(list)[^1] < 0 ? ScoreKey.None : Key(list, k - 1);

    /// <summary>Reads a list.</summary>
    /// <returns>Number of keys.</returns>
    public int Read(int list, Span<ulong> keys)
    {
        var count = 0;
        for (; count < k && Indices(list)[count] >= 0; count++) keys[count] = Key(list, count);
        return count;
    }

    private ulong Key(int list, int i) => ScoreKey.Of(Scores(list)[i], Indices(list)[i]);

    private Span<int> Indices(int list) => new(indices + ((long)list * k), k);

    private Span<float> Scores(int list) => new(scores + ((long)list * k), k);
}

/// <summary>The lists of each split of the items, until they are merged.</summary>
/// <param name="lists">Number of lists.</param>
/// <param name="splits">Number of splits.</param>
/// <param name="k">List length.</param>
internal sealed class TopKParts(int lists, int splits, int k)
{
    private readonly ulong[] _found = new ulong[(long)lists * splits * k];
    private readonly int[] _counts = new int[lists * splits];

    /// <summary>Takes a split's best items for a list. Called once for each, from any thread.</summary>
    public void Put(int list, int split, ReadOnlySpan<ulong> best)
    {
        var part = (list * splits) + split;
        best.CopyTo(_found.AsSpan(part * k));
        _counts[part] = best.Length;
    }

    /// <summary>Adds what was found to the lists.</summary>
    public void Merge(TopKLists target)
    {
        var keys = new ulong[(splits + 1) * k];
        var best = new BestKeys(keys.Length);
        for (var list = 0; list < lists; list++)
        {
            var count = target.Read(list, keys);
            for (var part = list * splits; part < (list + 1) * splits; part++)
            {
                _found.AsSpan(part * k, _counts[part]).CopyTo(keys.AsSpan(count));
                count += _counts[part];
            }

            if (count > k) best.Select(keys.AsSpan(0, count), k);
            var kept = keys.AsSpan(0, Math.Min(count, k));
            best.Sort(kept);
            target.Write(list, kept);
        }
    }
}
