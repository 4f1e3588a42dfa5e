namespace GpuAls.Bench.Scaling;

/// <summary>Plays of which only the lengths of rows are known.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Users">Users by falling length.</param>
/// <param name="Items">Items by falling length.</param>
internal sealed record Histories(string Name, LengthRuns Users, LengthRuns Items)
{
    /// <summary>
    /// The power laws of <c>gpuals sample</c>: the histories of users, and the popularity of items. No item is played
    /// by more than all users.
    /// </summary>
    public static Histories Of(string name, int users, int items, long plays) => new(
        name,
        LengthRuns.PowerLaw(users, plays, exponent: 0.6, shift: 1, longest: items / 2),
        LengthRuns.PowerLaw(items, plays, exponent: 0.8, shift: 5, longest: users));
}

/// <summary>
/// What an iteration is predicted to take on some H200, one process each. The rows are shared out as the program does;
/// each process solves its rows, then all gather the factors, first of the users and then of the items.
/// </summary>
internal sealed class Prediction
{
    private readonly GpuModel _gpu;
    private readonly Half[] _halves;
    private readonly double[] _slowest;
    private readonly Exchange _exchange;

    /// <param name="gpu">Rank and speed of each GPU.</param>
    /// <param name="plays">The rows.</param>
    /// <param name="processCount">Number of GPUs.</param>
    /// <param name="cost">The work of a row by which they are shared out.</param>
    public Prediction(GpuModel gpu, Histories plays, int processCount, Func<int, double> cost)
    {
        (_gpu, ProcessCount) = (gpu, processCount);
        _halves = [new Half(plays.Users, processCount, cost), new Half(plays.Items, processCount, cost)];
        Cost = Spread([.. _halves.Select(half => half.Each(cost))]);
        Fmas = Spread([.. _halves.Select(half => half.Each(gpu.RowFmas))]);
        double[][] seconds = [.. _halves.Select(half => half.Each(gpu.RowSeconds))];
        Time = Spread(seconds);
        _slowest = [.. seconds.Select(half => half.Max())];
        _exchange = new Exchange(
            gpu.Rank, processCount,
            new EngineCapabilities { Device = DeviceKind.Cuda, GramianBlocks = GramianBlocks.OnDevice });
        Gramian = _halves.Sum(half => gpu.GramianSeconds(_exchange.GramianRows(half.All.RowCount)));
        OneGpu = seconds.Sum(half => half.Sum()) + _halves.Sum(half => gpu.GramianSeconds(half.All.RowCount));
        Received = Enumerable.Range(0, processCount)
            .Max(process => _exchange.Received(process, _halves[0].Rows(process), _halves[1].Rows(process), false));
        FactorBytes = _halves.Sum(half => _exchange.FactorBytes(half.All.RowCount));
        PlaysBytes = Enumerable.Range(0, processCount).Max(process => _halves.Sum(half => half.PlaysBytes(process)));
    }

    /// <summary>Number of GPUs.</summary>
    public int ProcessCount { get; }

    /// <summary>The cost of a process: the mean, and the most of each half.</summary>
    public (double Mean, double Largest) Cost { get; }

    /// <summary>The FMAs that the rows of a process need: the mean, and the most of each half.</summary>
    public (double Mean, double Largest) Fmas { get; }

    /// <summary>Seconds of solving: the mean, and of the slowest of each half.</summary>
    public (double Mean, double Largest) Time { get; }

    /// <summary>Seconds of a GPU for its part of both Gramians, the most of any.</summary>
    public double Gramian { get; }

    /// <summary>Seconds of one GPU that has all rows, with room for them.</summary>
    public double OneGpu { get; }

    /// <summary>Bytes that a process receives, the most of any.</summary>
    public long Received { get; }

    /// <summary>Bytes of the factors of both sides, which every GPU has.</summary>
    public long FactorBytes { get; }

    /// <summary>Bytes of the plays of a process, the most of any.</summary>
    public double PlaysBytes { get; }

    /// <summary>Whether both fit a GPU.</summary>
    public bool Fits => FactorBytes + PlaysBytes <= GpuModel.Memory;

    /// <summary>Seconds to gather the factors of both sides.</summary>
    public double Exchange(Links links) => _halves.Sum(half => Gather(half, links));

    /// <summary>
    /// Seconds of an iteration: each half is the Gramian and its exchange, the slowest process, and the exchange of
    /// factors.
    /// </summary>
    /// <param name="links">What carries sums and factors.</param>
    /// <param name="overlaps">
    /// Whether a chunk of rows is sent while the next is solved, at best without any loss: the first is only solved,
    /// the last only sent.
    /// </param>
    public double Iteration(Links links, bool overlaps) => Gramian + _halves.Zip(_slowest, (half, solving) =>
    {
        var chunks = overlaps ? SharedChunks.CountOf(half.All.RowCount, ProcessCount, _gpu.Rank) : 1;
        var sending = Gather(half, links);
        return links.GatherSeconds(_exchange.GramianBytes(half.All.RowCount), ProcessCount)
            + ((solving + sending + (Math.Max(solving, sending) * (chunks - 1))) / chunks);
    }).Sum();

    /// <summary>The time of one GPU ÷ that of all.</summary>
    public double Efficiency(double seconds) => OneGpu / ProcessCount / seconds;

    private static (double Mean, double Largest) Spread(double[][] halves) =>
        (halves.Sum(half => half.Average()), halves.Sum(half => half.Max()));

    private double Gather(Half half, Links links) =>
        links.GatherSeconds((double)half.All.RowCount * _gpu.Rank * sizeof(float), ProcessCount);

    private sealed class Half(LengthRuns rows, int processCount, Func<int, double> cost)
    {
        private const int EntryBytes = 8;
        private const int RowBytes = 8;

        public LengthRuns All => rows;

        public LengthRuns[] Shares { get; } = rows.ByCost(processCount, cost);

        public double[] Each(Func<int, double> value) => [.. Shares.Select(share => share.Sum(value))];

        public (long Own, long All) Rows(int process) => (Shares[process].RowCount, rows.RowCount);

        /// <summary>Of a CSR matrix: an index and a value for each play, and an offset for each row.</summary>
        public double PlaysBytes(int process) =>
            (Shares[process].PlayCount * (double)EntryBytes) + (Shares[process].RowCount * (double)RowBytes);
    }
}
