using System.Globalization;
using GpuAls.Evaluation;
using Spectre.Console;

namespace GpuAls.Cli;

/// <summary>Metrics for people: a row each, a column for each way to recommend.</summary>
internal static class MetricTable
{
    private const double ManyDigits = 100; // from here on, one digit behind the point is enough

    private static readonly Dictionary<string, string> Titles = new()
    {
        ["rmse_preference"] = "RMSE, preference",
        ["mae_preference"] = "MAE, preference",
        ["rmse_rating"] = "RMSE, rating",
        ["mae_rating"] = "MAE, rating",
        ["map"] = "MAP",
        ["ndcg"] = "NDCG",
        ["mrr"] = "MRR",
        ["hit_rate"] = "hit rate",
        ["auc"] = "AUC",
        ["mpr"] = "mean percentile rank",
    };

    public static void Write(EvaluationReport report, TextWriter output)
    {
        var table = new Table().AddColumn("").Border(TableBorder.Simple);
        foreach (var method in report.Methods) table.AddColumn(Markup.Escape(method.Name));
        foreach (var metric in report.Methods[0].Metrics.Select(value => value.Metric))
            table.AddRow([Title(metric), .. report.Methods.Select(method => Cell(method.Metrics.FirstOrDefault(value => value.Metric == metric)))]);
        Tables.Write(output, table);
        var intervals = report.Bootstrap.Resamples > 0 ? Text($" In brackets: 95 % intervals, users drawn again {report.Bootstrap.Resamples:N0} times.") : "";
        output.WriteLine(Text($"{Counted.Of(report.Users, "user")} with held-out plays.{intervals}"));
    }

    private static string Title(Metric metric)
    {
        var name = Titles.GetValueOrDefault(metric.Name, metric.Name);
        return metric.K is { } k ? Text($"{name}@{k}") : name;
    }

    private static string Cell(MetricValue? value)
    {
        if (value is null) return "";
        var interval = value is { Low: { } low, High: { } high } ? $" [{Number(low)}, {Number(high)}]" : "";
        return Markup.Escape(Number(value.Value) + interval);
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) < ManyDigits ? "F4" : "F1", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
