namespace GpuAls.Bench.Roofline;

/// <summary>A GPU in the figures of NVIDIA's data sheets.</summary>
/// <param name="Name">The card.</param>
/// <param name="Multiprocessors">Streaming multiprocessors.</param>
/// <param name="Gigahertz">Boost clock.</param>
/// <param name="Fp32Lanes">Fp32 units of a multiprocessor.</param>
/// <param name="GigabytesPerSecond">Bandwidth of its memory.</param>
public sealed record Card(string Name, int Multiprocessors, double Gigahertz, int Fp32Lanes, double GigabytesPerSecond)
{
    private const int Schedulers = 4;
    private const int WarpSize = 32;

    /// <summary>The cards of the table.</summary>
    public static readonly Card[] All =
    [
        new("T4", 40, 1.59, 64, 320),
        new("A10G", 80, 1.71, 128, 600),
        new("RTX A6000", 84, 1.80, 128, 768),
        new("L4", 58, 2.04, 128, 300),
        new("A100 (40 GB)", 108, 1.41, 64, 1_555),
        new("H100 (SXM)", 132, 1.98, 128, 3_350),
    ];

    /// <summary>The largest of three: to issue all instructions, to multiply, and to move the bytes.</summary>
    /// <param name="work">What an iteration does.</param>
    public double Seconds(Work work)
    {
        var cycles = Multiprocessors * Gigahertz * 1e9;
        var issue = work.WarpInstructions / (Schedulers * cycles);
        var multiply = work.WarpFmas / ((double)Fp32Lanes / WarpSize * cycles);
        var move = work.Bytes / (GigabytesPerSecond * 1e9);
        return Math.Max(issue, Math.Max(multiply, move));
    }
}

/// <summary>Work of one iteration.</summary>
/// <param name="WarpInstructions">Instructions, a warp at a time.</param>
/// <param name="WarpFmas">Fused multiplications and additions among them.</param>
/// <param name="Bytes">Bytes from and to global memory, as if nothing stayed in a cache.</param>
public sealed record Work(double WarpInstructions, double WarpFmas, double Bytes);
