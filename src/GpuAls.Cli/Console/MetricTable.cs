using System.Globalization;
using Spectre.Console;

namespace GpuAls.Cli;

/// <summary>Metrics for people: a row each, a column for each way to recommend.</summary>
internal static class MetricTable
{
    public static void Write(EvaluationReport report, TextWriter output)
    {
        var table = new Table().AddColumn("").Border(TableBorder.Simple);
        foreach (var method in report.Methods) table.AddColumn(Markup.Escape(method.Name));
        foreach (var metric in report.Methods[0].Metrics.Select(value => value.Metric))
            table.AddRow([MetricTitles.Of(metric), .. report.Methods.Select(method => Markup.Escape(MetricTitles.Text(method.Metrics.FirstOrDefault(value => value.Metric == metric))))]);
        Tables.Write(output, table);
        var intervals = report.Bootstrap.Resamples > 0 ? Text($" In brackets: 95 % intervals, users drawn again {report.Bootstrap.Resamples:N0} times.") : "";
        output.WriteLine(Text($"{Counted.Of(report.Users, "user")} with held-out plays.{intervals}"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
