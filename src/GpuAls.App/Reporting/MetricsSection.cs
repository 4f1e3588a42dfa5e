using System.Globalization;
using System.Xml.Linq;
using OxyPlot;
using OxyPlot.Axes;

namespace GpuAls.App;

/// <summary>Metrics of the model and of the baselines.</summary>
internal static class MetricsSection
{
    /// <summary>Metrics of lists that are drawn; the table has the others too.</summary>
    private static readonly string[] Drawn = [Metric.Ndcg, Metric.Recall, Metric.Precision, Metric.AveragePrecision];

    /// <summary>Distance between the intervals of two methods, as a share of the distance between two k.</summary>
    private const double Shift = 0.06;

    public static XElement? Of(EvaluationReport? report, ShownMetrics shown)
    {
        if (report is null) return null;
        var metrics = report.Shown(shown);
        var values = report.Methods.SelectMany(method => method.Metrics).Where(value => metrics.Contains(value.Metric));
        var intervals = MetricTitles.IntervalNote(values, report.Bootstrap, "Brackets and bars show");
        return Html.Section(
            "Metrics",
            Html.Paragraph($"{Counted.Of(report.Users, "user")} with held-out plays.{intervals}"),
            new XElement(
                "div", new XAttribute("class", "charts"),
                Drawn.Select(name => Figure(name, report.Methods)).Where(figure => figure is not null)),
            Table(
                "Metrics of the model and the baselines", report.Methods, metrics,
                (method, metric) => MetricTitles.Text(method.Metrics.FirstOrDefault(value => value.Metric == metric))),
            report.HasDifferences
                ? Table(
                    $"Differences from {report.Methods[0].Name}, user by user", report.Methods.Skip(1), metrics,
                    (method, metric) => MetricTitles.Difference(
                        method.Differences!.FirstOrDefault(value => value.Metric == metric)))
                : null);
    }

    private static XElement? Figure(string name, IReadOnlyList<MethodResult> methods)
    {
        var values = methods
            .Select(method => (method.Name, Values: method.Metrics.Where(value => value.Metric.Name == name).ToArray()))
            .Where(method => method.Values.Length > 0)
            .ToArray();
        if (values.Length == 0) return null;
        var title = MetricTitles.Of(name);
        var at = values[0].Values[^1].Metric.K;
        var last = values.Select(method => $"{method.Name} {MetricTitles.Number(method.Values[^1].Value)}");
        var alt = $"Chart: {title}@k. At k = {at}: {string.Join(", ", last)}.";
        return Chart.Figure($"{title}@k", alt, colors => Draw(colors, title, values));
    }

    private static PlotModel Draw(ChartColors colors, string title, (string Name, MetricValue[] Values)[] methods)
    {
        var lengths = new CategoryAxis { Position = AxisPosition.Bottom, Title = "k" };
        lengths.Labels.AddRange(
            methods[0].Values.Select(value => value.Metric.K?.ToString(CultureInfo.InvariantCulture) ?? ""));
        var plot = Chart.Plot(
            colors, lengths,
            new LinearAxis { Position = AxisPosition.Left, Title = title, Minimum = 0, MaximumPadding = 0.08 });
        Chart.AddLegend(plot);
        for (var method = 0; method < methods.Length; method++)
        {
            var shift = (method - ((methods.Length - 1) / 2.0)) * Shift;
            var (color, values) = (colors.Of(method), methods[method].Values);
            Chart.AddLine(plot, methods[method].Name, color, values.Select((value, i) => (i + shift, value.Value)));
            for (var i = 0; i < values.Length; i++)
                if (values[i] is { Low: { } low, High: { } high })
                    Chart.AddLine(plot, null, color, [(i + shift, low), (i + shift, high)], markers: false);
        }

        return plot;
    }

    private static XElement Table(
        string caption, IEnumerable<MethodResult> methods, IReadOnlyList<Metric> metrics,
        Func<MethodResult, Metric, string> text) => Html.Table(
            caption,
            ["metric", .. methods.Select(method => method.Name)],
            metrics.Select(metric => (string[])
            [
                MetricTitles.Of(metric), .. methods.Select(method => text(method, metric)),
            ]));
}
