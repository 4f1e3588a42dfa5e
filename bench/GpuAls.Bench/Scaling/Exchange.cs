namespace GpuAls.Bench.Scaling;

/// <summary>What an iteration brings to each process, without acceleration and features.</summary>
/// <param name="Rank">Length of a factor vector.</param>
/// <param name="ProcessCount">Number of processes.</param>
/// <param name="Engine">How the Gramian is cut into blocks.</param>
internal sealed record Exchange(int Rank, int ProcessCount, EngineCapabilities Engine)
{
    private const int ScalarBytes = 8;
    private const int TermsOfLoss = 3;
    private const int ReportBytes = 12;

    /// <summary>Bytes that a process receives: both halves, and whether the training goes on.</summary>
    /// <param name="process">Which process.</param>
    /// <param name="users">Its users, and all.</param>
    /// <param name="items">Its items, and all.</param>
    /// <param name="tracksLoss">Whether the loss is computed.</param>
    public long Received(int process, (long Own, long All) users, (long Own, long All) items, bool tracksLoss)
    {
        var others = ProcessCount - 1;
        var gramians = GramianBytes(process, users.All) + GramianBytes(process, items.All);
        var factors = FactorBytes(users.All - users.Own) + FactorBytes(items.All - items.Own);
        var halves = factors + gramians + (2 * ReportBytes * others);
        var loss = tracksLoss ? gramians + Reduced(TermsOfLoss) : 0;
        return halves + loss + Reduced(1);

        // Each process says first how many values it has.
        long Reduced(int values) => (1 + values) * ScalarBytes * others;
    }

    /// <summary>Bytes of the factors of some rows.</summary>
    public long FactorBytes(long rows) => rows * Rank * sizeof(float);

    /// <summary>Bytes of the sums of all blocks of a Gramian; 0 where each process sums the only block.</summary>
    public long GramianBytes(long rows)
    {
        var (blocks, _) = Blocks(rows);
        return blocks == 1 ? 0 : blocks * Rank * Rank * sizeof(double);
    }

    /// <summary>The most rows of a Gramian that a process sums.</summary>
    public long GramianRows(long rows)
    {
        var (blocks, blockRows) = Blocks(rows);
        return Math.Min(rows, (blocks + ProcessCount - 1) / ProcessCount * blockRows);
    }

    private long GramianBytes(int process, long rows)
    {
        var (blocks, _) = Blocks(rows);
        var own = (blocks * (process + 1) / ProcessCount) - (blocks * process / ProcessCount);
        return GramianBytes(rows) / blocks * (blocks - own);
    }

    private (long Blocks, long Rows) Blocks(long rows)
    {
        long blockRows = Engine.GramianBlocks.RowsOf((int)rows, Rank);
        return ((rows + blockRows - 1) / blockRows, blockRows);
    }
}
