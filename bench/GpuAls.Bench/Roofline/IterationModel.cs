using GpuAls.Bench.Kernels;
using GpuAls.Bench.Shapes;

namespace GpuAls.Bench.Roofline;

/// <summary>
/// An iteration at a rank: the row solve as a straight line in the plays of a row, through two cases that the emulator counts, and
/// the Gramian of both sides by its rows.
/// </summary>
public sealed class IterationModel
{
    private const int Few = 104;
    private const int Many = 208;

    private readonly Work _fewer;
    private readonly Work _more;
    private readonly Work _gramianRow;

    private IterationModel(Work fewer, Work more, Work gramianRow) => (_fewer, _more, _gramianRow) = (fewer, more, gramianRow);

    /// <summary>Counts a rank.</summary>
    public static IterationModel Of(int rank)
    {
        var rows = CountsReport.RowsFor(rank);
        var fewer = CountsReport.Count(new RowSolveCase(rank, rows, Few));
        var more = CountsReport.Count(new RowSolveCase(rank, rows, Many));
        return new(PerRow(fewer[CountsReport.RowSolve], rows), PerRow(more[CountsReport.RowSolve], rows), PerRow(fewer[CountsReport.Gramian], RowSolveCase.Columns));
    }

    /// <summary>Both halves of an iteration.</summary>
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

    /// <summary>Moves are left out: the assembler removes them, as nvdisasm shows.</summary>
    private static Work PerRow(EmulatorCounts counts, double rows) =>
        new((counts.WarpInstructions - counts.Moves) / rows, counts.Fmas / rows, counts.GlobalBytes / rows);
}
