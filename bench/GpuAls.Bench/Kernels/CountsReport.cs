using System.Globalization;
using Spectre.Console;

namespace GpuAls.Bench.Kernels;

/// <summary>The row solve in numbers that need no GPU: instructions, bytes and bank conflicts that the CUDA emulator counts.</summary>
internal static class CountsReport
{
    /// <summary>The hidden command that runs one case.</summary>
    public const string CaseCommand = "row-solve-case";

    /// <summary>The row solve's name in the counts.</summary>
    public const string RowSolve = "Kernel_Kernel";

    /// <summary>The Gramian's name in the counts; the sum of its slices, a launch of its own, is small.</summary>
    public const string Gramian = "Kernel_Slices";

    private const int Plays = 100;
    private const int MorePlays = 200;
    private const double WarpSize = 32;
    private const double WavefrontsOf16Bytes = 4;

    private static readonly int[] Ranks = [16, 32, 50, 64, 100, 127, 128, 129, 176, 200, 256, 512];

    public static void Print()
    {
        var table = new Table().Border(TableBorder.Markdown);
        foreach (var header in (string[])["rank", "warp instructions a row", "useful FMAs, share", "bytes a play", "÷ floor (4f + 8)", "wavefronts ÷ 4"]) table.AddColumn(new TableColumn(header).RightAligned());
        foreach (var rank in Ranks) table.AddRow(Row(rank));
        AnsiConsole.MarkupLine($"Row solve, {Plays} plays a row, counted in PTX by the emulator with multiplications and additions fused; each case is checked against the host engine first.");
        AnsiConsole.Write(table);
        TopKReport.Print();
    }

    /// <summary>Rows that a case of a rank has: enough for the counts of one row, few enough for a minute.</summary>
    public static int RowsFor(int rank) => rank > 152 ? 108 : Math.Clamp(108 * 40_000 / (rank * rank), 108, 4_000);

    private static string[] Row(int rank)
    {
        var rows = RowsFor(rank);
        var (few, many) = (new RowSolveCase(rank, rows, Plays), new RowSolveCase(rank, rows, MorePlays));
        var (counts, more) = (Count(few)[RowSolve], Count(many)[RowSolve]);
        var bytes = (more.GlobalBytes - counts.GlobalBytes) / (double)(rows * (MorePlays - Plays));
        return
        [
            Text($"{rank}"),
            Text($"{counts.WarpInstructions / (double)rows:N0}"),
            Text($"{few.UsefulFmas / (counts.WarpInstructions * WarpSize):P1}"),
            Text($"{bytes:N0}"),
            Text($"{bytes / ((4 * rank) + 8):F2}"),
            Text($"{counts.SharedWavefronts / (WavefrontsOf16Bytes * counts.SharedRequests):F2}"),
        ];
    }

    /// <summary>What the emulator counts of the kernels of a case.</summary>
    public static IReadOnlyDictionary<string, EmulatorCounts> Count(RowSolveCase shape) =>
        EmulatorRun.Count("kernels", CaseCommand, Text($"{shape.Rank}"), Text($"{shape.Rows}"), Text($"{shape.Plays}"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
