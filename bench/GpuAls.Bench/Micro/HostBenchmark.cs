using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using GpuAls.Bench.OnGpu.Workloads;

namespace GpuAls.Bench.Micro;

/// <summary>A workload of the host engine on one thread, in which one inner loop does nearly all of the work.</summary>
public abstract class HostBenchmark
{
    private LoadedWorkload _loaded = null!;

    [ParamsSource(nameof(Widths))]
    public int VectorBits { get; set; }

    [Params(32, 64, 128)]
    public int Rank { get; set; }

    /// <summary>Widths that this processor has in hardware.</summary>
    public static IEnumerable<int> Widths => new[] { (128, Vector128.IsHardwareAccelerated), (256, Vector256.IsHardwareAccelerated), (512, Vector512.IsHardwareAccelerated) }
        .Where(width => width.Item2).Select(width => width.Item1);

    private protected abstract TimedWorkload Workload { get; }

    [GlobalSetup]
    public void Load() => _loaded = Workload.Load(new HostEngine(1, HostOperations.OfWidth(VectorBits, 1)));

    [GlobalCleanup]
    public void Unload() => _loaded.Dispose();

    /// <summary>Multiplications that a run cannot do without, at some rank.</summary>
    internal double UsefulFmas(int rank)
    {
        Rank = rank;
        return Workload.UsefulFmas;
    }

    private protected void Run() => _loaded.Run();
}
