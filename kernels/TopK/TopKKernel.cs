using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Arguments of the top-k kernels. Items come in the order of falling norm, and a group of queries stops where none of
/// them can find a better item. The first items are searched for all queries; then the queries that have not stopped
/// are sorted by where they stop at the latest, and search the rest.
/// </summary>
public struct TopKArguments
{
    /// <summary>[query rows, rank4].</summary>
    public ArrayView<Float4> Queries;

    /// <summary>[items, rank4].</summary>
    public ArrayView<Float4> Items;

    /// <summary>
    /// [positions], the items by falling norm; the last is repeated up to the end of the tile after it.
    /// </summary>
    public ArrayView<Int4> ItemOrder;

    /// <summary>[tiles + 1], the largest norm in a tile, rounded up; 0 at the end.</summary>
    public ArrayView<float> TileNorms;

    /// <summary>[positions], the queries of this launch; the last is repeated up to the end of its tile.</summary>
    public ArrayView<Int4> QueryOrder;

    /// <summary>[queries + 1], or empty if no items are excluded.</summary>
    public ArrayView<long> SeenIndptr;

    /// <summary>[seen entries], ascending within each query.</summary>
    public ArrayView<int> SeenIndices;

    /// <summary>
    /// [queries, ListLength], keys of the first items in descending order; then [splits, positions, ListLength], those
    /// of the rest.
    /// </summary>
    public ArrayView<ulong> Lists;

    /// <summary>[splits, positions, ListLength], the candidate buffer of each list.</summary>
    public ArrayView<TopKCandidate> Candidates;

    /// <summary>[queries], the norm that an item must have to be of use after the first ones.</summary>
    public ArrayView<float> Cutoffs;

    /// <summary>[queries], the position of each query in the search of the rest; -1 if it had stopped before.</summary>
    public ArrayView<int> Positions;

    /// <summary>[queries, k], items, best first.</summary>
    public ArrayView<int> ListIndices;

    /// <summary>[queries, k].</summary>
    public ArrayView<float> ListScores;

    /// <summary>Where the lists of a search start.</summary>
    public long FirstKey;

    /// <summary>The row of query 0.</summary>
    public int FirstQuery;

    /// <summary>Index of this launch's query 0 in the seen items and in the output lists.</summary>
    public int FirstList;

    /// <summary>Number of queries in this launch.</summary>
    public int QueryCount;

    /// <summary>Number of items.</summary>
    public int ItemCount;

    /// <summary>Position of the first item to search.</summary>
    public int FirstItem;

    /// <summary>End of the positions to search (exclusive).</summary>
    public int EndItem;

    /// <summary>Items per split. Each split has lists of its own, which are merged at the end.</summary>
    public int SplitItems;

    /// <summary>Number of splits.</summary>
    public int SplitCount;

    /// <summary>Number of queries that searched the rest.</summary>
    public int RestCount;

    /// <summary>1 to search for what is better than the lists of the first items.</summary>
    public int IsRest;

    /// <summary>Capacity of a list while it grows: a power of two ≥ k.</summary>
    public int ListLength;

    /// <summary>Float4s in a row.</summary>
    public int Rank4;

    /// <summary>Length of a list.</summary>
    public int K;

    /// <summary>1 to exclude seen items.</summary>
    public int HasSeen;
}

/// <summary>
/// Scores tiles of 64 queries × 128 items as a matrix product, 8×8 scores per thread, and keeps the k best of each
/// query on the fly. Only candidates, scores as good as the current k-th, ever leave registers.
/// </summary>
internal static class TopKKernel
{
    // Group = 64 queries × the items of a split; thread = 8×8 scores of each tile.
    public static void Search(TopKArguments arguments)
    {
        var stage = new TopKStage(SharedMemory.Allocate1D<Float4>(2 * TopKStage.Length).AsContiguous());
        var queryGroups = (arguments.QueryCount + TopKThread.TileQueries - 1) / TopKThread.TileQueries;
        var split = Grid.IdxX / queryGroups;
        var firstQuery = (Grid.IdxX - (split * queryGroups)) * TopKThread.TileQueries;
        var start = arguments.FirstItem + (split * arguments.SplitItems);
        var end = IntrinsicMath.Min(start + arguments.SplitItems, arguments.EndItem);
        var thread = TopKThread.Current();
        var lists = new TopKLists(arguments, firstQuery, split);
        stage.Store(0, TopKStage.Fetch(arguments, firstQuery, start, 0));

        // An empty list accepts everything it is offered, so offer no more than fits.
        var part = IntrinsicMath.Min(arguments.ListLength, TopKThread.TileItems);
        var turn = 0;
        for (var item = start; item < end; item += TopKThread.TileItems)
        {
            var scores = Tile8.Zero;
            for (var depth = 0; depth < arguments.Rank4; depth += TopKStage.Depth / Float4.Width)
            {
                Group.Barrier();
                var isLast = depth + (TopKStage.Depth / Float4.Width) >= arguments.Rank4;
                var nextItem = isLast ? item + TopKThread.TileItems : item;
                var nextDepth = isLast ? 0 : depth + (TopKStage.Depth / Float4.Width);
                var next = TopKStage.Fetch(arguments, firstQuery, nextItem, nextDepth);
                scores = stage.Add(scores, turn, thread);
                turn = 1 - turn;
                stage.Store(turn, next);
            }

            lists.Offer(
                arguments, scores, thread, firstQuery, item, IntrinsicMath.Min(item + TopKThread.TileItems, end), part);
            part = TopKThread.TileItems;

            // Buffers are merged when they are full, at the end, and after 1, 2, 4 … tiles, to know where the end is.
            var following = item + TopKThread.TileItems;
            var tiles = (following - start) / TopKThread.TileItems;
            var norm = following < end ? arguments.TileNorms[following / TopKThread.TileItems] : -1;
            var stops = norm < lists.LeastCutoff();
            if (stops || (tiles & (tiles - 1)) == 0) lists.Merge(arguments, firstQuery);
            if (stops) end = start;
        }

        Group.Barrier();
        lists.WriteCutoffs(arguments, firstQuery);
    }
}

/// <summary>
/// Which 8×8 scores of its group's tile a thread computes. They are two fours of queries by two fours of items, each
/// pair half a tile apart. A warp is four threads along the queries by eight along the items, so that it loads few
/// different rows.
/// </summary>
internal readonly struct TopKThread
{
    /// <summary>Queries per tile.</summary>
    public const int TileQueries = 64;

    /// <summary>Items per tile.</summary>
    public const int TileItems = 128;

    /// <summary>Threads per group.</summary>
    public const int GroupSize = TileQueries * TileItems / 64;

    private const int WarpItems = 8;
    private const int WarpQueries = 4;

    public readonly int LowQueries;
    public readonly int LowItems;

    private TopKThread(int queries, int items)
    {
        LowQueries = queries;
        LowItems = items;
    }

    /// <summary>The calling thread.</summary>
    public static TopKThread Current()
    {
        var warp = Group.IdxX / (WarpItems * WarpQueries);
        var lane = Group.IdxX % (WarpItems * WarpQueries);
        return new TopKThread(
            (warp / 2 * WarpQueries) + (lane / WarpItems), (warp % 2 * WarpItems) + (lane % WarpItems));
    }

    public int HighQueries => LowQueries + (TileQueries / 8);

    public int HighItems => LowItems + (TileItems / 8);
}

/// <summary>Merges each query's lists from all splits of the items and writes the result.</summary>
internal static class TopKMerge
{
    // Group = as many queries as fit in its keys; thread = eight keys of a list. Splits are merged in order.
    public static void Splits(TopKArguments arguments)
    {
        var sort = new BitonicSort(
            SharedMemory.Allocate1D<ulong>(BitonicSort.MemoryLength).AsContiguous(), arguments.ListLength);
        var first = (Grid.IdxX * (long)BitonicSort.KeyCount) + (Group.IdxX * Keys8.Count);
        var query = (int)(first / arguments.ListLength);
        var position = (int)(first - ((long)query * arguments.ListLength));
        var exists = query < arguments.QueryCount;
        var list = exists ? query : 0;
        var back = arguments.ListLength - Keys8.Count - position;
        var keys = Keys8.At(arguments.Lists, ((long)list * arguments.ListLength) + position);
        var rest = arguments.SplitCount > 0 ? arguments.Positions[list] : -1;
        for (var split = 0; split < arguments.SplitCount; split++)
        {
            // Both lists are descending: pairing one's front with the other's back, the higher keys of all pairs are
            // the top of both.
            if (rest >= 0)
            {
                var index = ((long)split * arguments.RestCount) + rest;
                var other = Keys8.At(arguments.Lists, arguments.FirstKey + (index * arguments.ListLength) + back);
                keys.Keep(other.Reversed(), higher: true);
            }

            keys = sort.BitonicDescending(keys);
        }

        Group.Barrier();
        if (!exists) return;
        keys.Store(sort.Own, 0);
        for (var i = 0; i < Keys8.Count && position + i < arguments.K; i++)
            Write(arguments, query, position + i, sort.Own[i]);
    }

    private static void Write(in TopKArguments arguments, int query, int position, ulong key)
    {
        var target = ((long)(arguments.FirstList + query) * arguments.K) + position;
        arguments.ListIndices[target] = TopKKey.Item(key);
        arguments.ListScores[target] = TopKKey.Score(key);
    }
}
