using System.Globalization;
using Spectre.Console;

namespace GpuAls.Cli;

/// <summary>The trials of a search for people, best first.</summary>
internal static class TrialTable
{
    /// <summary>Trials that are shown where all options were searched; files have all.</summary>
    private const int MostShown = 10;

    public static void Write(TuneReport report, TextWriter output)
    {
        var isAutomatic = report.Importance is not null;
        var parameters = report.Searched.Reverse().Select(name => AlsParameters.Table[name]).ToArray();
        var shown = isAutomatic ? report.Trials.Take(MostShown).ToArray() : report.Trials;
        var table = new Table().Border(TableBorder.Simple).AddColumn("trial");
        foreach (var parameter in parameters) table.AddColumn(isAutomatic ? Symbol(parameter) : parameter.Name);
        string[] results = [report.Metric, isAutomatic ? "best" : "best iteration", "iterations"];
        foreach (var column in results) table.AddColumn(new TableColumn(column).NoWrap());
        foreach (var trial in shown)
            table.AddRow(
                [
                    Text($"{trial.Result.Trial}"),
                    .. parameters.Select(parameter => isAutomatic && parameter.WhyIdle(trial.Options) is not null
                        ? ""
                        : parameter.Get(trial.Options)),
                    .. Results(report, trial.Result),
                ]);
        Tables.Write(output, table);
        var metric = MetricChoice.Parse(report.Metric).Metric;
        var intervals = MetricTitles.IntervalNote(
            shown.Select(trial => trial.Result.Measured(metric)), report.Bootstrap);
        var better = report.IsLowerBetter ? "lower" : "higher";
        var time = report.IsTimeOver ? $" in {Duration.Text(report.Search.Time!.Value)}" : "";
        var some = shown.Count < report.Trials.Count ? Text($"the {shown.Count} best shown") : "best first";
        output.WriteLine($"{Counted.Of(report.Trials.Count, "trial")}{time}, {some}; {better} is better.{intervals}");
        if (isAutomatic) WriteImportance(report, output);
        output.WriteLine("To train the best on all plays:");
        output.WriteLine(report.TrainCommand);
    }

    private static void WriteImportance(TuneReport report, TextWriter output)
    {
        if (report.Importance is not { Count: > 0 }) return;
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns("option", "", "importance", "best trial");
        foreach (var (option, share, best) in report.ImportanceRows())
            table.AddRow(
                option?.Option ?? "options together", option is null ? "" : Symbol(option), share, best);
        Tables.Write(output, table);
        output.WriteLine(report.ImportanceNote());
    }

    private static string[] Results(TuneReport report, TrialResult result) =>
    [
        result.Measured(MetricChoice.Parse(report.Metric).Metric) is { } measured
            ? Markup.Escape(MetricTitles.Text(measured))
            : "failed",
        result.BestIteration > 0 ? Text($"{result.BestIteration}") : "",
        Text($"{result.Iterations.Count}"),
    ];

    /// <summary>As documentation has it in equations, where there are many columns.</summary>
    private static string Symbol(Parameter<AlsOptions> parameter) => parameter.Name switch
    {
        "regularization" => "λ",
        "alpha" => "α",
        "unobserved-weight" => "α₀",
        "regularization-exponent" => "ν",
        "regularization-scaling" => "scaling",
        "epsilon" => "ε",
        var name => name,
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
