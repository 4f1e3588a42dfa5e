using System.Globalization;
using Spectre.Console;

namespace GpuAls.Cli;

/// <summary>The trials of a search for people, best first.</summary>
internal static class TrialTable
{
    public static void Write(TuneReport report, TextWriter output)
    {
        var parameters = report.Searched.Reverse().Select(name => AlsParameters.Table[name]).ToArray();
        var table = new Table().Border(TableBorder.Simple).AddColumn("trial");
        foreach (var parameter in parameters) table.AddColumn(parameter.Name);
        string[] results = [report.Metric, "best iteration", "iterations"];
        foreach (var column in results) table.AddColumn(column);
        foreach (var trial in report.Trials)
            table.AddRow(
                [
                    Text($"{trial.Result.Trial}"), .. parameters.Select(parameter => parameter.Get(trial.Options)),
                    .. Results(report, trial.Result),
                ]);
        Tables.Write(output, table);
        var metric = MetricChoice.Parse(report.Metric).Metric;
        var intervals = MetricTitles.IntervalNote(
            report.Trials.Select(trial => trial.Result.Measured(metric)), report.Bootstrap);
        var better = report.IsLowerBetter ? "lower" : "higher";
        output.WriteLine($"{Counted.Of(report.Trials.Count, "trial")}, best first; {better} is better.{intervals}");
        output.WriteLine("To train the best on all plays:");
        output.WriteLine(report.TrainCommand);
    }

    private static string[] Results(TuneReport report, TrialResult result) =>
    [
        result.Measured(MetricChoice.Parse(report.Metric).Metric) is { } measured
            ? Markup.Escape(MetricTitles.Text(measured))
            : "failed",
        result.BestIteration > 0 ? Text($"{result.BestIteration}") : "",
        Text($"{result.Iterations.Count}"),
    ];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
