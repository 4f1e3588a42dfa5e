namespace GpuAls.App;

/// <summary>The trials of a search as tables.</summary>
internal static class TuneTables
{
    /// <summary>A row for each trial, best first.</summary>
    public static IReadOnlyList<ParquetTableColumn> Trials(TuneReport report)
    {
        var (trials, metric) = (report.Trials, MetricChoice.Parse(report.Metric).Metric);
        return
        [
            ParquetTableColumn.Of(trials, "trial", trial => trial.Result.Trial),
            .. AlsParameters.Searchable
                .Where(parameter =>
                    parameter.Name is not ("objective" or "half-life" or "feature-regularization")
                    || report.Searched.Contains(parameter.Name))
                .Select(parameter => OfParameter(trials, parameter)),
            ParquetTableColumn.Of(trials, "metric", _ => report.Metric),
            ParquetTableColumn.Of(trials, "value", trial => trial.Result.Measured(metric)?.Value),
            ParquetTableColumn.Of(trials, "low", trial => trial.Result.Measured(metric)?.Low),
            ParquetTableColumn.Of(trials, "high", trial => trial.Result.Measured(metric)?.High),
            ParquetTableColumn.Of(trials, "best_iteration", trial => trial.Result.BestIteration),
            ParquetTableColumn.Of(trials, "trained_iterations", trial => trial.Result.Iterations.Count),
            ParquetTableColumn.Of(trials, "rung", trial => trial.Result.Rung),
            ParquetTableColumn.Of(trials, "seconds", trial => (double?)trial.Result.Seconds),
            ParquetTableColumn.Of(trials, "failure", trial => trial.Result.Failure?.Message ?? ""),
            .. trials[0].Result.Metrics.Select(value => value.Metric).Where(other => other != metric).Select(other =>
                ParquetTableColumn.Of(trials, other.ToString(), trial => trial.Result.Measured(other)?.Value)),
        ];
    }

    /// <summary>A row for each iteration of each trial.</summary>
    public static IReadOnlyList<ParquetTableColumn> Iterations(TuneReport report)
    {
        var rows = IterationRows(report).ToArray();
        return
        [
            ParquetTableColumn.Of(rows, "trial", row => row.Trial),
            ParquetTableColumn.Of(rows, "iteration", row => row.Iteration.Iteration),
            ParquetTableColumn.Of(rows, "value", row => row.Iteration.Value),
            ParquetTableColumn.Of(rows, "loss", row => row.Iteration.Loss),
            ParquetTableColumn.Of(rows, "seconds", row => (double?)row.Iteration.Seconds),
        ];
    }

    /// <summary>The rows of <see cref="Iterations"/>.</summary>
    public static IEnumerable<(int Trial, TrialIteration Iteration)> IterationRows(TuneReport report) =>
        report.Trials.SelectMany(trial => trial.Result.Iterations.Select(iteration => (trial.Result.Trial, iteration)));

    private static ParquetTableColumn OfParameter(IReadOnlyList<TuneTrial> trials, Parameter<AlsOptions> parameter)
    {
        var name = parameter.Name.Replace('-', '_');
        return parameter.Words.Count > 0
            ? ParquetTableColumn.Of(trials, name, trial => parameter.Get(trial.Options))
            : ParquetTableColumn.Of(
                trials, name, trial => SearchAxis.NumberOf(parameter, parameter.Get(trial.Options)));
    }
}
