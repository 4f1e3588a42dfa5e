namespace GpuAls;

/// <summary>
/// How the work is shared out: groups of queries, and where these are few, splits of the items too. The lists do not depend on it.
/// </summary>
/// <param name="Queries">Number of queries.</param>
/// <param name="Blocks">Number of blocks of items.</param>
/// <param name="GroupQueries">Queries of a group.</param>
/// <param name="Groups">Number of groups.</param>
/// <param name="Splits">Number of splits.</param>
internal readonly record struct TopKPlan(int Queries, int Blocks, int GroupQueries, int Groups, int Splits)
{
    /// <summary>A block of items stays in the first-level cache while the panels of a group pass.</summary>
    private const int MostQueries = 64;

    /// <summary>Pieces of work for each thread, so that none waits long for the last.</summary>
    private const int PiecesOfAThread = 4;

    /// <summary>Each split fills lists of its own: it has this many items for each place of them, and this many blocks.</summary>
    private const int ItemsOfAPlace = 4;

    private const int LeastBlocks = 16;

    public static TopKPlan Of(int queries, int blocks, int k, int threads)
    {
        var groups = (queries + MostQueries - 1) / MostQueries;
        var wanted = ((PiecesOfAThread * threads) + groups - 1) / Math.Max(1, groups);
        var least = Math.Max(LeastBlocks, ItemsOfAPlace * k / PackedItems.BlockItems);
        return new TopKPlan(queries, blocks, Math.Min(MostQueries, queries), groups, Math.Clamp(blocks / least, 1, wanted));
    }

    /// <summary>Queries of a group.</summary>
    public RowRange Group(int group) => new(group * GroupQueries, Math.Min(GroupQueries, Queries - (group * GroupQueries)));

    /// <summary>Blocks of a split.</summary>
    public RowRange Split(int split)
    {
        var first = Segments.Start(Blocks, split, Splits);
        return new RowRange(first, Segments.Start(Blocks, split + 1, Splits) - first);
    }
}
