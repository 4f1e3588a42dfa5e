using System.CommandLine;
using GpuAls.Bench.Host;
using GpuAls.Bench.Shapes;
using Spectre.Console;

namespace GpuAls.Bench.TopK;

/// <summary>
/// bench topk: verifies lists on the CPU, then times them, from all pairs and pruned, as a share of its peak FMA rate.
/// </summary>
internal static class TopKCommand
{
    private const int RunsOfOneUser = 101;

    private static readonly Option<int[]> Ranks = new("--rank")
    {
        Description = "ranks",
        DefaultValueFactory = _ => [16, 32, 64, 128, 256],
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<int[]> Lengths = new("--top")
    {
        Description = "list lengths",
        DefaultValueFactory = _ => [10, 100, 1_000],
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<int> Threads = Number("--threads", "threads", Environment.ProcessorCount);
    private static readonly Option<int> Runs = Number("--runs", "runs to time, after one that is verified", 5);
    private static readonly Option<int> Users = Number("--users", "users", Shape.Host.Users);
    private static readonly Option<int> Items = Number("--items", "items", Shape.Host.Items);
    private static readonly Option<int> Plays = Number("--plays", "plays", (int)Shape.Host.Plays);

    private static readonly Option<int> Lists =
        Number("--lists", "users who get a list, evenly spaced by number of plays", int.MaxValue);

    private static readonly Option<bool> EqualNorms = new("--equal-norms")
    {
        Description = "scale item factors to norm 1: the worst case, in which norms don't prune",
    };

    public static Command Create()
    {
        var command = new Command(
            "topk",
            "Verifies and times top-k lists on the CPU, from all pairs and pruned: for all users, for one user, and as "
            + "in gpuals recommend.")
        {
            Ranks, Lengths, Threads, Runs, Users, Items, Plays, Lists, EqualNorms,
        };
        command.SetAction(Print);
        return command;
    }

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    private static int Print(ParseResult result)
    {
        var (threads, runs) = (result.GetValue(Threads), result.GetValue(Runs));
        var shape = Shape.Of(result.GetValue(Users), result.GetValue(Items), result.GetValue(Plays));
        var plays = SampleMatrix.Create(shape);
        var table = ResultTable.Create(
            ["shape", "lists"],
            ["lists", "rank", "k", "all pairs, s", "share of peak", "pruned, s", "pruned ÷ all", "pairs scored"]);
        var passed = true;
        foreach (var rank in result.GetValue(Ranks)!)
        {
            var model = TopKModel.Train(plays, rank, threads, result.GetValue(EqualNorms));
            var users = Recommender.UsersWithPlays(model);
            var count = Math.Min(users.Length, result.GetValue(Lists));
            int[] rows = [.. TopKCase.Sample(users.Length, count).Select(user => users[user])];
            using var allPairs = new TopKModel(new HostEngine(threads) { PrunesLists = false }, model, rows);
            using var pruned = new TopKModel(new HostEngine(threads), model, rows);
            foreach (var k in result.GetValue(Lengths)!)
                passed &= AddRows(table, shape.Name, allPairs, pruned, k, threads, runs);
        }

        ResultTable.Print(
            table, Console.Out, Machine.Line,
            $"{Counted.Of(threads, "thread")}; median of {runs} runs, of {RunsOfOneUser} for one user");
        if (!passed) Console.WriteLine("error: a list differs from the one found by sorting all scores.");
        return passed ? 0 : 1;
    }

    private static bool AddRows(
        Table table, string shape, TopKModel allPairs, TopKModel pruned, int k, int threads, int runs)
    {
        var (cases, peak) = FmaPeak.Around<TopKCase[]>(
            threads, () =>
            [
                TopKCase.AllUsers(allPairs, pruned, k, runs), TopKCase.Recommended(allPairs, pruned, k, runs),
                TopKCase.OneUser(allPairs, pruned, k, RunsOfOneUser),
            ]);
        foreach (var one in cases) table.AddRow([shape, one.Name, .. Cells(pruned, k, one, peak)]);
        return cases.All(one => one.IsRight);
    }

    private static IEnumerable<string> Cells(TopKModel model, int k, TopKCase one, double peak) =>
    [
        ResultTable.Text(one.Users, "N0"), ResultTable.Text(model.Model.Rank, "0"), ResultTable.Text(k, "0"),
        ResultTable.Text(one.AllPairsSeconds, "G3"),
        ResultTable.Text(model.UsefulFmas(one.Users) / one.AllPairsSeconds / peak / 1e9, "P1"),
        ResultTable.Text(one.Seconds, "G3"), ResultTable.Text(one.Seconds / one.AllPairsSeconds, "F3"),
        ResultTable.Text(one.ScoredShare, "P2"),
    ];
}
