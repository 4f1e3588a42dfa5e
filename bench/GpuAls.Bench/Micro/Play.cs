using BenchmarkDotNet.Attributes;
using GpuAls.Bench.OnGpu.Workloads;

namespace GpuAls.Bench.Micro;

/// <summary>A play in the sums of a row (RowSums, OuterProductTile): rows so long that factoring them does not count.</summary>
public class Play : HostBenchmark
{
    private const int Rows = 16;
    private const int PlaysOfARow = 4096;
    private const int Columns = 8192;

    private protected override TimedWorkload Workload => new RowSolveWorkload(Rank, "long", [.. Enumerable.Repeat(PlaysOfARow, Rows)], Columns);

    [Benchmark(OperationsPerInvoke = Rows * PlaysOfARow)]
    public void Sum() => Run();
}
