namespace GpuAls;

/// <summary>
/// How the rows of a Gramian are cut into blocks, which processes share out. The cut depends on the number of rows and
/// the rank alone, so that the sums of blocks, added in their order, have the same bits for any number of processes.
/// </summary>
/// <param name="Most">The most blocks.</param>
/// <param name="LeastRows">The fewest rows of a block, where there are more.</param>
/// <param name="LeastValues">The fewest factors of a block, where there are more.</param>
internal readonly record struct GramianBlocks(int Most, int LeastRows, int LeastValues)
{
    /// <summary>Elements of the sums of all blocks at most: 128 MiB, as 64 blocks have at rank 512.</summary>
    private const long MostSums = 1L << 24;

    /// <summary>All rows in one block.</summary>
    public static GramianBlocks One { get; } = new(1, 1, 1);

    /// <summary>
    /// On the CPU: enough for the threads of a large machine, but few enough that their sums take little memory.
    /// </summary>
    public static GramianBlocks OnHost { get; } = new(64, LeastRows: 256, LeastValues: 1);

    /// <summary>
    /// On devices: one for each of many, but so large (64 MiB) that it takes a few hundred µs, much longer than
    /// launches and copies.
    /// </summary>
    public static GramianBlocks OnDevice { get; } = new(512, LeastRows: 1, LeastValues: 1 << 24);

    /// <summary>The most blocks at a rank.</summary>
    public int MostAt(int rank) => (int)Math.Clamp(MostSums / ((long)rank * rank), 1, Most);

    /// <summary>Rows of a block; the last one may be shorter.</summary>
    /// <param name="rowCount">Rows of all blocks.</param>
    /// <param name="rank">Length of a row.</param>
    public int RowsOf(int rowCount, int rank)
    {
        long most = MostAt(rank);
        return Math.Max(Math.Max(LeastRows, LeastValues / rank), (int)((rowCount + most - 1) / most));
    }

    /// <summary>The blocks that all processes cut, whatever their engines; all of them ask.</summary>
    public GramianBlocks On(IProcessGroup group)
    {
        var all = group.AllGather(this);
        return new GramianBlocks(
            all.Min(one => one.Most), all.Max(one => one.LeastRows), all.Max(one => one.LeastValues));
    }
}
