using Spectre.Console;

namespace GpuAls.Cli;

/// <summary>
/// Metrics for people: a row for each metric, a column for each way to recommend. Of several models, a row for each of
/// them with the few metrics that compare them.
/// </summary>
internal static class MetricTable
{
    public static void Write(EvaluationReport report, ShownMetrics shown, TextWriter output)
    {
        var metrics = report.Shown(shown);
        var table = !report.HasDifferences || shown == ShownMetrics.All ? ByMetric(report, metrics) : null;
        if (table is not null) Tables.Write(output, table);
        if (report.HasDifferences) Tables.Write(output, ByModel(report));
        var intervals = MetricTitles.IntervalNote(
            report.Methods.SelectMany(method => method.Metrics).Where(value => metrics.Contains(value.Metric)),
            report.Bootstrap);
        output.WriteLine($"{Counted.Of(report.Users, "user")} with held-out plays.{intervals}");
        if (report.HasDifferences)
            output.WriteLine(
                "Differences are from the first model, on the same users. Those with 0 in the interval may be chance.");
        if (table is null) output.WriteLine("To see all metrics: --metrics all");
        else if (metrics.Count < report.Methods[0].Metrics.Count)
            output.WriteLine(
                "RMSE and MAE say little about implicit feedback and are hidden. To see them: --metrics all");
    }

    private static Table ByMetric(EvaluationReport report, IReadOnlyList<Metric> metrics)
    {
        var table = new Table().AddColumn("").Border(TableBorder.Simple);
        foreach (var method in report.Methods) table.AddColumn(Markup.Escape(method.Name));
        foreach (var metric in metrics)
            table.AddRow(
                [
                    MetricTitles.Of(metric),
                    .. report.Methods.Select(method => Text(MetricTitles.Text(Of(method.Metrics, metric)))),
                ]);
        return table;
    }

    private static Table ByModel(EvaluationReport report)
    {
        var metrics = report.Compared;
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns("", MetricTitles.Of(metrics[0]), "difference");
        foreach (var metric in metrics.Skip(1)) table.AddColumn(MetricTitles.Of(metric));
        foreach (var method in report.Methods)
            table.AddRow(
                [
                    Text(method.Name), Text(MetricTitles.Text(Of(method.Metrics, metrics[0]))),
                    Text(MetricTitles.Difference(Of(method.Differences, metrics[0]))),
                    .. metrics.Skip(1).Select(metric => Text(MetricTitles.Text(Of(method.Metrics, metric)))),
                ]);
        return table;
    }

    private static string Text(string text) => Markup.Escape(text);

    private static MetricValue? Of(IReadOnlyList<MetricValue>? values, Metric metric) =>
        values?.FirstOrDefault(value => value.Metric == metric);
}
