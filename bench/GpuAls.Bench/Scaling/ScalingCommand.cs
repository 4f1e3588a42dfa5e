using System.CommandLine;
using Spectre.Console;

namespace GpuAls.Bench.Scaling;

/// <summary>bench scaling: what several GPUs share, and how long an iteration is predicted to take.</summary>
internal static class ScalingCommand
{
    public static Command Create()
    {
        var quick = new Option<bool>("--quick")
        {
            Description = "small inputs: checks that everything works",
        };
        var command = new Command(
            "scaling", "Predicts the time of an iteration on many GPUs. Nothing is timed.")
        {
            quick,
        };
        command.SetAction(
            result => new ScalingRun(result.GetValue(quick) ? ScalingPlan.Quick : ScalingPlan.Full, Console.Out).Run());
        return command;
    }
}

/// <summary>What to predict.</summary>
/// <param name="Histories">The plays to predict for.</param>
/// <param name="GpuCounts">Numbers of GPUs to predict for.</param>
internal sealed record ScalingPlan(IReadOnlyList<Func<Histories>> Histories, int[] GpuCounts)
{
    public static ScalingPlan Full { get; } = new(
        [
            () => Scaling.Histories.Of("10⁹", 10_000_000, 1_000_000, 1_000_000_000),
            () => Scaling.Histories.Of("10¹¹", 1_000_000_000, 100_000_000, 100_000_000_000),
        ],
        [8, 64, 512]);

    public static ScalingPlan Quick { get; } =
        new([() => Scaling.Histories.Of("10⁵", 2_000, 500, 100_000)], [8, 16]);
}

/// <summary>The tables of bench/Results/scaling.md.</summary>
internal sealed class ScalingRun(ScalingPlan plan, TextWriter results)
{
    private const double Tera = 1e12;
    private const double Giga = 1e9;

    public void Run()
    {
        results.WriteLine(Machine.Line);
        PrintModel();
        var cases = plan.Histories.Select(create => create()).SelectMany(
            plays => GpuModel.All.SelectMany(
                gpu => plan.GpuCounts.Select(count => new Case(plays, gpu, count)))).ToArray();
        PrintShares(cases);
        foreach (var links in Links.All) PrintTimes(cases, links);
    }

    private static double Ratio((double Mean, double Largest) spread) => spread.Largest / spread.Mean;

    private static string Seconds(double seconds) => ResultTable.Text(seconds, "G3");

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
                "rank", "GPUs", "TFMA a GPU", "imbalance, cost", "imbalance, time", "GB received", "factors, GB",
                "plays, GB", "fits 141 GB", "Gramians, s", "solving, s",
            ]);
        foreach (var (plays, gpu, count, predicted) in cases)
            table.AddRow(
                plays.Name, ResultTable.Text(gpu.Rank, "0"), ResultTable.Text(count, "0"),
                ResultTable.Text(predicted.Work.Mean / Tera, "G3"), ResultTable.Text(Ratio(predicted.Work), "F3"),
                ResultTable.Text(Ratio(predicted.Time), "F3"), ResultTable.Text(predicted.Received / Giga, "G3"),
                ResultTable.Text(predicted.FactorBytes / Giga, "G3"),
                ResultTable.Text(predicted.PlaysBytes / Giga, "G3"),
                predicted.Fits ? "yes" : "no: sharded factors",
                Seconds(predicted.Gramian), Seconds(predicted.Time.Largest));
        ResultTable.Print(table, results, "", "PREDICTED, not measured: the share of a GPU in an iteration");
    }

    private void PrintTimes(IEnumerable<Case> cases, Links links)
    {
        var table = ResultTable.Create(
            ["plays"],
            [
                "rank", "GPUs", "one GPU, s", "exchange, s", "iteration, s", "efficiency", "overlapped, s",
                "efficiency ", "fits",
            ]);
        foreach (var (plays, gpu, count, predicted) in cases)
        {
            var (apart, overlapped) = (predicted.Iteration(links, false), predicted.Iteration(links, true));
            table.AddRow(
                plays.Name, ResultTable.Text(gpu.Rank, "0"), ResultTable.Text(count, "0"), Seconds(predicted.OneGpu),
                Seconds(predicted.Exchange(links)),
                Seconds(apart), ResultTable.Text(predicted.Efficiency(apart), "P0"),
                Seconds(overlapped), ResultTable.Text(predicted.Efficiency(overlapped), "P0"),
                predicted.Fits ? "yes" : "no");
        }

        ResultTable.Print(table, results, "", $"PREDICTED, not measured: {links.Name}");
    }

    private sealed record Case(Histories Plays, GpuModel Gpu, int Count, Prediction Predicted)
    {
        public Case(Histories plays, GpuModel gpu, int count)
            : this(
                plays, gpu, count,
                new Prediction(gpu, plays, count, new TrainingPlan(gpu.Rank, 0, SumPrecision.Fp32).WorkOf))
        {
        }
    }
}
