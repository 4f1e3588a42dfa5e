using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Where a thread's 8×8 scores lie in the tile of its group, in fours of queries and items: two fours each, half a tile apart. A warp
/// covers four such places of queries by eight of items, so that it loads few different rows.
/// </summary>
internal readonly struct TopKPlace
{
    /// <summary>Queries of a tile.</summary>
    public const int TileQueries = 64;

    /// <summary>Items of a tile.</summary>
    public const int TileItems = 128;

    /// <summary>Threads of a group.</summary>
    public const int GroupSize = TileQueries * TileItems / 64;

    private const int WarpItems = 8;
    private const int WarpQueries = 4;

    public readonly int LowQueries;
    public readonly int LowItems;

    private TopKPlace(int queries, int items)
    {
        LowQueries = queries;
        LowItems = items;
    }

    /// <summary>The place of this thread.</summary>
    public static TopKPlace OfThread()
    {
        var warp = Group.IdxX / (WarpItems * WarpQueries);
        var lane = Group.IdxX % (WarpItems * WarpQueries);
        return new TopKPlace((warp / 2 * WarpQueries) + (lane / WarpItems), (warp % 2 * WarpItems) + (lane % WarpItems));
    }

    public int HighQueries => LowQueries + (TileQueries / 8);

    public int HighItems => LowItems + (TileItems / 8);
}
