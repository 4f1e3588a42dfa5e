using System.Globalization;
using GpuAls.Kernels;
using Spectre.Console;

namespace GpuAls.Bench.Kernels;

/// <summary>
/// How evenly the row-solve schedule distributes rows over the groups of a launch: the work of the busiest group ÷ the
/// mean. Row lengths follow a power law, the longest with 10⁶ plays, the median with 5.
/// </summary>
internal static class BalanceReport
{
    private const int Rows = 100_000;
    private const double Longest = 1e6;
    private const double Median = 5;

    private static readonly int[] Ranks = [16, 64, 128, 256];
    private static readonly int[] Multiprocessors = [40, 80, 132];

    public static void Print()
    {
        var lengths = Lengths();
        var table = new Table().Border(TableBorder.Markdown);
        string[] headers =
        [
            "rank", "multiprocessors", "in index order, whole rows", "longest first, whole rows",
            "the schedule: rows", "the schedule: segments",
        ];
        foreach (var header in headers) table.AddColumn(new TableColumn(header).RightAligned());
        foreach (var rank in Ranks)
            foreach (var count in Multiprocessors) table.AddRow(Row(lengths, rank, count));
        AnsiConsole.MarkupLine(
            Text($"Work of the busiest group ÷ mean, in FMAs; {Rows:N0} rows, ")
            + Text($"{lengths.Sum(length => (long)length):N0} plays, longest {lengths.Max():N0}, median {Median}."));
        AnsiConsole.Write(table);
    }

    private static string[] Row(int[] lengths, int rank, int multiprocessors)
    {
        var plan = TeamPlan.For(TeamPlan.MaximumGroupSize, LaunchPlan.MaximumSharedBytes, Float4.CountFor(rank));
        var schedule = RowSchedule.Of(Indptr(lengths));
        var sorted = lengths.OrderDescending().ToArray();
        var groups = plan.IsWhole
            ? LaunchPlan.GroupsPerMultiprocessor * multiprocessors
            : RowSolveLauncher.PanelGroupsPerMultiprocessor * multiprocessors;
        double Balance(IEnumerable<int> tasks, double perTask) =>
            LongestOverMean([.. tasks], plan.Layout.Teams, groups, rank, perTask);
        var solve = (Math.Pow(rank, 3) / 6) + Math.Pow(rank, 2);
        return
        [
            Text($"{rank}"),
            Text($"{multiprocessors}"),
            Text($"{Balance(lengths, solve):F1}"),
            Text($"{Balance(sorted, solve):F1}"),
            Text($"{Balance(Lengths(schedule.Rows).Skip(schedule.LongRows.Length), solve):F2}"),
            Text($"{Balance(Lengths(schedule.Segments), 0):F2}"),
        ];
    }

    private static double LongestOverMean(int[] tasks, int teams, int most, int rank, double perTask)
    {
        var groups = new double[Math.Min(most, (tasks.Length + teams - 1) / teams)];
        for (var first = 0; first < tasks.Length; first += teams)
        {
            // All teams of a group run as many stages as the longest row needs.
            const int StageRows = TeamLayout.StageRows;
            var longest = tasks.AsSpan(first, Math.Min(teams, tasks.Length - first)).ToArray().Max();
            var stagedPlays = (longest + StageRows - 1) / StageRows * StageRows;
            groups[first / teams % groups.Length] += (stagedPlays * rank * (rank + 1) / 2.0) + perTask;
        }

        return groups.Max() / groups.Average();
    }

    private static IEnumerable<int> Lengths(ReadOnlyMemory<RowTask> tasks) =>
        tasks.ToArray().Select(task => task.Length);

    /// <summary>longest ÷ n^a, in random order, with a chosen to match the median.</summary>
    private static int[] Lengths()
    {
        var exponent = Math.Log(Longest / Median) / Math.Log(Rows / 2.0);
        var lengths = Enumerable.Range(1, Rows).Select(number => (int)(Longest / Math.Pow(number, exponent))).ToArray();
        new Random(1).Shuffle(lengths);
        return lengths;
    }

    private static long[] Indptr(int[] lengths)
    {
        var indptr = new long[lengths.Length + 1];
        for (var row = 0; row < lengths.Length; row++) indptr[row + 1] = indptr[row] + lengths[row];
        return indptr;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
