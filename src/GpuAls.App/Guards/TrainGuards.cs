using System.Globalization;

namespace GpuAls.App;

/// <summary>
/// Refuses to publish a model that is likely to be bad: before the training by what was read, and after it by what was
/// measured. Nothing is visible of a run before all of it holds.
/// </summary>
/// <param name="options">The options of the run.</param>
/// <param name="progress">Told what held.</param>
internal sealed class TrainGuards(TrainJobOptions options, IProgress<JobEvent>? progress)
{
    private const string MinRows = "--min-rows";
    private const string MaxDrop = "--max-drop";
    private const string Unchanged = "Nothing was published; what was there before is unchanged.";

    private readonly List<string> _failures = [];

    private GuardOptions Guards => options.Guards;

    /// <summary>Checks what was read.</summary>
    /// <param name="data">The plays to train on.</param>
    /// <param name="latest">The version that <c>latest</c> names; null for none.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Output: there is too little. Kind BadInput: the previous model cannot be read.
    /// </exception>
    public async Task CheckDataAsync(TrainingData data, string? latest, CancellationToken cancellation)
    {
        CheckRows(
            data.Read.Rows - data.Read.BadRows - data.Read.ZeroWeightRows - data.Read.RowsOutsidePeriod);
        await CheckDropsAsync(
            data.Plays.Users.Count, data.Plays.Items.Count, data.Plays.PlayCount, latest, cancellation)
            .ConfigureAwait(false);
        Refuse("the plays", "Look at the input; if it is right, run again with a lower bound or without the option.");
    }

    /// <summary>Checks numbers that are known without loading the plays.</summary>
    /// <param name="users">Number of users.</param>
    /// <param name="items">Number of items.</param>
    /// <param name="latest">The version that <c>latest</c> names; null for none.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">As <see cref="CheckDataAsync"/>.</exception>
    public async Task CheckIdsAloneAsync(long users, long items, string? latest, CancellationToken cancellation)
    {
        await CheckDropsAsync(users, items, plays: null, latest, cancellation).ConfigureAwait(false);
        Refuse("the plays", "Look at the input; if it is right, raise --max-drop.");
    }

    /// <summary>Checks the number of rows that were read and used.</summary>
    /// <exception cref="GpuAlsException">Kind Output: there are too few.</exception>
    public void CheckRowsAlone(long rows)
    {
        CheckRows(rows);
        Refuse("the plays", "Look at the input; if it is right, lower --min-rows.");
    }

    /// <summary>Checks what was measured, which processes that train together measure together.</summary>
    /// <param name="engine">Where lists are made.</param>
    /// <param name="data">The plays to train on, and those to measure with.</param>
    /// <param name="trained">What the training gave.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>What was measured for it, by the names of the metrics.</returns>
    /// <exception cref="GpuAlsException">Kind Output: a requirement does not hold.</exception>
    public IReadOnlyDictionary<string, double> CheckMetrics(
        IAlsEngine engine, TrainingData data, TrainedFactors trained, CancellationToken cancellation)
    {
        if (Guards.Metrics.Count == 0) return new Dictionary<string, double>();
        var measured = Measure(engine, data, trained, cancellation);
        foreach (var requirement in Guards.Metrics)
        {
            var (metric, bound) = (requirement.Choice.Metric, Text($"{requirement.Operator} {requirement.Bound}"));
            var value = requirement.Choice.IsLoss
                ? trained.Iterations[trained.Iteration - 1].Loss!.Value
                : measured[metric.ToString()];
            var found = double.IsFinite(value) ? Text($"{metric} is {value:G6}") : $"{metric} is not defined";
            Judge(
                requirement.Holds(value), MetricRequirement.Option, found, bound,
                $"{found}; {MetricRequirement.Option} expects {bound}.");
        }

        var remedy = "Look at the input; if the model is to be published all the same, run again with other bounds or "
            + "without the option.";
        Refuse("the model", remedy);
        return measured.Where(metric => double.IsFinite(metric.Value)).ToDictionary();
    }

    /// <summary>Measures on held-out plays, and takes what the training has measured.</summary>
    private Dictionary<string, double> Measure(
        IAlsEngine engine, TrainingData data, TrainedFactors trained, CancellationToken cancellation)
    {
        var measured = new Dictionary<string, double>();
        if (data.Evaluator is not { } validation) return measured;
        var chosen = MetricChoice.Parse(options.Validation!.Metric).Metric;
        measured[chosen.ToString()] = trained.BestMetric!.Value;
        var others = Guards.Metrics.Select(requirement => requirement.Choice)
            .Where(choice => !choice.IsLoss && choice.Metric != chosen).Distinct().ToArray();
        if (others.Length == 0) return measured;
        using var evaluator = new Evaluator(validation.HeldOut, MetricChoice.Options(others));
        using var users = engine.LoadFactors(trained.UserFactors);
        using var items = engine.LoadFactors(trained.ItemFactors);
        var values = evaluator.Measure(engine, users, items, cancellation: cancellation);
        foreach (var choice in others) measured[choice.Metric.ToString()] = values.Value(choice.Metric);
        return measured;
    }

    private void CheckRows(long rows)
    {
        if (Guards.MinRows is not { } fewest) return;
        var found = $"{Counted.Of(rows, "row was", "rows were")} read and used";
        Judge(rows >= fewest, MinRows, found, Text($">= {fewest}"), $"{found}; {MinRows} expects {fewest:N0} or more.");
    }

    /// <summary>Compares with the previous model; the number of plays is null where it is not known.</summary>
    private async Task CheckDropsAsync(
        long users, long items, long? plays, string? latest, CancellationToken cancellation)
    {
        if (Guards.MaxDrop is not { } percent) return;
        var location = options.Versions is not { } versions ? options.Output
            : latest is null ? null
            : Stores.Combine(versions.Folder, latest);
        var previous = location is null
            ? null
            : await PreviousModel.FindAsync(location, cancellation).ConfigureAwait(false);
        if (previous is null)
        {
            progress?.Report(new GuardSkipped(
                MaxDrop, $"there is no previous model in '{location ?? options.Versions!.Folder}'"));
            return;
        }

        CheckDrop("user", users, previous.Users, percent, previous);
        CheckDrop("item", items, previous.Items, percent, previous);
        if (plays is { } count) CheckDrop("play", count, previous.Plays, percent, previous);
    }

    private void CheckDrop(string what, long count, long before, double percent, PreviousModel previous)
    {
        var fewest = (long)Math.Ceiling(before * (1 - (percent / 100)));
        var drop = before > 0 ? 100 * (before - count) / (double)before : 0;
        var found = $"{Counted.Of(count, what)}, {before:N0} before";
        Judge(
            count >= fewest, MaxDrop, found, Text($">= {fewest}"),
            Text($"{Counted.Of(count, what)} {(count == 1 ? "is" : "are")} left of the {before:N0} in the previous ")
                + Text($"model '{previous.Location}', {drop:F1} % fewer; {MaxDrop} {percent}% expects {fewest:N0} or ")
                + "more.");
    }

    private void Judge(bool holds, string guard, string found, string expected, string failure)
    {
        progress?.Report(
            holds ? new GuardPassed(guard, found, expected) : new GuardFailed(guard, found, expected));
        if (!holds) _failures.Add(failure);
    }

    private void Refuse(string what, string remedy)
    {
        if (_failures.Count > 0)
            throw new GpuAlsException(
                FailureKind.Output, $"{what} did not pass: {string.Join(' ', _failures)} {Unchanged} {remedy}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
