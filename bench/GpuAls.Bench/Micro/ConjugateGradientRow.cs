using BenchmarkDotNet.Attributes;
using GpuAls.Bench.OnGpu.Workloads;

namespace GpuAls.Bench.Micro;

/// <summary>A row of 100 plays solved by three steps of conjugate gradients.</summary>
public class ConjugateGradientRow : HostBenchmark
{
    private const int Rows = 1024;
    private const int PlaysOfARow = 100;
    private const int Columns = 8192;
    private const int Steps = 3;

    private protected override TimedWorkload Workload => new RowSolveWorkload(Rank, "100 plays", [.. Enumerable.Repeat(PlaysOfARow, Rows)], Columns, Steps);

    [Benchmark(OperationsPerInvoke = Rows)]
    public void Solve() => Run();
}
