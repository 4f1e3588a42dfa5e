using System.CommandLine;
using System.Globalization;
using GpuAls.Bench.Shapes;
using Spectre.Console;

namespace GpuAls.Bench.Roofline;

/// <summary>bench roofline: seconds of an iteration on real cards, from counted instructions and bytes.</summary>
internal static class RooflineCommand
{
    private static readonly int[] Ranks = [64, 128, 256];

    public static Command Create()
    {
        var command = new Command("roofline", "Predicts the seconds of an iteration on real cards from what the CUDA emulator counts. Nothing is timed.");
        command.SetAction(_ => Print());
        return command;
    }

    private static void Print()
    {
        var table = new Table().Border(TableBorder.Markdown).AddColumns("shape", "rank");
        foreach (var card in Card.All) table.AddColumn(new TableColumn(card.Name).RightAligned());
        table.AddColumn(new TableColumn("implicit, A6000, published").RightAligned());
        foreach (var rank in Ranks)
        {
            var model = IterationModel.Of(rank);
            foreach (var shape in Shape.All) table.AddRow(Row(shape, rank, model.Iteration(shape)));
        }

        AnsiConsole.Profile.Width = 160;
        AnsiConsole.WriteLine("PREDICTED seconds of an iteration, at best: the largest of issuing the counted instructions, multiplying, and moving the counted bytes as if no cache held any; not measured.");
        AnsiConsole.Write(table);
    }

    private static string[] Row(Shape shape, int rank, Work work) =>
    [
        shape.Name,
        rank.ToString(CultureInfo.InvariantCulture),
        .. Card.All.Select(card => card.Seconds(work).ToString("F3", CultureInfo.InvariantCulture)),
        shape.Published.TryGetValue(rank, out var seconds) ? seconds.ToString("F3", CultureInfo.InvariantCulture) : "",
    ];
}
