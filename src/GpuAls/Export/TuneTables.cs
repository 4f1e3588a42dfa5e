using System.Globalization;
using GpuAls.Evaluation;
using GpuAls.Evaluation.Tuning;

namespace GpuAls.Export;

/// <summary>The trials of a search as tables.</summary>
internal static class TuneTables
{
    /// <summary>A row for each trial, best first.</summary>
    public static IReadOnlyList<TableColumn> Trials(TuneReport report)
    {
        var (trials, metric) = (report.Trials, MetricChoice.Parse(report.Metric).Metric);
        return
        [
            TableColumn.Of(trials, "trial", trial => trial.Result.Trial),
            .. SearchParameter.All.Select(parameter => OfParameter(trials, parameter)),
            TableColumn.Of(trials, "metric", _ => report.Metric),
            TableColumn.Of(trials, "value", trial => trial.Result.Measured(metric)?.Value),
            TableColumn.Of(trials, "low", trial => trial.Result.Measured(metric)?.Low),
            TableColumn.Of(trials, "high", trial => trial.Result.Measured(metric)?.High),
            TableColumn.Of(trials, "best_iteration", trial => trial.Result.BestIteration),
            TableColumn.Of(trials, "trained_iterations", trial => trial.Result.Iterations.Count),
            TableColumn.Of(trials, "rung", trial => trial.Result.Rung),
            TableColumn.Of(trials, "seconds", trial => (double?)trial.Result.Seconds),
            TableColumn.Of(trials, "failure", trial => trial.Result.Failure?.Message ?? ""),
            .. trials[0].Result.Metrics.Where(value => value.Metric != metric).Select(other => TableColumn.Of(trials, other.Metric.ToString(), trial => trial.Result.Measured(other.Metric)?.Value)),
        ];
    }

    /// <summary>A row for each iteration of each trial.</summary>
    public static IReadOnlyList<TableColumn> Iterations(TuneReport report)
    {
        var rows = IterationRows(report).ToArray();
        return
        [
            TableColumn.Of(rows, "trial", row => row.Trial),
            TableColumn.Of(rows, "iteration", row => row.Iteration.Iteration),
            TableColumn.Of(rows, "value", row => row.Iteration.Value),
            TableColumn.Of(rows, "loss", row => row.Iteration.Loss),
            TableColumn.Of(rows, "seconds", row => (double?)row.Iteration.Seconds),
        ];
    }

    /// <summary>The rows of <see cref="Iterations"/>.</summary>
    public static IEnumerable<(int Trial, TrialIteration Iteration)> IterationRows(TuneReport report) =>
        report.Trials.SelectMany(trial => trial.Result.Iterations.Select(iteration => (trial.Result.Trial, iteration)));

    private static TableColumn OfParameter(IReadOnlyList<TuneTrial> trials, SearchParameter parameter)
    {
        var name = parameter.Name.Replace('-', '_');
        return parameter.Words.Count > 0
            ? TableColumn.Of(trials, name, trial => parameter.Get(trial.Options))
            : TableColumn.Of(trials, name, trial => (double?)double.Parse(parameter.Get(trial.Options), CultureInfo.InvariantCulture));
    }
}
