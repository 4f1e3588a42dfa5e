using BenchmarkDotNet.Attributes;
using GpuAls.Bench.OnGpu.Workloads;

namespace GpuAls.Bench.Micro;

/// <summary>An item scored for a user (ScoreTile), with the selection of the ten best.</summary>
public class Score : HostBenchmark
{
    private const int Queries = 512;
    private const int Items = 8192;
    private const int K = 10;

    private protected override TimedWorkload Workload => new TopKWorkload(Rank, Queries, Items, K, Seen: []);

    [Benchmark(OperationsPerInvoke = Queries * Items)]
    public void Select() => Run();
}
