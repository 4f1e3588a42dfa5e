using ILGPU;

namespace GpuAls.Kernels;

/// <summary>What the top-k kernel takes.</summary>
public struct TopKArguments
{
    /// <summary>[query rows, rank4].</summary>
    public ArrayView<Float4> Queries;

    /// <summary>[items, rank4].</summary>
    public ArrayView<Float4> Items;

    /// <summary>[queries + 1], or nothing where no item is left out.</summary>
    public ArrayView<long> SeenIndptr;

    /// <summary>[seen entries], rising within a query.</summary>
    public ArrayView<int> SeenIndices;

    /// <summary>[queries, k], items, best first.</summary>
    public ArrayView<int> ListIndices;

    /// <summary>[queries, k].</summary>
    public ArrayView<float> ListScores;

    /// <summary>Row of query 0.</summary>
    public int FirstQuery;

    /// <summary>Number of queries.</summary>
    public int QueryCount;

    /// <summary>Number of items.</summary>
    public int ItemCount;

    /// <summary>Float4s in a row.</summary>
    public int Rank4;

    /// <summary>Length of a list.</summary>
    public int K;

    /// <summary>1 where seen items are left out.</summary>
    public int HasSeen;
}

/// <summary>
/// Scores a tile of queries against a tile of items in registers and keeps the k best of each query on the fly: only a tile of
/// scores is ever written, to shared memory.
/// </summary>
internal static class TopKKernel
{
    /// <summary>Queries of a group.</summary>
    public const int TileQueries = 8;

    /// <summary>Items of a tile.</summary>
    public const int TileItems = 64;

    /// <summary>Threads of a group; each scores four items for one query.</summary>
    public const int GroupSize = 128;

    private const int ItemsPerThread = TileQueries * TileItems / GroupSize;
    private const int ThreadsPerQuery = TileItems / ItemsPerThread;

    /// <summary>Float4s of each row staged at a time.</summary>
    private const int StageDepth = 8;

    // One group eight queries; thread = four items of a tile for one query. The first thread of a query keeps its list.
    public static void Kernel(TopKArguments arguments)
    {
        var scores = SharedMemory.Allocate1D<float>(TileQueries * TileItems).AsContiguous();
        var queries = SharedMemory.Allocate1D<Float4>(TileQueries * StageDepth).AsContiguous();
        var items = SharedMemory.Allocate1D<Float4>(TileItems * StageDepth).AsContiguous();
        var firstQuery = Grid.IdxX * TileQueries;
        var query = firstQuery + (Group.IdxX / ThreadsPerQuery);
        var keeper = Group.IdxX % ThreadsPerQuery == 0 && query < arguments.QueryCount;
        var list = new TopKList(arguments, keeper ? query : 0);
        for (var firstItem = 0; firstItem < arguments.ItemCount; firstItem += TileItems)
        {
            ScoreTile(arguments, queries, items, scores, firstQuery, firstItem);
            Group.Barrier();
            if (keeper) list.Offer(scores.SubView((query - firstQuery) * TileItems, TileItems), firstItem, arguments.ItemCount);
        }

        if (keeper) list.Sort();
    }

    private static void ScoreTile(
        in TopKArguments arguments, ArrayView<Float4> queries, ArrayView<Float4> items, ArrayView<float> scores, int firstQuery, int firstItem)
    {
        var q = Group.IdxX / ThreadsPerQuery;
        var lane = Group.IdxX % ThreadsPerQuery;
        var sums = Float4.Zero;
        for (var depth = 0; depth < arguments.Rank4; depth += StageDepth)
        {
            var count = arguments.Rank4 - depth < StageDepth ? arguments.Rank4 - depth : StageDepth;
            Group.Barrier();
            Load(arguments.Queries, queries, arguments.FirstQuery + firstQuery, arguments.QueryCount - firstQuery, TileQueries, arguments.Rank4, depth, count);
            Load(arguments.Items, items, firstItem, arguments.ItemCount - firstItem, TileItems, arguments.Rank4, depth, count);
            Group.Barrier();
            for (var i = 0; i < count; i++)
            {
                var x = queries[(i * TileQueries) + q];
                var place = (i * TileItems) + lane;
                sums = new Float4(
                    sums.X + x.Dot(items[place]),
                    sums.Y + x.Dot(items[place + ThreadsPerQuery]),
                    sums.Z + x.Dot(items[place + (2 * ThreadsPerQuery)]),
                    sums.W + x.Dot(items[place + (3 * ThreadsPerQuery)]));
            }
        }

        var target = (q * TileItems) + lane;
        scores[target] = sums.X;
        scores[target + ThreadsPerQuery] = sums.Y;
        scores[target + (2 * ThreadsPerQuery)] = sums.Z;
        scores[target + (3 * ThreadsPerQuery)] = sums.W;
    }

    /// <summary>Stages Float4s depth .. depth + count - 1 of some rows, [count, tileRows]; rows beyond the last are zero.</summary>
    private static void Load(
        ArrayView<Float4> source, ArrayView<Float4> stage, int firstRow, int rowCount, int tileRows, int rank4, int depth, int count)
    {
        for (var i = Group.IdxX; i < tileRows * count; i += Group.DimX)
        {
            var row = i / count;
            var place = depth + (i - (row * count));
            stage[((i - (row * count)) * tileRows) + row] = row < rowCount ? source[((long)(firstRow + row) * rank4) + place] : Float4.Zero;
        }
    }
}
