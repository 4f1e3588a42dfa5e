namespace GpuAls;

/// <summary>What was measured of one way to recommend: numbers of each user, from which every metric follows.</summary>
internal sealed class Measurements
{
    private readonly MetricColumns _columns;
    private readonly int[] _userKeys;
    private readonly double[] _values;
    private readonly double[] _coverage;

    /// <param name="columns">What the numbers are.</param>
    /// <param name="userKeys">[users], who they are.</param>
    /// <param name="values">[users, columns].</param>
    /// <param name="coverage">[cutoffs]; empty where no lists were made.</param>
    internal Measurements(MetricColumns columns, int[] userKeys, double[] values, double[] coverage) =>
        (_columns, _userKeys, _values, _coverage) = (columns, userKeys, values, coverage);

    /// <summary>
    /// Number of users with held-out plays above 0 that count, over whom rankings are averaged; those of several folds
    /// count once.
    /// </summary>
    public int Users =>
        Enumerable.Range(0, _userKeys.Length).Count(user => _values[(user * _columns.Count) + MetricColumns.Users] > 0);

    /// <summary>The metrics there are.</summary>
    public IReadOnlyList<Metric> Metrics =>
        [
            .. _columns.Formulas.Select(formula => formula.Metric),
            .. _coverage.Select((_, cutoff) => new Metric(Metric.Coverage, _columns.Cutoffs[cutoff])),
        ];

    /// <summary>One metric, without an interval.</summary>
    /// <exception cref="ArgumentException">It was not measured.</exception>
    public double Value(Metric metric)
    {
        var index = Metrics.ToList().IndexOf(metric);
        if (index < 0)
            throw new ArgumentException(
                $"{metric} was not measured; there are {string.Join(", ", Metrics)}.", nameof(metric));
        return index < _columns.Formulas.Count
            ? _columns.Formulas[index].Of(Sums())
            : _coverage[index - _columns.Formulas.Count];
    }

    /// <summary>
    /// All metrics with their intervals. Coverage has none: users who are drawn twice add no items, so that draws cover
    /// less than all users do.
    /// </summary>
    /// <param name="bootstrap">How intervals are made.</param>
    /// <param name="progress">Told the share that is done, 0 .. 1.</param>
    /// <param name="cancellation">Looked at between resamples.</param>
    public IReadOnlyList<MetricValue> Summarize(
        BootstrapOptions bootstrap, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(bootstrap);
        var sums = Sums();
        var intervals = bootstrap.Resamples > 0
            ? Bootstrap.Intervals(_values, _columns.Count, _columns.Formulas, bootstrap, progress, cancellation)
            : null;
        var values = _columns.Formulas.Select((formula, metric) => Summarize(formula, sums, intervals?[metric]));
        return [
            .. values,
            .. _coverage.Select(
                (share, cutoff) =>
                    new MetricValue(new Metric(Metric.Coverage, _columns.Cutoffs[cutoff]), share, null, null)),
        ];
    }

    /// <summary>The folds of one split together: the numbers of each user are summed, the coverages averaged.</summary>
    /// <param name="folds">At least one, of the same options.</param>
    public static Measurements Merge(IReadOnlyList<Measurements> folds)
    {
        ArgumentNullException.ThrowIfNull(folds);
        if (folds.Count == 1) return folds[0];
        var (columns, rowOfUser) = (folds[0]._columns, new SortedDictionary<int, double[]>());
        foreach (var fold in folds)
            for (var user = 0; user < fold._userKeys.Length; user++)
            {
                if (!rowOfUser.TryGetValue(fold._userKeys[user], out var row))
                    rowOfUser.Add(fold._userKeys[user], row = new double[columns.Count]);
                for (var column = 0; column < row.Length; column++)
                    row[column] += fold._values[(user * row.Length) + column];
            }

        var coverage = folds[0]._coverage.Select((_, cutoff) => folds.Average(fold => fold._coverage[cutoff]));
        return new Measurements(
            columns, [.. rowOfUser.Keys], [.. rowOfUser.Values.SelectMany(row => row)], [.. coverage]);
    }

    private static MetricValue Summarize(MetricFormula formula, double[] sums, (double Low, double High)? interval)
    {
        var value = formula.Of(sums);
        return double.IsNaN(value)
            ? new MetricValue(formula.Metric, value, null, null)
            : new MetricValue(formula.Metric, value, interval?.Low, interval?.High);
    }

    /// <summary>[columns], over all users in their order.</summary>
    private double[] Sums()
    {
        var sums = new double[_columns.Count];
        for (var i = 0; i < _values.Length; i++) sums[i % sums.Length] += _values[i];
        return sums;
    }
}
