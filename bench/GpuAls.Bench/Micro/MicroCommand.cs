using System.CommandLine;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace GpuAls.Bench.Micro;

/// <summary>bench micro: times the inner loops of the host engine on one thread, with BenchmarkDotNet.</summary>
internal static class MicroCommand
{
    private static readonly Type[] Benchmarks =
        [typeof(Play), typeof(CholeskyRow), typeof(ConjugateGradientRow), typeof(Score)];

    public static Command Create()
    {
        var filter = new Argument<string>("filter")
        {
            Description = "only benchmarks whose name contains this text",
            DefaultValueFactory = _ => "",
        };
        var command = new Command(
            "micro", "Times the inner loops of the host engine on one thread, by rank and vector width.")
        {
            filter,
        };
        command.SetAction(result => Run(result.GetValue(filter)!));
        return command;
    }

    private static int Run(string filter)
    {
        Console.WriteLine(Machine.Line);

        // In this process, to avoid building and restoring a project for each case.
        var job = Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance);
        var config = DefaultConfig.Instance.AddJob(job)
            .AddColumn(new FmaColumn()).WithArtifactsPath(Path.Combine(Path.GetTempPath(), "gpuals-bench-micro"));
        var summaries = BenchmarkSwitcher.FromTypes(Benchmarks).Run(["--filter", $"*{filter}*"], config);
        return summaries.Any() && summaries.All(
            summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success))
                ? 0
                : 1;
    }
}

/// <summary>Useful FMAs per second.</summary>
public class FmaColumn : IColumn
{
    public string Id => nameof(FmaColumn);

    public string ColumnName => "10⁹ FMA/s";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => "FMAs per second, counting only those that the result needs";

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (summary[benchmarkCase]?.ResultStatistics is not { } statistics) return "";
        var benchmark = (HostBenchmark)Activator.CreateInstance(benchmarkCase.Descriptor.Type)!;
        var rank = (int)benchmarkCase.Parameters[nameof(HostBenchmark.Rank)];
        var fmas = benchmark.UsefulFmas(rank) / benchmarkCase.Descriptor.OperationsPerInvoke;
        return ResultTable.Text(fmas / statistics.Mean, "F1"); // 1 / ns = 10⁹ / s
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) =>
        GetValue(summary, benchmarkCase);
}
