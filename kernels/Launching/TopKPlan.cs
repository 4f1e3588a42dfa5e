using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>How the queries and items of a search are cut up.</summary>
/// <param name="ListLength">Places of a list while it grows.</param>
/// <param name="Queries">Queries of a launch: a whole number of tiles.</param>
/// <param name="SplitItems">Items of a split: a whole number of tiles.</param>
/// <param name="SplitCount">Number of splits.</param>
internal readonly record struct TopKPlan(int ListLength, int Queries, int SplitItems, int SplitCount)
{
    private const int GroupsPerMultiprocessor = 4;

    /// <summary>Below this what each split does for lists of its own takes longer than scoring.</summary>
    private const int MinimumSplitItems = 32 * TopKPlace.TileItems;

    /// <summary>Bytes of lists and buffers in device memory: more are not faster.</summary>
    private const long MaximumListBytes = 128L << 20;

    /// <summary>Bytes of lists and buffers that the queries of one tile take for one split.</summary>
    public static long LeastBytes(int k) => 2L * sizeof(ulong) * LengthFor(k) * TopKPlace.TileQueries;

    /// <summary>The plan: splits where there are fewer tiles of queries than the device can take at a time.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="queryCount">Number of queries, at least 1.</param>
    /// <param name="itemCount">Number of items.</param>
    /// <param name="k">Length of a list.</param>
    /// <param name="bytes">What lists and buffers may take; <see cref="LeastBytes"/> are taken in any case.</param>
    public static TopKPlan For(Accelerator accelerator, int queryCount, int itemCount, int k, long bytes)
    {
        var length = LengthFor(k);
        var most = Math.Max(1, Math.Min(bytes, MaximumListBytes) / LeastBytes(k));
        var tiles = Tiles(queryCount, TopKPlace.TileQueries);
        var wanted = (GroupsPerMultiprocessor * accelerator.NumMultiprocessors + tiles - 1) / tiles;
        var splits = (int)Math.Min(most, Math.Clamp(wanted, 1, Math.Max(1, itemCount / MinimumSplitItems)));
        var splitItems = Math.Max(1, Tiles(Tiles(itemCount, splits), TopKPlace.TileItems)) * TopKPlace.TileItems;
        splits = Math.Max(1, Tiles(itemCount, splitItems));
        return new TopKPlan(length, (int)Math.Clamp(most / splits, 1, tiles) * TopKPlace.TileQueries, splitItems, splits);
    }

    private static int LengthFor(int k)
    {
        var length = TopKLists.MinimumLength;
        while (length < k) length *= 2;
        return length;
    }

    private static int Tiles(int count, int size) => (count + size - 1) / size;
}
