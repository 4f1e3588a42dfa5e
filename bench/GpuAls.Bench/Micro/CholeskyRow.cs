using BenchmarkDotNet.Attributes;
using GpuAls.Bench.OnGpu.Workloads;

namespace GpuAls.Bench.Micro;

/// <summary>A row factored and solved (LaneCholesky side by side at low rank, UpperCholesky one by one above): one play each, whose sum does not count.</summary>
public class CholeskyRow : HostBenchmark
{
    private const int Rows = 1024;
    private const int Columns = 8192;

    private protected override TimedWorkload Workload => new RowSolveWorkload(Rank, "one play", [.. Enumerable.Repeat(1, Rows)], Columns);

    [Benchmark(OperationsPerInvoke = Rows)]
    public void Solve() => Run();
}
