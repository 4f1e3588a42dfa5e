using System.CommandLine;
using GpuAls.Bench.OnGpu;
using GpuAls.Bench.Shapes;
using Spectre.Console;

namespace GpuAls.Bench.TopK;

/// <summary>
/// bench list-rules: lists as gpuals recommend makes them, without rules and under each rule, on the CPU. Plain lists
/// are timed right before those under a rule, in turns. CPU time of all threads is shown too: other work on a shared
/// machine adds little to it.
/// </summary>
internal static class RulesCommand
{
    private const int ExcludedItems = 100_000;
    private const int ExcludedPairs = 1_000_000;

    private static readonly Option<int> Users = Number("--users", "users", 100_000);
    private static readonly Option<int> Items = Number("--items", "items", 500_000);
    private static readonly Option<int> Plays = Number("--plays", "plays", 10_000_000);
    private static readonly Option<int> Rank = Number("--rank", "rank", 64);
    private static readonly Option<int> Top = Number("--top", "list length", 10);
    private static readonly Option<int> Runs = Number("--runs", "runs, of which the median counts", 5);

    public static Command Create()
    {
        var command = new Command(
            "list-rules", "Times lists under rules on the CPU, beside lists without rules; all users, with setup.")
        {
            Users, Items, Plays, Rank, Top, Runs,
        };
        command.SetAction(Print);
        return command;
    }

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    private static int Print(ParseResult result)
    {
        var shape = Shape.Of(result.GetValue(Users), result.GetValue(Items), result.GetValue(Plays));
        var threads = Environment.ProcessorCount;
        var model = TopKModel.Train(SampleMatrix.Create(shape), result.GetValue(Rank), threads, hasEqualNorms: false);
        var (runs, k) = (result.GetValue(Runs), result.GetValue(Top));
        var users = Recommender.UsersWithPlays(model);
        var table = ResultTable.Create(
            ["rule"], ["plain, s", "with the rule, s", "ratio", "plain, CPU s", "with the rule, CPU s", "CPU ratio"]);
        using var engine = new HostEngine(threads);
        foreach (var (name, rules) in Rules(model))
        {
            var (plain, ruled) = (new (double Wall, double Cpu)[runs], new (double Wall, double Cpu)[runs]);
            Run(ListRules.None);
            Run(rules);
            for (var run = 0; run < runs; run++)
            {
                plain[run] = Time(ListRules.None);
                ruled[run] = Time(rules);
            }

            table.AddRow([name, .. Cells(plain, ruled, time => time.Wall), .. Cells(plain, ruled, time => time.Cpu)]);
        }

        ResultTable.Print(
            table, Console.Out, Machine.Line,
            $"{shape.Name}, rank {model.Rank}, k {k}; {Counted.Of(threads, "thread")}; median of {runs} runs");
        return 0;

        (double Wall, double Cpu) Time(ListRules rules)
        {
            var before = Environment.CpuUsage.TotalTime;
            var wall = Clock.Seconds(() => Run(rules));
            return (wall, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
        }

        void Run(ListRules rules)
        {
            using var recommender = new Recommender(model, engine, rules);
            foreach (var batch in recommender.Recommend(users, k, includePlayed: false)) _ = batch.RowCount;
        }
    }

    private static IEnumerable<string> Cells(
        (double Wall, double Cpu)[] plain,
        (double Wall, double Cpu)[] ruled,
        Func<(double Wall, double Cpu), double> of)
    {
        var (before, with) = (Spread.Of([.. plain.Select(of)]).Median, Spread.Of([.. ruled.Select(of)]).Median);
        return
        [
            ResultTable.Text(before, "G3"), ResultTable.Text(with, "G3"), ResultTable.Text(with / before, "F2"),
        ];
    }

    /// <summary>Items and pairs drawn evenly, and groups of ten items.</summary>
    private static IEnumerable<(string Name, ListRules Rules)> Rules(FactorModel model)
    {
        var random = new Random(1);
        var items = model.Items.Count;
        int[] order = [.. Enumerable.Range(0, items)];
        random.Shuffle(order);
        var excluded = Math.Min(ExcludedItems, items / 2);
        yield return ($"{excluded:N0} excluded items", new ListRules { ExcludedItems = order[..excluded] });
        yield return ($"only {items - excluded:N0} items", new ListRules { OnlyItems = order[excluded..] });
        int[] users = [.. Enumerable.Range(0, ExcludedPairs).Select(_ => random.Next(model.Users.Count))];
        int[] theirs = [.. Enumerable.Range(0, ExcludedPairs).Select(_ => random.Next(items))];
        var pairs = CsrBuilder.FromCoordinates(model.Users.Count, items, users, theirs, values: []);
        yield return ($"{ExcludedPairs:N0} excluded pairs", new ListRules { ExcludedPairs = pairs });
        yield return ("score of at least 0.1", new ListRules { MinScore = 0.1f });
        int[] groupOf = [.. order.Select(item => item / 10)];
        yield return ("2 of a group of 10 items", new ListRules { Groups = new ItemGroups(groupOf, 2) });
        yield return ("diversity 0.3", new ListRules { Diversity = 0.3 });
    }
}
