using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using GpuAls.Bench.OnGpu.Workloads;

namespace GpuAls.Bench.Micro;

/// <summary>A workload of the host engine on one thread that spends nearly all of its time in one inner loop.</summary>
public abstract class HostBenchmark
{
    private LoadedWorkload _loaded = null!;

    [ParamsSource(nameof(Widths))]
    public int VectorBits { get; set; }

    [Params(32, 64, 128)]
    public int Rank { get; set; }

    /// <summary>Vector widths that this CPU supports in hardware.</summary>
    public static IEnumerable<int> Widths
    {
        get
        {
            if (Vector128.IsHardwareAccelerated) yield return 128;
            if (Vector256.IsHardwareAccelerated) yield return 256;
            if (Vector512.IsHardwareAccelerated) yield return 512;
        }
    }

    private protected abstract TimedWorkload Workload { get; }

    [GlobalSetup]
    public void Load() => _loaded = Workload.Load(new HostEngine(1, HostOperations.OfWidth(VectorBits, 1)));

    [GlobalCleanup]
    public void Unload() => _loaded.Dispose();

    /// <summary>FMAs that a run needs at a rank.</summary>
    internal double UsefulFmas(int rank)
    {
        Rank = rank;
        return Workload.UsefulFmas;
    }

    private protected void Run() => _loaded.Run();
}

/// <summary>
/// Adding a play to a row's sums (RowSums, OuterProductTile). Rows are so long that factoring them is negligible.
/// </summary>
public class Play : HostBenchmark
{
    private const int Rows = 16;
    private const int PlaysOfARow = 4096;
    private const int Columns = 8192;

    private protected override TimedWorkload Workload =>
        new RowSolveWorkload(Rank, "long", [.. Enumerable.Repeat(PlaysOfARow, Rows)], Columns);

    [Benchmark(OperationsPerInvoke = Rows * PlaysOfARow)]
    public void Sum() => Run();
}

/// <summary>
/// Factoring and solving a row (LaneCholesky at low rank, UpperCholesky above). Each row has one play, whose sum is
/// negligible.
/// </summary>
public class CholeskyRow : HostBenchmark
{
    private const int Rows = 1024;
    private const int Columns = 8192;

    private protected override TimedWorkload Workload =>
        new RowSolveWorkload(Rank, "one play", [.. Enumerable.Repeat(1, Rows)], Columns);

    [Benchmark(OperationsPerInvoke = Rows)]
    public void Solve() => Run();
}

/// <summary>Solving a row of 100 plays with three conjugate-gradient steps.</summary>
public class ConjugateGradientRow : HostBenchmark
{
    private const int Rows = 1024;
    private const int PlaysOfARow = 100;
    private const int Columns = 8192;
    private const int Steps = 3;

    private protected override TimedWorkload Workload =>
        new RowSolveWorkload(Rank, "100 plays", [.. Enumerable.Repeat(PlaysOfARow, Rows)], Columns, Steps);

    [Benchmark(OperationsPerInvoke = Rows)]
    public void Solve() => Run();
}

/// <summary>Scoring an item for a user (ScoreTile), including the selection of the ten best.</summary>
public class Score : HostBenchmark
{
    private const int Queries = 512;
    private const int Items = 8192;
    private const int K = 10;

    private protected override TimedWorkload Workload => new TopKWorkload(Rank, Queries, Items, K, Seen: []);

    [Benchmark(OperationsPerInvoke = Queries * Items)]
    public void Select() => Run();
}
