using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace GpuAls.Bench.Micro;

/// <summary>Useful multiplications with addition in a second.</summary>
public class FmaColumn : IColumn
{
    public string Id => nameof(FmaColumn);

    public string ColumnName => "10⁹ FMA/s";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => "Multiplications with addition that the work cannot do without, in a second";

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (summary[benchmarkCase]?.ResultStatistics is not { } statistics) return "";
        var benchmark = (HostBenchmark)Activator.CreateInstance(benchmarkCase.Descriptor.Type)!;
        var fmas = benchmark.UsefulFmas((int)benchmarkCase.Parameters[nameof(HostBenchmark.Rank)]) / benchmarkCase.Descriptor.OperationsPerInvoke;
        return ResultTable.Text(fmas / statistics.Mean, "F1"); // 1 / ns = 10⁹ / s
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);
}
