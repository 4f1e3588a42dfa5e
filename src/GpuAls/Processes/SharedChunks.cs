namespace GpuAls;

/// <summary>
/// The rows of all processes in chunks, so that a process sends the rows of one while it solves the next. Each process
/// cuts the rows it owns into as many chunks as the others, of about the same work.
/// </summary>
internal sealed class SharedChunks
{
    /// <summary>The fewest rows of a process in a chunk, on average; fewer are not worth a message.</summary>
    public const int UsualSmallest = 2_048;

    /// <summary>The last chunk is sent while nothing is solved, so there are several; each costs a message.</summary>
    private const int Most = 8;

    /// <summary>Values of a chunk of all processes at most: 1 GiB.</summary>
    private const long LargestValues = 1L << 28;

    /// <summary>[processes], the chunks of each.</summary>
    private readonly RowShares[] _chunks;

    /// <param name="shares">Which process owns which rows.</param>
    /// <param name="lengths">[rows of all processes], the plays of each row.</param>
    /// <param name="rank">Values of a row of factors.</param>
    /// <param name="cost">The work of a row with so many plays, in any unit.</param>
    /// <param name="smallest">The fewest rows of a process in a chunk, on average.</param>
    public SharedChunks(
        RowShares shares, ReadOnlySpan<int> lengths, int rank, Func<int, double> cost, int smallest = UsualSmallest)
    {
        ArgumentNullException.ThrowIfNull(shares);
        Shares = shares;
        var processes = shares.ProcessCount;
        Count = CountOf(shares.RowCount, processes, rank, smallest);
        _chunks = new RowShares[processes];
        for (var process = 0; process < processes; process++)
            _chunks[process] = RowShares.ByCost(
                lengths.Slice(shares.Start(process), shares.Count(process)), Count, cost);
    }

    /// <summary>Which process owns which rows.</summary>
    public RowShares Shares { get; }

    /// <summary>Number of chunks; one where a process is alone.</summary>
    public int Count { get; }

    /// <summary>Number of chunks of some rows.</summary>
    /// <param name="rowCount">Rows of all processes.</param>
    /// <param name="processCount">Number of processes.</param>
    /// <param name="rank">Values of a row of factors.</param>
    /// <param name="smallest">The fewest rows of a process in a chunk, on average.</param>
    public static int CountOf(long rowCount, int processCount, int rank, int smallest = UsualSmallest)
    {
        if (processCount == 1) return 1;
        var needed = (rowCount * rank / LargestValues) + 1;
        return (int)Math.Max(needed, Math.Clamp(rowCount / processCount / smallest, 1, Most));
    }

    /// <summary>The rows of a process in a chunk.</summary>
    public RowRange Rows(int process, int chunk) =>
        new(Shares.Start(process) + _chunks[process].Start(chunk), _chunks[process].Count(chunk));
}
