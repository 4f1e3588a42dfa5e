using System.Globalization;
using GpuAls.Bench.Roofline;
using GpuAls.Kernels;
using Spectre.Console;

namespace GpuAls.Bench.Kernels;

/// <summary>
/// A cost model of the row solve on an H200, from counts of the CUDA emulator. A multiprocessor that holds G groups at
/// a time spends
/// <code>cycles per group = critical cycles / G + 1.5 · warp instructions / 4</code>
/// so latencies overlap with the other groups, and instructions take turns on four schedulers. The factor 1.5 is fitted
/// to measured times, see bench/Results/row-solve.md. Launches, and groups that have the device to themselves at the
/// end of a launch, are not modelled.
/// </summary>
internal static class LatencyReport
{
    private const int Architecture = 90;
    private const double IssueFactor = 1.5;
    private const int RegistersOfMultiprocessor = 65_536;
    private const int RegisterUnit = 8;
    private const int MostGroups = 32;
    private const int WarpSize = 32;

    private static readonly int[] Ranks = [64, 128, 256];
    private static readonly int[] Plays = [8, 48, 100, 200];

    public static void Print()
    {
        var table = new Table().Border(TableBorder.Markdown);
        string[] headers =
            ["rank", "plays", "kernel", "instructions per row", "critical cycles per group", "groups", "ns per row"];
        foreach (var header in headers) table.AddColumn(new TableColumn(header).RightAligned());
        foreach (var rank in Ranks)
            foreach (var plays in Plays)
                Add(table, rank, plays);
        AnsiConsole.Profile.Width = 160;
        AnsiConsole.MarkupLine("Row solve, PREDICTED for an H200 from counts, not measured; ns of the whole device.");
        AnsiConsole.Write(table);
    }

    private static void Add(Table table, int rank, int plays)
    {
        var rows = 2 * ((2 * rank) + 256); // enough that short rows are solved through as many unknowns as plays
        var counts = EmulatorRun.CountOn(
            Architecture, "kernels", CountsReport.CaseCommand, Text($"{rank}"), Text($"{rows}"), Text($"{plays}"));
        foreach (var (name, count) in counts.Where(kernel => KernelOf(kernel.Key, rank) is not null))
        {
            if (count.CriticalCycles == 0)
                throw new InvalidOperationException(
                    "the emulator does not report critical cycles; see bench/Emulator/README.md.");
            var kernel = KernelOf(name, rank)!;
            var rowsOfKernel = kernel == KernelCatalog.Rotation ? rows + RowSolveCase.Columns : rows;
            var groups = GroupsAtATime(kernel, (int)(count.Threads / count.Groups));
            var cycles = (count.CriticalCycles / (double)groups)
                + (IssueFactor * count.Issued / Gpu.Schedulers);
            table.AddRow(
                Text($"{rank}"), Text($"{plays}"), kernel.Name,
                Text($"{count.Issued / (double)rowsOfKernel:N0}"),
                Text($"{count.CriticalCycles / count.Groups:N0}"), Text($"{groups}"),
                Text($"{cycles / rowsOfKernel / Gpu.H200.Multiprocessors / Gpu.H200.Gigahertz:F1}"));
        }
    }

    /// <summary>The kernels of the row solve; null for others.</summary>
    private static KernelDefinition? KernelOf(string name, int rank) => name switch
    {
        "Kernel_Kernel" => TeamPlan.For(TeamPlan.MaximumGroupSize, int.MaxValue, rank / Float4.Width).IsWhole
            ? KernelCatalog.RowSolve : KernelCatalog.PanelRowSolve,
        "Kernel_SolveDual" => KernelCatalog.DualRowSolve,
        "Kernel_Rotate" => KernelCatalog.Rotation,
        _ => null,
    };

    /// <summary>
    /// Groups that the registers of a multiprocessor allow at a time; shared memory suffices on an H200.
    /// </summary>
    private static int GroupsAtATime(KernelDefinition kernel, int threads)
    {
        var registers = StaticReport.Resources(kernel, Architecture).Registers;
        var perWarp = (registers + RegisterUnit - 1) / RegisterUnit * RegisterUnit * WarpSize;
        var warps = (threads + WarpSize - 1) / WarpSize;
        return Math.Min(MostGroups, RegistersOfMultiprocessor / (perWarp * warps));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
