using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace GpuAls.Bench.Kernels;

/// <summary>Top-k in numbers that need no GPU, as <see cref="CountsReport"/> has them for the row solve.</summary>
public static class TopKReport
{
    /// <summary>The hidden command that runs one case.</summary>
    internal const string CaseCommand = "top-k-case";

    private const string Search = "Kernel_Search";
    private const double WarpSize = 32;
    private const double WavefrontsOf16Bytes = 4;

    // Splits of the items make up for few queries: lists of each begin empty, which costs the more the shorter the splits.
    private static readonly TopKCase[] Cases =
    [
        new(64, 64, 20_000, 10), new(64, 2_000, 20_000, 10), new(128, 512, 20_000, 10), new(64, 512, 20_000, 100), new(64, 1, 200_000, 10),
    ];

    internal static void Print()
    {
        var table = new Table().Border(TableBorder.Markdown);
        foreach (var header in (string[])["rank", "queries", "items", "k", "warp instructions", "useful FMAs, share", "bytes ÷ scores' bytes", "wavefronts ÷ 4"]) table.AddColumn(new TableColumn(header).RightAligned());
        foreach (var shape in Cases) table.AddRow(Row(shape));
        AnsiConsole.MarkupLine("Top-k, 50 items seen by each query, checked against the host engine first.");
        AnsiConsole.Write(table);
    }

    /// <summary>What the emulator counts of the search of a case; the merge of splits, a launch of its own, is left out.</summary>
    public static EmulatorCounts Count(TopKCase shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return EmulatorRun.Count("kernels", CaseCommand, Text($"{shape.Rank}"), Text($"{shape.Queries}"), Text($"{shape.Items}"), Text($"{shape.K}"))[Search];
    }

    internal static Command CreateCase(Func<Action, int> guard)
    {
        var (rank, queries, items, k) = (new Argument<int>("rank"), new Argument<int>("queries"), new Argument<int>("items"), new Argument<int>("k"));
        var command = new Command(CaseCommand) { rank, queries, items, k };
        command.Hidden = true;
        command.SetAction(result => guard(() => new TopKCase(result.GetValue(rank), result.GetValue(queries), result.GetValue(items), result.GetValue(k)).Verify()));
        return command;
    }

    private static string[] Row(TopKCase shape)
    {
        var counts = Count(shape);
        return
        [
            Text($"{shape.Rank}"),
            Text($"{shape.Queries:N0}"),
            Text($"{shape.Items:N0}"),
            Text($"{shape.K}"),
            Text($"{counts.WarpInstructions:N0}"),
            Text($"{shape.UsefulFmas / (counts.WarpInstructions * WarpSize):P1}"),
            Text($"{counts.GlobalBytes / (4.0 * shape.Queries * shape.Items):F2}"),
            Text($"{counts.SharedWavefronts / (WavefrontsOf16Bytes * counts.SharedRequests):F2}"),
        ];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
