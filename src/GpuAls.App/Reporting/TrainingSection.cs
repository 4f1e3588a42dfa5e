using System.Globalization;
using System.Xml.Linq;
using OxyPlot.Axes;

namespace GpuAls.App;

/// <summary>Loss and seconds of each iteration.</summary>
internal static class TrainingSection
{
    public static XElement? Of(IReadOnlyList<TrainingCurve> trainings)
    {
        if (trainings.Count == 0) return null;
        return Html.Section(
            "Training",
            new XElement(
                "div", new XAttribute("class", "charts"), LossFigure(trainings), MetricFigure(trainings),
                SecondsFigure(trainings)),
            Html.Details("Show the numbers", trainings.Select(Table)));
    }

    private static XElement? LossFigure(IReadOnlyList<TrainingCurve> trainings)
    {
        var last = trainings[^1].Iterations[^1].Loss;
        return last is null
            ? null
            : Figure(
                trainings, "Loss after each iteration", $"It ends at {Loss(last)}.", "loss",
                report => report.Loss ?? double.NaN);
    }

    private static XElement? MetricFigure(IReadOnlyList<TrainingCurve> trainings)
    {
        if (trainings[0].Metric is not { } metric) return null;
        var last = trainings[^1].Iterations[^1].Metric ?? double.NaN;
        return Figure(
            trainings, $"{metric} after each iteration", $"It ends at {MetricTitles.Number(last)}.", metric,
            report => report.Metric ?? double.NaN);
    }

    private static XElement SecondsFigure(IReadOnlyList<TrainingCurve> trainings)
    {
        var seconds = trainings.SelectMany(training => training.Iterations).Select(report => report.Seconds);
        var sorted = seconds.Order().ToArray();
        var median = sorted[sorted.Length / 2];
        return Figure(
            trainings, "Seconds per iteration (without the loss)", $"The median is {Html.Number(median)} s.",
            "seconds", report => report.Seconds, 0);
    }

    private static XElement Figure(
        IReadOnlyList<TrainingCurve> trainings, string caption, string says, string unit,
        Func<IterationReport, double> value, double minimum = double.NaN) =>
        Chart.Figure(caption, $"Line chart: {caption}. {says}", colors =>
        {
            var iterations = new LinearAxis
            {
                Position = AxisPosition.Bottom,
                Title = "iteration",
                MinimumMajorStep = 1,
                MinimumPadding = 0.03,
                MaximumPadding = 0.03,
            };
            var plot = Chart.Plot(
                colors, iterations,
                new LinearAxis
                {
                    Position = AxisPosition.Left,
                    Title = unit,
                    Minimum = minimum,
                    MaximumPadding = 0.08,
                });
            if (trainings.Count > 1) Chart.AddLegend(plot);
            for (var i = 0; i < trainings.Count; i++)
                Chart.AddLine(
                    plot, trainings[i].Name, colors.Of(i),
                    trainings[i].Iterations.Select(report => ((double)report.Iteration, value(report))));
            return plot;
        });

    private static XElement Table(TrainingCurve training) => Html.Table(
        $"Iterations: {training.Name}",
        ["iteration", "seconds", "loss", .. Optional(training.Metric), "rows in fp64", "rows with jitter"],
        training.Iterations.Select(report => (string[])
        [
            Html.Number(report.Iteration), Html.Number(report.Seconds), Loss(report.Loss),
            .. Optional(training.Metric is null ? null : Value(report.Metric)),
            Html.Number(report.Fp64Rows), Html.Number(report.JitteredRows),
        ]));

    private static string[] Optional(string? text) => text is null ? [] : [text];

    private static string Value(double? metric) => metric is { } value ? MetricTitles.Number(value) : "";

    private static string Loss(double? loss) => loss?.ToString("G9", CultureInfo.InvariantCulture) ?? "";
}
