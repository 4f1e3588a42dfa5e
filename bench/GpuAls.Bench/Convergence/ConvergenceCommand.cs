using System.CommandLine;
using System.Globalization;
using GpuAls.Bench.OnGpu;
using GpuAls.Bench.Quality;
using Spectre.Console;

namespace GpuAls.Bench.Convergence;

/// <summary>bench convergence: iterations to the final loss, plain and accelerated.</summary>
internal static class ConvergenceCommand
{
    public static Command Create()
    {
        var data = DataSet.FolderOption("folder with the data sets");
        var ranks = new Option<int[]>("--rank")
        {
            Description = "ranks",
            DefaultValueFactory = _ => [16, 64],
            AllowMultipleArgumentsPerToken = true,
            HelpName = "RANK",
        };
        var iterations = new Option<int>("--iterations")
        {
            Description = "iterations after which the loss counts as final",
            DefaultValueFactory = _ => 120,
            HelpName = "N",
        };
        var seeds = new Option<int>("--seeds")
        {
            Description = "number of trainings, with seeds 1, 2, …",
            DefaultValueFactory = _ => 5,
            HelpName = "N",
        };
        var set = new Option<string>("--set")
        {
            Description = "only the sets whose names begin like this",
            DefaultValueFactory = _ => "",
            HelpName = "NAME",
        };
        var curves = new Option<string?>("--curves")
        {
            Description = "file for the loss after each iteration, as CSV",
            HelpName = "FILE",
        };
        var command = new Command("convergence", "Counts iterations to the final loss, plain and accelerated.")
        {
            data, ranks, iterations, seeds, set, curves,
        };
        command.SetAction((result, cancellation) =>
        {
            var plan = new Plan(
                result.GetValue(data)!, result.GetValue(ranks)!, result.GetValue(iterations), result.GetValue(seeds),
                result.GetValue(set)!, result.GetValue(curves));
            return DataSet.InFolderAsync(folder => RunAsync(plan, folder, cancellation));
        });
        return command;
    }

    private static async Task RunAsync(Plan plan, string folder, CancellationToken cancellation)
    {
        using var engine = new HostEngine(Environment.ProcessorCount);
        using var curves = plan.Curves is null ? null : new StreamWriter(plan.Curves);
        curves?.WriteLine("set,rank,seed,acceleration,iteration,loss,seconds");
        var table = ResultTable.Create(
            ["set"],
            [
                "rank", "1 %", "0.1 %", "0.01 %", "seconds to 0.1 %", "iteration, plain", "accelerated", "final loss",
                "slower",
            ]);
        foreach (var set in ConvergenceSet.All)
        {
            if (!set.Name.StartsWith(plan.Set, StringComparison.Ordinal)) continue;
            var plays = await set.LoadAsync(plan.Data, folder, cancellation).ConfigureAwait(false);
            foreach (var rank in plan.Ranks)
            {
                var options = set.Options with { Rank = rank, Iterations = plan.Iterations };
                var pairs = Enumerable.Range(1, plan.Seeds)
                    .Select(seed => DescentPair.Of(engine, plays, options with { Seed = seed }, cancellation)).ToList();
                if (curves is not null) Write(curves, set, rank, pairs);
                table.AddRow(Row(set, rank, pairs));
                Console.Error.WriteLine($"{set.Name}, rank {rank}: done");
            }
        }

        ResultTable.Print(
            table, Console.Out, Machine.Line,
            "Iterations until the loss is within 1 %, 0.1 % and 0.01 % of the final one (the lower of both after "
            + $"{plan.Iterations} iterations), plain → accelerated: medians over {Counted.Of(plan.Seeds, "seed")}; "
            + "> stands for never. Final loss: accelerated against plain. Slower: how often, of all seeds and "
            + "tolerances, accelerated training took more iterations.",
            "");
    }

    private static string[] Row(ConvergenceSet set, int rank, List<DescentPair> pairs)
    {
        var counts = Enumerable.Range(0, DescentPair.Tolerances.Length).Select(tolerance => (
            Plain: Median(pairs.Select(pair => (double)pair.Iterations[tolerance].Plain)),
            Accelerated: Median(pairs.Select(pair => (double)pair.Iterations[tolerance].Accelerated)))).ToArray();
        var all = pairs[0].Plain.Losses.Length;
        var plain = Median(pairs.Select(pair => pair.Plain.SecondsOf(1)));
        var accelerated = Median(pairs.Select(pair => pair.Accelerated.SecondsOf(1)));
        var final = Math.Round(
            100 * Median(pairs.Select(pair => (pair.Accelerated.Losses[^1] / pair.Plain.Losses[^1]) - 1)), 3);
        return
        [
            set.Name, $"{rank}",
            .. counts.Select(count => $"{Text(count.Plain)} → {Text(count.Accelerated)}"),
            ResultTable.Text($"{plain * counts[1].Plain:F2} → {accelerated * counts[1].Accelerated:F2}"),
            ResultTable.Text($"{plain:F4}"), ResultTable.Text($"{accelerated:F4}"),
            ResultTable.Text($"{final:+0.000;-0.000;0} %"),
            $"{pairs.Sum(pair => pair.Iterations.Count(count => count.Accelerated > count.Plain))}",
        ];

        string Text(double iterations) => iterations > all ? ">" : iterations.ToString(CultureInfo.InvariantCulture);
    }

    private static void Write(StreamWriter curves, ConvergenceSet set, int rank, List<DescentPair> pairs)
    {
        for (var seed = 0; seed < pairs.Count; seed++)
        {
            (Acceleration Acceleration, Descent Descent)[] both =
                [(Acceleration.None, pairs[seed].Plain), (Acceleration.Momentum, pairs[seed].Accelerated)];
            foreach (var (acceleration, descent) in both)
            {
                var training = ResultTable.Text($"\"{set.Name}\",{rank},{seed + 1},{Words.Of(acceleration)}");
                for (var i = 0; i < descent.Losses.Length; i++)
                    curves.WriteLine(ResultTable.Text($"{training},{i + 1},{descent.Losses[i]},{descent.Seconds[i]}"));
            }
        }
    }

    private static double Median(IEnumerable<double> values) => Spread.Of(values).Median;

    private sealed record Plan(string Data, int[] Ranks, int Iterations, int Seeds, string Set, string? Curves);
}
