using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Scores tiles of 64 queries × 128 items as a matrix product, 8×8 scores a thread, and keeps the k best of each query on the fly:
/// scores never leave registers but for candidates, those above the k-th so far.
/// </summary>
internal static class TopKKernel
{
    // One group 64 queries × the items of a split; thread = 8×8 scores of each tile.
    public static void Search(TopKArguments arguments)
    {
        var stage = new TopKStage(SharedMemory.Allocate1D<Float4>(2 * TopKStage.Length).AsContiguous());
        var queryGroups = (arguments.QueryCount + TopKPlace.TileQueries - 1) / TopKPlace.TileQueries;
        var split = Grid.IdxX / queryGroups;
        var firstQuery = (Grid.IdxX - (split * queryGroups)) * TopKPlace.TileQueries;
        var firstRow = arguments.FirstQuery + firstQuery;
        var start = split * arguments.SplitItems;
        var end = IntrinsicMath.Min(start + arguments.SplitItems, arguments.ItemCount);
        var place = TopKPlace.OfThread();
        var lists = new TopKLists(arguments, firstQuery, split);
        stage.Store(0, TopKStage.Fetch(arguments, firstRow, start, 0));

        // A list that is empty takes all it is offered: no more than it has room for.
        var part = IntrinsicMath.Min(arguments.ListLength, TopKPlace.TileItems);
        var turn = 0;
        for (var item = start; item < end; item += TopKPlace.TileItems)
        {
            var scores = Tile8.Zero;
            for (var depth = 0; depth < arguments.Rank4; depth += TopKStage.Depth / Float4.Width)
            {
                Group.Barrier();
                var isLast = depth + (TopKStage.Depth / Float4.Width) >= arguments.Rank4;
                var nextItem = isLast ? item + TopKPlace.TileItems : item;
                var nextDepth = isLast ? 0 : depth + (TopKStage.Depth / Float4.Width);
                var next = TopKStage.Fetch(arguments, firstRow, nextItem, nextDepth);
                scores = stage.Add(scores, turn, place);
                turn = 1 - turn;
                stage.Store(turn, next);
            }

            lists.Offer(arguments, scores, place, firstQuery, item, IntrinsicMath.Min(item + TopKPlace.TileItems, end), part);
            part = TopKPlace.TileItems;
        }

        lists.Merge(arguments, firstQuery);
    }
}
