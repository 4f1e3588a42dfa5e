namespace GpuAls;

/// <summary>
/// Finds the k best items of each query. Tiles of scores are compared with the worst kept score while they are in
/// registers, and only better ones leave them. With few queries, items are split and the splits' lists merged, in exact
/// order of score and index.
/// </summary>
internal static unsafe class HostTopK<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    public static void Select(in TopKQuery query, int threadCount, Span<int> indices, Span<float> scores)
    {
        var (queries, items) = ((HostFactors)query.Queries, ((HostFactors)query.Items).Packed(threadCount));
        var (start, k, seen) = (query.Rows.Start, query.K, ((HostPlays?)query.Seen)?.Matrix);
        var plan = TopKPlan.Of(query.Rows.Count, items.BlockCount, k, threadCount);
        fixed (int* indexPointer = indices)
        {
            fixed (float* scorePointer = scores)
            {
                var lists = new TopKLists(indexPointer, scorePointer, query.Rows.Count, k, plan.Splits);
                ParallelChunks.Run(
                    threadCount,
                    plan.Groups * plan.Splits,
                    () => new TopKScan<TSimd, TVector>(queries, items, seen, plan.GroupQueries, k),
                    (scan, piece) =>
                    {
                        var (group, split) = (plan.Group(piece / plan.Splits), piece % plan.Splits);
                        scan.Run(start + group.Start, group, plan.Split(split));
                        for (var query = 0; query < group.Count; query++)
                            lists.Put(group.Start + query, split, scan.Best(query));
                    });
                lists.Join();
            }
        }
    }
}

/// <summary>
/// How the work is divided: into groups of queries and, if those are few, splits of the items. Lists do not depend on
/// it.
/// </summary>
/// <param name="Queries">Number of queries.</param>
/// <param name="Blocks">Number of blocks of items.</param>
/// <param name="GroupQueries">Queries per group.</param>
/// <param name="Groups">Number of groups.</param>
/// <param name="Splits">Number of splits.</param>
internal readonly record struct TopKPlan(int Queries, int Blocks, int GroupQueries, int Groups, int Splits)
{
    /// <summary>A block of items stays in the L1 cache while the panels of a group are scored.</summary>
    private const int MostQueries = 64;

    /// <summary>Pieces of work per thread, so that no thread waits long for the last one.</summary>
    private const int PiecesPerThread = 4;

    /// <summary>
    /// Each split fills lists of its own, so it gets at least this many items per list element, and this many blocks.
    /// </summary>
    private const int ItemsPerElement = 4;

    private const int LeastBlocks = 16;

    public static TopKPlan Of(int queries, int blocks, int k, int threads)
    {
        var groups = (queries + MostQueries - 1) / MostQueries;
        var wanted = ((PiecesPerThread * threads) + groups - 1) / Math.Max(1, groups);
        var least = Math.Max(LeastBlocks, ItemsPerElement * k / PackedItems.BlockItems);
        return new TopKPlan(
            queries, blocks, Math.Min(MostQueries, queries), groups, Math.Clamp(blocks / least, 1, wanted));
    }

    /// <summary>The queries of a group.</summary>
    public RowRange Group(int group) =>
        new(group * GroupQueries, Math.Min(GroupQueries, Queries - (group * GroupQueries)));

    /// <summary>The blocks of a split.</summary>
    public RowRange Split(int split)
    {
        var first = Segments.Start(Blocks, split, Splits);
        return new RowRange(first, Segments.Start(Blocks, split + 1, Splits) - first);
    }
}

/// <summary>The finished lists, and the lists of each split until they are merged.</summary>
internal sealed unsafe class TopKLists
{
    private readonly int* _indices;
    private readonly float* _scores;
    private readonly int _listCount;
    private readonly int _k;
    private readonly int _splits;
    private readonly ulong[] _found;
    private readonly int[] _counts;

    /// <param name="indices">[lists, k].</param>
    /// <param name="scores">[lists, k].</param>
    /// <param name="listCount">Number of lists.</param>
    /// <param name="k">List length.</param>
    /// <param name="splits">Number of splits of the items.</param>
    public TopKLists(int* indices, float* scores, int listCount, int k, int splits)
    {
        _indices = indices;
        _scores = scores;
        (_listCount, _k, _splits) = (listCount, k, splits);
        _found = splits == 1 ? [] : new ulong[(long)listCount * splits * k];
        _counts = splits == 1 ? [] : new int[listCount * splits];
    }

    /// <summary>Takes a split's best items for a list. Called once for each, from any thread.</summary>
    public void Put(int list, int split, ReadOnlySpan<ulong> best)
    {
        if (_splits == 1)
        {
            Write(list, best);
            return;
        }

        var part = (list * _splits) + split;
        best.CopyTo(_found.AsSpan(part * _k));
        _counts[part] = best.Length;
    }

    /// <summary>Merges the lists of all splits.</summary>
    public void Join()
    {
        if (_splits == 1) return;
        var keys = new BestKeys(_splits * _k);
        for (var list = 0; list < _listCount; list++)
        {
            var all = _found.AsSpan(list * _splits * _k, _splits * _k);
            var count = 0;
            for (var split = 0; split < _splits; split++)
            {
                var length = _counts[(list * _splits) + split];
                all.Slice(split * _k, length).CopyTo(all[count..]);
                count += length;
            }

            if (count > _k) keys.Select(all[..count], _k);
            var best = all[..Math.Min(count, _k)];
            keys.Sort(best);
            Write(list, best);
        }
    }

    private void Write(int list, ReadOnlySpan<ulong> best)
    {
        var indices = new Span<int>(_indices + ((long)list * _k), _k);
        var scores = new Span<float>(_scores + ((long)list * _k), _k);
        for (var i = 0; i < best.Length; i++)
            (indices[i], scores[i]) = (ScoreKey.Item(best[i]), ScoreKey.Score(best[i]));
        indices[best.Length..].Fill(-1);
        scores[best.Length..].Fill(float.NegativeInfinity);
    }
}
