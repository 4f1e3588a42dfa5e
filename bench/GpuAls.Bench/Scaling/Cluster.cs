namespace GpuAls.Bench.Scaling;

/// <summary>How long an H200 takes for the rows of a rank.</summary>
/// <param name="Rank">Length of a factor vector.</param>
/// <param name="ForRow">Nanoseconds of the whole GPU for a row.</param>
/// <param name="ForPlay">And for each of its plays.</param>
/// <param name="ForGramianRow">Nanoseconds of the Gramian for a row.</param>
/// <param name="Measured">Seconds of an iteration of Last.fm-360K and of ML-20M, which check the model.</param>
internal sealed record GpuModel(
    int Rank, double ForRow, double ForPlay, double ForGramianRow, (double LastFm, double MovieLens) Measured)
{
    /// <summary>
    /// The lines through rows of 8 and of 100 plays, and the Gramian of 300,000 rows, measured on an H200
    /// (bench/Results/h200.md).
    /// </summary>
    public static readonly GpuModel[] All =
    [
        new(64, 16.1, 0.271, 0.957, (0.025, 0.015)),
        new(128, 160.6, 1.091, 1.73, (0.153, 0.069)),
        new(256, 511, 3.47, 5.65, (0.471, 0.224)),
    ];

    /// <summary>Memory of an H200, in bytes.</summary>
    public const double Memory = 141e9;

    /// <summary>Seconds for one row.</summary>
    public double RowSeconds(int plays) => plays == 0 ? 0 : (ForRow + (ForPlay * plays)) * 1e-9;

    /// <summary>FMAs that one row needs: its plays added to a triangle, its factorization and its solution.</summary>
    public double RowFmas(int plays) => plays == 0 ? 0
        : (plays * Rank * (Rank + 1) / 2.0) + (Math.Pow(Rank, 3) / 6) + ((double)Rank * Rank);

    /// <summary>Seconds for the Gramian of some rows.</summary>
    public double GramianSeconds(double rows) => rows * ForGramianRow * 1e-9;
}

/// <summary>The links between GPUs, in bytes a second and direction, at their line rate.</summary>
/// <param name="Name">What they are.</param>
/// <param name="OfGpu">Between a GPU and the others of its node, or the memory of its host.</param>
/// <param name="OfNode">Between a node and the others.</param>
/// <param name="IsStaged">Whether values go through the memory of the host.</param>
internal sealed record Links(string Name, double OfGpu, double OfNode, bool IsStaged)
{
    /// <summary>GPUs of a node.</summary>
    public const int NodeSize = 8;

    private const double NvLink = 450e9;
    private const double Pcie = 64e9;
    private const double Efa = 400e9;
    private const double Ethernet = 12.5e9;

    /// <summary>Their sources are in bench/Results/scaling.md.</summary>
    public static readonly Links[] All =
    [
        new("GPU to GPU: NVSwitch in a node of 8, EFA of 3.2 Tb/s between nodes", NvLink, Efa, IsStaged: false),
        new("through the host's memory: PCIe 5.0 x16, EFA of 3.2 Tb/s between nodes", Pcie, Efa, IsStaged: true),
        new(
            "through the host's memory: PCIe 5.0 x16, Ethernet of 100 Gb/s between nodes", Pcie, Ethernet,
            IsStaged: true),
    ];

    /// <summary>
    /// Seconds until each of some GPUs has values of which each has a part. A node receives once what the others have
    /// while its GPUs pass on what they got; staged, a GPU's part is copied out before, and all others in afterwards.
    /// </summary>
    /// <param name="bytes">The values of all.</param>
    /// <param name="processCount">One a GPU.</param>
    public double GatherSeconds(double bytes, int processCount)
    {
        if (processCount == 1) return 0;
        var nodes = Math.Max(1, processCount / NodeSize);
        var betweenNodes = bytes * (nodes - 1) / nodes / OfNode;
        return IsStaged
            ? betweenNodes + (bytes / OfGpu)
            : Math.Max(betweenNodes, bytes * (processCount - 1) / processCount / OfGpu);
    }
}
