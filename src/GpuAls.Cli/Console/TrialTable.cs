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
        string[] results = [report.Metric, "best at", "trained"];
        foreach (var column in results) table.AddColumn(column);
        foreach (var trial in report.Trials)
            table.AddRow([Text($"{trial.Result.Trial}"), .. parameters.Select(parameter => parameter.Get(trial.Options)), .. Results(report, trial.Result)]);
        Tables.Write(output, table);
        var intervals = report.Trials[0].Result.Measured(MetricChoice.Parse(report.Metric).Metric)?.Low is not null ? Text($" In brackets: 95 % intervals, users drawn again {report.Bootstrap.Resamples:N0} times.") : "";
        output.WriteLine(Text($"{Counted.Of(report.Trials.Count, "trial")}, best first; {(report.IsLowerBetter ? "lower" : "higher")} is better.{intervals}"));
        output.WriteLine("The best, trained on all plays:");
        output.WriteLine(report.TrainCommand);
    }

    private static string[] Results(TuneReport report, TrialResult result) =>
    [
        result.Measured(MetricChoice.Parse(report.Metric).Metric) is { } measured ? Markup.Escape(Value(measured)) : "failed",
        result.BestIteration > 0 ? Text($"{result.BestIteration}") : "",
        Text($"{result.Iterations.Count}"),
    ];

    private static string Value(MetricValue measured)
    {
        var interval = measured is { Low: { } low, High: { } high } ? Text($" [{low:F4}, {high:F4}]") : "";
        return Text($"{measured.Value:F4}{interval}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
