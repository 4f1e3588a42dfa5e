using System.Globalization;
using System.Xml.Linq;

namespace GpuAls.App;

/// <summary>The trials of a search: a heat map for each pair of parameters, and a table.</summary>
internal static class TrialsSection
{
    /// <summary>Values of a parameter that a heat map has room for; random searches have more.</summary>
    private const int MostValues = 12;

    public static XElement? Of(TuneReport? report)
    {
        if (report is null) return null;
        var parameters = report.Searched.Reverse().Select(name => AlsParameters.Table[name]).ToArray();
        var intervals = MetricTitles.IntervalNote(
            report.Trials.Select(trial => Measured(report, trial)), report.Bootstrap);
        var better = report.IsLowerBetter ? "lower" : "higher";
        return Html.Section(
            "Trials",
            Html.Paragraph(
                $"{Counted.Of(report.Trials.Count, "trial")} by {report.Metric}; "
                    + $"{better} is better.{intervals} To train the best on all plays:"),
            new XElement("pre", new XElement("code", Html.Clean(report.TrainCommand))),
            Importance(report),
            new XElement(
                "div", new XAttribute("class", "charts"),
                Pairs(report.Importance is null ? parameters : [.. parameters.Where(HasFewValues)])
                    .Select(pair => Map(report, pair.X, pair.Y)).Where(map => map is not null)),
            Table(report, parameters));
    }

    /// <summary>Whether values come again in a search without ranges; no two trials have the same number.</summary>
    private static bool HasFewValues(Parameter<AlsOptions> parameter) =>
        parameter.Words.Count > 0 || parameter.Name == "rank";

    private static object[] Importance(TuneReport report)
    {
        if (report.Importance is not { Count: > 0 }) return [];
        return
        [
            Html.Table(
                "Which options mattered", ["option", "importance", "best trial"],
                report.ImportanceRows().Select(
                    row => (string[])[row.Option?.Name ?? "options together", row.Share, row.Best])),
            Html.Paragraph(report.ImportanceNote()),
        ];
    }

    private static IEnumerable<(Parameter<AlsOptions> X, Parameter<AlsOptions> Y)> Pairs(
        Parameter<AlsOptions>[] parameters) =>
        parameters.SelectMany((y, index) => parameters.Skip(index + 1).Select(x => (x, y)));

    private static XElement? Map(TuneReport report, Parameter<AlsOptions> x, Parameter<AlsOptions> y)
    {
        var (columns, rows) = (Values(report, x), Values(report, y));
        if (columns.Length > MostValues || rows.Length > MostValues) return null;
        var best = new double[columns.Length, rows.Length];
        for (var column = 0; column < columns.Length; column++)
            for (var row = 0; row < rows.Length; row++)
                best[column, row] = Best(
                    report, trial => x.Get(trial.Options) == columns[column] && y.Get(trial.Options) == rows[row]);
        return HeatMap.Figure(new HeatMap(report.Metric, report.IsLowerBetter, x.Name, columns, y.Name, rows, best));
    }

    /// <summary>
    /// The best of some trials, whatever the other parameters; NaN if all failed. Trials are sorted, best first.
    /// </summary>
    private static double Best(TuneReport report, Func<TuneTrial, bool> isMeant) =>
        report.Trials.Where(isMeant)
            .Select(trial => Measured(report, trial)?.Value ?? double.NaN)
            .FirstOrDefault(double.NaN);

    private static string[] Values(TuneReport report, Parameter<AlsOptions> parameter) =>
        [
            .. report.Trials.Select(trial => parameter.Get(trial.Options))
                .Distinct()
                .OrderBy(Order)
                .ThenBy(value => value, StringComparer.Ordinal),
        ];

    private static double Order(string value) =>
        double.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static MetricValue? Measured(TuneReport report, TuneTrial trial) =>
        trial.Result.Failure is null ? trial.Result.Measured(MetricChoice.Parse(report.Metric).Metric) : null;

    private static XElement Table(TuneReport report, Parameter<AlsOptions>[] parameters) => Html.Table(
        "All trials, best first",
        [
            "trial", .. parameters.Select(parameter => parameter.Name), report.Metric, "best iteration", "iterations",
            "seconds",
        ],
        report.Trials.Select(trial => (string[])
        [
            Html.Number(trial.Result.Trial), .. parameters.Select(parameter => parameter.Get(trial.Options)),
            Cell(report, trial),
            trial.Result.BestIteration > 0 ? Html.Number(trial.Result.BestIteration) : "",
            Html.Number(trial.Result.Iterations.Count), Html.Number(trial.Result.Seconds),
        ]));

    private static string Cell(TuneReport report, TuneTrial trial) =>
        trial.Result.Failure is { } failure ? $"failed: {failure.Message}" : MetricTitles.Text(Measured(report, trial));
}
