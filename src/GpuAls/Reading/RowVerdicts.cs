namespace GpuAls;

/// <summary>Decides for each row of a batch whether it is kept, and remembers why not.</summary>
/// <param name="locate">From a row to its file and row as the user finds it.</param>
/// <param name="schema">What the weights are, and the period of the rows that are kept.</param>
internal sealed class RowVerdicts(Func<long, string> locate, InteractionSchema schema)
{
    /// <summary>Bad rows that are described; more are only counted.</summary>
    public const int DescribedAtMost = 5;

    private readonly List<string> _described = [];
    private readonly long _since = schema.Since is { } since ? EpochTime.Microseconds(since) : long.MinValue;
    private readonly long _until = schema.Until is { } until ? EpochTime.Microseconds(until) : long.MaxValue;
    private readonly bool _hasPeriod = schema.HasPeriod;

    public long BadRows { get; private set; }

    public long ZeroWeightRows { get; private set; }

    public long RowsOutsidePeriod { get; private set; }

    public IReadOnlyList<string> FirstBadRows => _described;

    /// <summary>Leaves out a row that cannot be used.</summary>
    /// <param name="row">The row.</param>
    /// <param name="problem">What was found in which column.</param>
    public void Reject(long row, string problem)
    {
        BadRows++;
        if (_described.Count < DescribedAtMost) _described.Add($"{locate(row)}: {problem}");
    }

    /// <summary>Whether a time lets its row be kept.</summary>
    /// <param name="time">The time as it was read.</param>
    /// <param name="kind">What it is.</param>
    public bool Accept(long time, TimeKind kind)
    {
        if (!_hasPeriod) return true;
        var at = EpochTime.Microseconds(time, kind);
        if (at >= _since && at < _until) return true;
        RowsOutsidePeriod++;
        return false;
    }

    /// <summary>Whether a weight lets its row be kept.</summary>
    /// <param name="weight">The weight as it was read.</param>
    /// <param name="column">Its column.</param>
    /// <param name="row">The row.</param>
    public bool Accept(double weight, string column, long row)
    {
        if (!float.IsFinite((float)weight))
        {
            var found = double.IsFinite(weight) ? $"{weight:g4}, too large for fp32"
                : double.IsNaN(weight) ? "NaN"
                : "infinite";
            Reject(row, $"column '{column}' is {found}");
            return false;
        }

        if ((float)weight != 0 || schema.Feedback == Feedback.Explicit) return true;
        ZeroWeightRows++;
        return false;
    }
}
