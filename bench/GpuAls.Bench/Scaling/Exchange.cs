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

    /// <summary>Bytes of the blocks of a Gramian that others sum; none where each sums all rows.</summary>
    private long GramianBytes(int process, long rows)
    {
        var blockRows = Engine.GramianBlockRows((int)rows, Rank);
        var blocks = (rows + blockRows - 1) / blockRows;
        if (blocks < ProcessCount) return 0;
        var own = (blocks * (process + 1) / ProcessCount) - (blocks * process / ProcessCount);
        return (blocks - own) * Rank * Rank * sizeof(double);
    }
}
