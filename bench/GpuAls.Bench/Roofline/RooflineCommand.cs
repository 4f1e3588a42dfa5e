using System.CommandLine;
using System.Globalization;
using GpuAls.Bench.Kernels;
using GpuAls.Bench.Shapes;
using Spectre.Console;

namespace GpuAls.Bench.Roofline;

/// <summary>
/// bench roofline: predicts the time of an iteration on real GPUs from counted instructions and bytes.
/// </summary>
internal static class RooflineCommand
{
    private static readonly int[] Ranks = [64, 128, 256];

    public static Command Create()
    {
        var command = new Command(
            "roofline",
            "Predicts the time of an iteration on real GPUs from counts of the CUDA emulator. Nothing is timed.");
        command.SetAction(_ => Print());
        return command;
    }

    private static void Print()
    {
        var table = new Table().Border(TableBorder.Markdown).AddColumns("shape", "rank");
        foreach (var gpu in Gpu.All) table.AddColumn(new TableColumn(gpu.Name).RightAligned());
        table.AddColumn(new TableColumn("implicit, A6000, published").RightAligned());
        foreach (var rank in Ranks)
        {
            var model = IterationModel.Of(rank);
            foreach (var shape in Shape.All) table.AddRow(Row(shape, rank, model.Iteration(shape)));
        }

        AnsiConsole.Profile.Width = 160;
        AnsiConsole.WriteLine(
            "PREDICTED seconds of an iteration, not measured; a lower bound: the longest of issuing the counted "
            + "instructions, the FMAs among them, and moving the counted bytes without any cache.");
        AnsiConsole.Write(table);
    }

    private static string[] Row(Shape shape, int rank, Work work) =>
    [
        shape.Name,
        rank.ToString(CultureInfo.InvariantCulture),
        .. Gpu.All.Select(gpu => gpu.Seconds(work).ToString("F3", CultureInfo.InvariantCulture)),
        shape.Published.TryGetValue(rank, out var seconds) ? seconds.ToString("F3", CultureInfo.InvariantCulture) : "",
    ];
}

/// <summary>
/// The cost of an iteration at a rank. The row solve is linear in the plays of a row, fitted to two cases counted by
/// the emulator; the Gramian is proportional to the rows of both sides.
/// </summary>
public sealed class IterationModel
{
    private const int Few = 104;
    private const int Many = 208;

    private readonly Work _fewer;
    private readonly Work _more;
    private readonly Work _gramianRow;

    private IterationModel(Work fewer, Work more, Work gramianRow) =>
        (_fewer, _more, _gramianRow) = (fewer, more, gramianRow);

    /// <summary>Counts the cases of a rank.</summary>
    public static IterationModel Of(int rank)
    {
        var rows = CountsReport.RowsFor(rank);
        var fewer = CountsReport.Count(new RowSolveCase(rank, rows, Few));
        var more = CountsReport.Count(new RowSolveCase(rank, rows, Many));
        return new(
            PerRow(fewer[CountsReport.RowSolve], rows), PerRow(more[CountsReport.RowSolve], rows),
            PerRow(fewer[CountsReport.Gramian], RowSolveCase.Columns));
    }

    /// <summary>The work of both half-iterations.</summary>
    public Work Iteration(Shape shape)
    {
        var rows = (double)shape.Users + shape.Items;
        double Line(Func<Work, double> part)
        {
            var perPlay = (part(_more) - part(_fewer)) / (Many - Few);
            return (2 * shape.Plays * perPlay) + (rows * (part(_fewer) - (Few * perPlay) + part(_gramianRow)));
        }

        return new Work(Line(work => work.WarpInstructions), Line(work => work.WarpFmas), Line(work => work.Bytes));
    }

    private static Work PerRow(EmulatorCounts counts, double rows) =>
        new(counts.Issued / rows, counts.Fmas / rows, counts.GlobalBytes / rows);
}

/// <summary>A GPU, according to NVIDIA's data sheets.</summary>
/// <param name="Name">Name of the GPU.</param>
/// <param name="Multiprocessors">Number of streaming multiprocessors.</param>
/// <param name="Gigahertz">Boost clock in GHz.</param>
/// <param name="Fp32Lanes">Fp32 units per multiprocessor.</param>
/// <param name="GigabytesPerSecond">Memory bandwidth.</param>
public sealed record Gpu(string Name, int Multiprocessors, double Gigahertz, int Fp32Lanes, double GigabytesPerSecond)
{
    /// <summary>Schedulers of a multiprocessor, each of which issues an instruction per cycle.</summary>
    public const int Schedulers = 4;

    private const int WarpSize = 32;

    /// <summary>The GPU of bench/Results/h200.md.</summary>
    public static readonly Gpu H200 = new("H200", 132, 1.98, 128, 4_800);

    /// <summary>The GPUs in the table.</summary>
    public static readonly Gpu[] All =
    [
        new("T4", 40, 1.59, 64, 320),
        new("A10G", 80, 1.71, 128, 600),
        new("RTX A6000", 84, 1.80, 128, 768),
        new("L4", 58, 2.04, 128, 300),
        new("A100 (40 GB)", 108, 1.41, 64, 1_555),
        new("H100 (SXM)", 132, 1.98, 128, 3_350),
    ];

    /// <summary>The longest of three times: issuing all instructions, the FMAs, and moving the bytes.</summary>
    /// <param name="work">The work of an iteration.</param>
    public double Seconds(Work work)
    {
        var cycles = Multiprocessors * Gigahertz * 1e9;
        var issue = work.WarpInstructions / (Schedulers * cycles);
        var multiply = work.WarpFmas / ((double)Fp32Lanes / WarpSize * cycles);
        var move = work.Bytes / (GigabytesPerSecond * 1e9);
        return Math.Max(issue, Math.Max(multiply, move));
    }
}

/// <summary>The work of an iteration.</summary>
/// <param name="WarpInstructions">Instructions, counted per warp.</param>
/// <param name="WarpFmas">FMAs among them.</param>
/// <param name="Bytes">Bytes of global memory accessed, ignoring caches.</param>
public sealed record Work(double WarpInstructions, double WarpFmas, double Bytes);
