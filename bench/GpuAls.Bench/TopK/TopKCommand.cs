using System.CommandLine;
using GpuAls.Bench.Host;
using GpuAls.Bench.Shapes;
using Spectre.Console;

namespace GpuAls.Bench.TopK;

/// <summary>bench topk: verifies lists on the CPU, then times them as a share of its peak FMA rate.</summary>
internal static class TopKCommand
{
    private const int RunsOfOneUser = 101;

    public static Command Create()
    {
        var ranks = new Option<int[]>("--rank")
        {
            Description = "ranks",
            DefaultValueFactory = _ => [16, 32, 64, 128, 256],
            AllowMultipleArgumentsPerToken = true,
        };
        var lengths = new Option<int[]>("--top")
        {
            Description = "list lengths",
            DefaultValueFactory = _ => [10, 100, 1_000],
            AllowMultipleArgumentsPerToken = true,
        };
        var threads = new Option<int>("--threads")
        {
            Description = "threads",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        var runs = new Option<int>("--runs")
        {
            Description = "runs to time, after one that is verified",
            DefaultValueFactory = _ => 5,
        };
        var command = new Command(
            "topk",
            "Verifies and times top-k lists on the CPU: for all users, for one user, and as in gpuals recommend.")
        {
            ranks,
            lengths,
            threads,
            runs,
        };
        command.SetAction(result => Print(
            result.GetValue(ranks)!, result.GetValue(lengths)!, result.GetValue(threads), result.GetValue(runs)));
        return command;
    }

    private static int Print(int[] ranks, int[] lengths, int threads, int runs)
    {
        using var engine = new HostEngine(threads);
        var plays = SampleMatrix.Create(Shape.Host);
        var table = ResultTable.Create(
            ["shape", "lists"],
            ["rank", "k", "seconds", "share of peak", "masked, seconds", "masked ÷ unmasked", "peak, 10⁹ FMA/s"]);
        var passed = true;
        foreach (var rank in ranks)
        {
            using var model = TopKModel.Train(engine, plays, rank);
            foreach (var k in lengths) passed &= AddRows(table, engine, model, k, threads, runs);
        }

        ResultTable.Print(
            table, Console.Out, Machine.Line,
            $"{engine.Description.Name}; median of {runs} runs, of {RunsOfOneUser} for one user");
        if (!passed) Console.WriteLine("error: a list differs from the one found by sorting all scores.");
        return passed ? 0 : 1;
    }

    private static bool AddRows(Table table, HostEngine engine, TopKModel model, int k, int threads, int runs)
    {
        var (cases, peak) = FmaPeak.Around<TopKCase[]>(
            threads, () =>
            [
                TopKCase.AllUsers(engine, model, k, runs), TopKCase.Recommended(engine, model, k, runs),
                TopKCase.OneUser(engine, model, k, RunsOfOneUser),
            ]);
        foreach (var one in cases) table.AddRow([Shape.Host.Name, one.Name, .. Cells(model, k, one, peak)]);
        return cases.All(one => one.IsRight);
    }

    private static IEnumerable<string> Cells(TopKModel model, int k, TopKCase one, double peak) =>
    [
        ResultTable.Text(model.Model.Rank, "0"), ResultTable.Text(k, "0"), ResultTable.Text(one.Seconds, "G3"),
        ResultTable.Text(model.UsefulFmas(one.Users) / one.Seconds / peak / 1e9, "P1"),
        ResultTable.Text(one.MaskedSeconds, "G3"), ResultTable.Text(one.MaskedSeconds / one.Seconds, "F3"),
        ResultTable.Text(peak, "F0"),
    ];
}
