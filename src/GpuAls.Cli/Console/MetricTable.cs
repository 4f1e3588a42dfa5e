using Spectre.Console;

namespace GpuAls.Cli;

/// <summary>Metrics for people: a row for each metric, a column for each way to recommend.</summary>
internal static class MetricTable
{
    public static void Write(EvaluationReport report, ShownMetrics shown, TextWriter output)
    {
        var table = new Table().AddColumn("").Border(TableBorder.Simple);
        foreach (var method in report.Methods) table.AddColumn(Markup.Escape(method.Name));
        var metrics = report.Shown(shown);
        MetricValue?[][] values = [.. metrics.Select(metric => Row(report, metric))];
        for (var row = 0; row < values.Length; row++)
            table.AddRow(
                [
                    MetricTitles.Of(metrics[row]),
                    .. values[row].Select(value => Markup.Escape(MetricTitles.Text(value))),
                ]);
        Tables.Write(output, table);
        var intervals = MetricTitles.IntervalNote(values.SelectMany(row => row), report.Bootstrap);
        output.WriteLine($"{Counted.Of(report.Users, "user")} with held-out plays.{intervals}");
        if (metrics.Count < report.Methods[0].Metrics.Count)
            output.WriteLine(
                "RMSE and MAE say little about implicit feedback and are hidden. To see them: --metrics all");
    }

    private static MetricValue?[] Row(EvaluationReport report, Metric metric) =>
        [.. report.Methods.Select(method => method.Metrics.FirstOrDefault(value => value.Metric == metric))];
}
