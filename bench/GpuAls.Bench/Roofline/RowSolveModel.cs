using GpuAls.Bench.Kernels;

namespace GpuAls.Bench.Roofline;

/// <summary>The row solve at a rank as a straight line in the plays of a row, through two cases that the emulator counts.</summary>
public sealed class RowSolveModel
{
    private const int Few = 104;
    private const int Many = 208;

    private readonly Work _fewer;
    private readonly Work _more;

    private RowSolveModel(Work fewer, Work more) => (_fewer, _more) = (fewer, more);

    /// <summary>Counts a rank.</summary>
    public static RowSolveModel Of(int rank) => new(CountRow(rank, Few), CountRow(rank, Many));

    /// <summary>Both halves of an iteration.</summary>
    public Work Iteration(Shape shape)
    {
        var rows = (double)shape.Users + shape.Items;
        double Line(Func<Work, double> part)
        {
            var perPlay = (part(_more) - part(_fewer)) / (Many - Few);
            return (2 * shape.Plays * perPlay) + (rows * (part(_fewer) - (Few * perPlay)));
        }

        return new Work(Line(work => work.WarpInstructions), Line(work => work.WarpFmas), Line(work => work.Bytes));
    }

    /// <summary>One row. Moves are left out: the assembler removes them, as nvdisasm shows.</summary>
    private static Work CountRow(int rank, int plays)
    {
        double rows = CountsReport.RowsFor(rank);
        var counts = CountsReport.Count(new RowSolveCase(rank, (int)rows, plays));
        return new Work((counts.WarpInstructions - counts.Moves) / rows, counts.Fmas / rows, counts.GlobalBytes / rows);
    }
}

/// <summary>The size of a data set.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Users">Number of users.</param>
/// <param name="Items">Number of items.</param>
/// <param name="Plays">Number of plays.</param>
/// <param name="Published">Seconds of an iteration that benfred/implicit publishes for an A6000, by rank.</param>
public sealed record Shape(string Name, int Users, int Items, long Plays, IReadOnlyDictionary<int, double> Published)
{
    /// <summary>The shapes of the table.</summary>
    public static readonly Shape[] All =
    [
        new("Last.fm 360K", 358_868, 292_385, 17_500_000, new Dictionary<int, double> { [64] = 0.446, [128] = 0.389, [256] = 0.631 }),
        new("ML-20M", 138_493, 26_744, 20_000_000, new Dictionary<int, double>()),
    ];
}
