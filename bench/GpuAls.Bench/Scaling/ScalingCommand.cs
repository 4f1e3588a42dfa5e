using System.CommandLine;
using GpuAls.Bench.OnGpu;
using GpuAls.Bench.Shapes;
using Spectre.Console;

namespace GpuAls.Bench.Scaling;

/// <summary>
/// bench scaling: how evenly processes share the rows, measured on this CPU, and how long an iteration is predicted to
/// take on many GPUs.
/// </summary>
internal static class ScalingCommand
{
    public static Command Create()
    {
        var quick = new Option<bool>("--quick")
        {
            Description = "small inputs: checks that everything works; the times are meaningless",
        };
        var command = new Command(
            "scaling",
            "Measures how evenly processes share the rows, and predicts the time of an iteration on many GPUs.")
        {
            quick,
        };
        command.SetAction(
            result => new ScalingRun(result.GetValue(quick) ? ScalingPlan.Quick : ScalingPlan.Full, Console.Out).Run());
        return command;
    }
}

/// <summary>What to measure and to predict.</summary>
/// <param name="Measured">The plays whose shares are measured.</param>
/// <param name="Ranks">At which ranks.</param>
/// <param name="Repetitions">How often.</param>
/// <param name="Predicted">The plays to predict for, and the numbers of GPUs.</param>
internal sealed record ScalingPlan(
    Shape Measured, int[] Ranks, int Repetitions, (Func<Histories> Plays, int[] GpuCounts)[] Predicted)
{
    private static readonly int[] Clusters = [8, 64, 512];

    /// <summary>The last has the size of the largest graph that ALX was published with, on as many TPU cores.</summary>
    public static ScalingPlan Full { get; } = new(
        Shape.Host, [64, 128], 7,
        [
            (() => Histories.Of("10⁹", 10_000_000, 1_000_000, 1_000_000_000), Clusters),
            (() => Histories.Of("10¹¹", 1_000_000_000, 100_000_000, 100_000_000_000), Clusters),
            (() => Histories.Of("WebGraph-sparse", 365_400_000, 365_400_000, 30_000_000_000), [256]),
        ]);

    public static ScalingPlan Quick { get; } = new(
        Shape.Of(500, 200, 5_000), [16], 1, [(() => Histories.Of("10⁵", 2_000, 500, 100_000), [8, 16])]);
}

/// <summary>The tables of bench/Results/scaling.md.</summary>
internal sealed class ScalingRun(ScalingPlan plan, TextWriter results)
{
    private const double Tera = 1e12;
    private const double Giga = 1e9;

    private static readonly int[] ProcessCounts = [2, 4];

    public void Run()
    {
        results.WriteLine(Machine.Line);
        PrintMeasured();
        PrintModel();
        Case[] cases = [.. plan.Predicted.SelectMany(of => Case.Of(of.Plays(), of.GpuCounts))];
        PrintShares(cases);
        foreach (var links in Links.All) PrintTimes(cases, links);
    }

    private static double Ratio((double Mean, double Largest) spread) => spread.Largest / spread.Mean;

    private static string Gigabytes(double bytes) => ResultTable.Text(bytes / Giga, bytes >= 1e11 ? "F0" : "G3");

    private static string Seconds(double seconds) => ResultTable.Text(seconds, seconds >= 100 ? "F0" : "G3");

    private void PrintMeasured()
    {
        var table = ResultTable.Create(
            ["solver"], ["rank", "processes", "imbalance, cost", "time", "users, s", "items, s"]);
        var plays = SampleMatrix.Create(plan.Measured);
        foreach (var solver in Enum.GetValues<Solver>())
            foreach (var rank in plan.Ranks)
                foreach (var count in ProcessCounts)
                {
                    var options = TrainingRun.Options(rank, 1) with { Solver = solver };
                    var times = ShareTimes.Measure(plays, options, count, plan.Repetitions);
                    table.AddRow(
                        Words.Of(solver), ResultTable.Text(rank, "0"), ResultTable.Text(count, "0"),
                        ResultTable.Text(times.CostImbalance, "F2"), ResultTable.Text(times.Imbalance, "F2"),
                        string.Join(" ", times.Users.Select(Seconds)), string.Join(" ", times.Items.Select(Seconds)));
                }

        ResultTable.Print(
            table, results, "",
            ResultTable.Text(
                $"MEASURED: {plan.Measured.Name}; seconds of one thread of the CPU for the rows of each process, ")
            + ResultTable.Text($"least of {plan.Repetitions}"));
    }

    /// <summary>The row model beside what was measured in whole iterations.</summary>
    private void PrintModel()
    {
        var table = ResultTable.Create(
            ["shape"], ["rank", "predicted, s", "measured, s", "predicted ÷ measured"]);
        foreach (var gpu in GpuModel.All)
        {
            Add("Last.fm-360K", 358_868, 292_385, 17_500_000, gpu.Measured.LastFm);
            Add("ML-20M", 138_493, 26_744, 20_000_000, gpu.Measured.MovieLens);

            void Add(string name, int users, int items, long plays, double measured)
            {
                var predicted = new Prediction(gpu, Histories.Of(name, users, items, plays), 1, gpu.RowSeconds).OneGpu;
                table.AddRow(
                    name, ResultTable.Text(gpu.Rank, "0"), ResultTable.Text(predicted, "F3"),
                    ResultTable.Text(measured, "F3"), ResultTable.Text(predicted / measured, "F2"));
            }
        }

        ResultTable.Print(table, results, "", "PREDICTED by the row model, and measured: one H200");
    }

    private void PrintShares(IEnumerable<Case> cases)
    {
        var table = ResultTable.Create(
            ["plays"],
            [
                "rank", "GPUs", "TFMA a GPU", "imbalance, TFMA", "cost", "time", "GB received", "factors, GB",
                "plays, GB", "fits 141 GB", "Gramians, s", "solving, s",
            ]);
        foreach (var (plays, gpu, count, predicted) in cases)
            table.AddRow(
                plays.Name, ResultTable.Text(gpu.Rank, "0"), ResultTable.Text(count, "0"),
                ResultTable.Text(predicted.Fmas.Mean / Tera, "G3"), ResultTable.Text(Ratio(predicted.Fmas), "F2"),
                ResultTable.Text(Ratio(predicted.Cost), "F2"), ResultTable.Text(Ratio(predicted.Time), "F2"),
                Gigabytes(predicted.Received), Gigabytes(predicted.FactorBytes), Gigabytes(predicted.PlaysBytes),
                predicted.Fits ? "yes" : "no: sharded factors",
                Seconds(predicted.Gramian), Seconds(predicted.Time.Largest));
        ResultTable.Print(table, results, "", "PREDICTED, not measured: the share of a GPU in an iteration");
    }

    private void PrintTimes(IEnumerable<Case> cases, Links links)
    {
        var table = ResultTable.Create(
            ["plays"],
            [
                "rank", "GPUs", "one GPU, s", "exchange, s", "in turn, s", "efficiency", "overlapped, s",
                "efficiency ", "fits",
            ]);
        foreach (var (plays, gpu, count, predicted) in cases)
        {
            var inTurn = predicted.Iteration(links, overlaps: false);
            var overlapped = predicted.Iteration(links, overlaps: true);
            table.AddRow(
                plays.Name, ResultTable.Text(gpu.Rank, "0"), ResultTable.Text(count, "0"), Seconds(predicted.OneGpu),
                Seconds(predicted.Exchange(links)),
                Seconds(inTurn), ResultTable.Text(predicted.Efficiency(inTurn), "P0"),
                Seconds(overlapped), ResultTable.Text(predicted.Efficiency(overlapped), "P0"),
                predicted.Fits ? "yes" : "no");
        }

        ResultTable.Print(table, results, "", $"PREDICTED, not measured: {links.Name}");
    }

    private sealed record Case(Histories Plays, GpuModel Gpu, int Count, Prediction Predicted)
    {
        /// <summary>All ranks on each number of GPUs, with the rows shared out as the program does.</summary>
        public static IEnumerable<Case> Of(Histories plays, int[] counts) =>
            from gpu in GpuModel.All
            let plan = new TrainingPlan(gpu.Rank, ConjugateGradientSteps: 0, SumPrecision.Fp32)
            from count in counts
            select new Case(plays, gpu, count, new Prediction(gpu, plays, count, plan.WorkOf));
    }
}
