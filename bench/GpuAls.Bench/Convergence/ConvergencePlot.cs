using System.CommandLine;
using System.Globalization;
using GpuAls.App;
using GpuAls.Bench.OnGpu;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace GpuAls.Bench.Convergence;

/// <summary>bench convergence-plot: how the loss falls, from the files of <c>bench convergence --curves</c>.</summary>
internal static class ConvergencePlot
{
    private const int Width = 760;
    private const int Height = 440;

    public static Command Create()
    {
        var curves = new Argument<string[]>("curves")
        {
            Description = "files of bench convergence --curves",
            Arity = ArgumentArity.OneOrMore,
        };
        var trainings = new Option<string[]>("--training")
        {
            Description = "what is drawn, such as 'HetRec, defaults:64' (set and rank)",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
            HelpName = "SET:RANK",
        };
        var iterations = new Option<int>("--iterations")
        {
            Description = "iterations that are drawn",
            DefaultValueFactory = _ => 40,
            HelpName = "N",
        };
        var output = new Option<string>("--output") { Description = "the SVG", Required = true, HelpName = "FILE" };
        var command = new Command("convergence-plot", "Draws how far losses are above the final one.")
        {
            curves, trainings, iterations, output,
        };
        command.SetAction(result =>
        {
            var all = result.GetValue(curves)!.SelectMany(Read).ToLookup(point => point.Training);
            var plot = Draw(all, result.GetValue(trainings)!, result.GetValue(iterations));
            using var file = File.Create(result.GetValue(output)!);
            Chart.WriteSvg(plot, file, Width, Height);
        });
        return command;
    }

    private static PlotModel Draw(ILookup<string, Point> all, string[] trainings, int iterations)
    {
        var plot = Chart.Plot(
            ChartColors.Light,
            new LinearAxis { Position = AxisPosition.Bottom, Title = "iteration", Minimum = 1, Maximum = iterations },
            new LogarithmicAxis
            {
                Position = AxisPosition.Left,
                Title = "loss above the final one, %",
                Minimum = 1e-3,
            });
        plot.Background = OxyColors.White;
        plot.Legends.Add(new Legend { LegendPosition = LegendPosition.TopRight, LegendPadding = 12 });
        for (var i = 0; i < trainings.Length; i++)
        {
            var points = all[trainings[i]].ToArray();
            if (points.Length == 0) throw new ArgumentException($"there is no '{trainings[i]}' in the curves.");
            var final = points.GroupBy(point => point.Seed)
                .ToDictionary(seed => seed.Key, seed => seed.Min(point => point.Loss));
            foreach (var acceleration in points.Select(point => point.Acceleration).Distinct())
            {
                var medians = points.Where(point => point.Acceleration == acceleration && point.Iteration <= iterations)
                    .GroupBy(point => point.Iteration)
                    .Select(at => ((double)at.Key, Spread.Of(
                        at.Select(point => 100 * ((point.Loss / final[point.Seed]) - 1))).Median));
                var isPlain = acceleration == Words.Of(Acceleration.None);
                var title = $"{trainings[i].Replace(":", ", rank ", StringComparison.Ordinal)}"
                    + (isPlain ? ", plain" : $", {acceleration}") + "\u00a0\u00a0"; // Greek letters have no metrics.
                Chart.AddLine(plot, title, ChartColors.Light.Of(i), medians, markers: false);
                if (isPlain) ((LineSeries)plot.Series[^1]).LineStyle = LineStyle.Dash;
            }
        }

        return plot;
    }

    private static IEnumerable<Point> Read(string file) => File.ReadLines(file).Skip(1).Select(line =>
    {
        var end = line.IndexOf('"', 1);
        var rest = line[(end + 2)..].Split(',');
        return new Point(
            $"{line[1..end]}:{rest[0]}", rest[1], rest[2], int.Parse(rest[3], CultureInfo.InvariantCulture),
            double.Parse(rest[4], CultureInfo.InvariantCulture));
    });

    private sealed record Point(string Training, string Seed, string Acceleration, int Iteration, double Loss);
}
