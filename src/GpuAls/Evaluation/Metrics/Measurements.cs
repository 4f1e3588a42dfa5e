namespace GpuAls;

/// <summary>
/// What was measured of one way to recommend: numbers of each user, from which every metric follows. Where several
/// processes have measured, each has those of its users. <see cref="Value"/> is then the same on all of them, and all
/// of them ask for it; everything else is for what <see cref="ToRoot"/> gives.
/// </summary>
internal sealed class Measurements
{
    private readonly MetricColumns _columns;
    private readonly int[] _userKeys;
    private readonly double[] _values;
    private readonly double[] _coverage;
    private readonly IProcessGroup _group;

    /// <param name="columns">What the numbers are.</param>
    /// <param name="userKeys">[users], who they are.</param>
    /// <param name="values">[users, columns].</param>
    /// <param name="coverage">[cutoffs], of all processes; empty where no lists were made.</param>
    /// <param name="group">
    /// The processes that have measured, whose users follow one another; null for this one alone.
    /// </param>
    internal Measurements(
        MetricColumns columns, int[] userKeys, double[] values, double[] coverage, IProcessGroup? group = null) =>
        (_columns, _userKeys, _values, _coverage, _group) =
            (columns, userKeys, values, coverage, group ?? SingleProcess.Instance);

    /// <summary>
    /// Number of users with held-out plays above 0 that count, over whom rankings are averaged; those of several folds
    /// count once.
    /// </summary>
    public int Users =>
        Enumerable.Range(0, _userKeys.Length).Count(user => Whole[(user * _columns.Count) + MetricColumns.Users] > 0);

    /// <summary>The metrics there are.</summary>
    public IReadOnlyList<Metric> Metrics =>
        [
            .. _columns.Formulas.Select(formula => formula.Metric),
            .. Coverages.Select(coverage => coverage.Metric),
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
        BootstrapOptions bootstrap, IProgress<double>? progress = null, CancellationToken cancellation = default) =>
        Summarize(Resample(bootstrap, progress, cancellation));

    /// <summary>The metrics of resamples of the users, from which intervals follow; null for none.</summary>
    /// <returns>[metrics][resamples]</returns>
    public double[][]? Resample(
        BootstrapOptions bootstrap, IProgress<double>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(bootstrap);
        return bootstrap.Resamples > 0
            ? Bootstrap.Draws(Whole, _columns.Count, _columns.Formulas, bootstrap, progress, cancellation)
            : null;
    }

    /// <summary>All metrics, with intervals of what <see cref="Resample"/> gave.</summary>
    public IReadOnlyList<MetricValue> Summarize(double[][]? draws)
    {
        var sums = Sums();
        return
        [
            .. _columns.Formulas.Select((formula, at) => Valued(formula.Metric, formula.Of(sums), draws?[at])),
            .. Coverages.Select(coverage => new MetricValue(coverage.Metric, coverage.Share, null, null)),
        ];
    }

    /// <summary>
    /// By how much the metrics are above those of another method that was measured on the same users, with paired
    /// intervals: those of the difference within each resample.
    /// </summary>
    /// <param name="draws">What <see cref="Resample"/> gave.</param>
    /// <param name="other">The other method; metrics that it does not have are left out.</param>
    /// <param name="otherDraws">What <see cref="Resample"/> gave for it, with the same options.</param>
    public IReadOnlyList<MetricValue> Less(double[][]? draws, Measurements other, double[][]? otherDraws)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!_userKeys.AsSpan().SequenceEqual(other._userKeys))
            throw new ArgumentException("other users were measured.", nameof(other));
        var (sums, otherSums) = (Sums(), other.Sums());
        var differences = new List<MetricValue>();
        for (var at = 0; at < _columns.Formulas.Count; at++)
        {
            var formula = _columns.Formulas[at];
            var otherAt = other._columns.Formulas.ToList().FindIndex(one => one.Metric == formula.Metric);
            if (otherAt < 0) continue;
            differences.Add(Valued(
                formula.Metric, formula.Of(sums) - other._columns.Formulas[otherAt].Of(otherSums),
                draws is null || otherDraws is null
                    ? null
                    : [.. draws[at].Zip(otherDraws[otherAt], (one, another) => one - another)]));
        }

        differences.AddRange(
            Coverages.Zip(other.Coverages, (one, another) =>
                new MetricValue(one.Metric, one.Share - another.Share, null, null)));
        return differences;
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

    /// <summary>The numbers of the users of all processes on process 0; null on the others.</summary>
    public Measurements? ToRoot()
    {
        if (_group.Size == 1) return this;
        var (keys, values) = (ToRoot(_userKeys), ToRoot(_values));
        return _group.Rank == 0 ? new Measurements(_columns, keys, values, _coverage) : null;
    }

    private T[] ToRoot<T>(T[] own)
        where T : unmanaged
    {
        var count = _group.Sum(own.Length);
        var (all, start) = (new T[_group.Rank == 0 ? count : 0], 0);
        foreach (var part in _group.ToRoot<T>(own))
        {
            part.CopyTo(all.AsMemory(start));
            start += part.Length;
        }

        return all;
    }

    /// <summary>[users, columns], of all users.</summary>
    private double[] Whole => _group.Size == 1
        ? _values
        : throw new InvalidOperationException("other processes have some of the users.");

    private IEnumerable<(Metric Metric, double Share)> Coverages =>
        _coverage.Select((share, cutoff) => (new Metric(Metric.Coverage, _columns.Cutoffs[cutoff]), share));

    private static MetricValue Valued(Metric metric, double value, double[]? drawn)
    {
        if (drawn is null || double.IsNaN(value)) return new MetricValue(metric, value, null, null);
        var (low, high) = Bootstrap.Interval(drawn);
        return new MetricValue(metric, value, low, high);
    }

    /// <summary>
    /// [columns], over all users in their order: a process adds its own to the sums of those before it.
    /// </summary>
    private double[] Sums()
    {
        var sums = new double[_columns.Count];
        for (var process = 0; process < _group.Size; process++)
        {
            if (process == _group.Rank)
                for (var i = 0; i < _values.Length; i++) sums[i % sums.Length] += _values[i];
            _group.Broadcast(sums.AsSpan(), process);
        }

        return sums;
    }
}
