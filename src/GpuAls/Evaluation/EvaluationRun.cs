namespace GpuAls;

/// <summary>
/// Gathers the numbers of all users for one way to recommend; users may come in any order, on several threads at once.
/// </summary>
internal sealed class EvaluationRun
{
    private readonly MetricColumns _columns;
    private readonly TestPlays _test;
    private readonly UserNumbers _numbers;
    private readonly int _listableItems;
    private readonly IProcessGroup _group;
    private readonly int[] _indexOfRow;

    /// <summary>[rows that count, columns].</summary>
    private readonly double[] _values;

    /// <summary>[cutoffs][items], whether any list has it.</summary>
    private readonly bool[][] _isListed;

    public EvaluationRun(
        MetricColumns columns, TestPlays test, UserNumbers numbers, int listableItems, IProcessGroup group)
    {
        (_columns, _test, _numbers, _listableItems, _group) = (columns, test, numbers, listableItems, group);
        _indexOfRow = new int[test.RowKeys.Length];
        _values = new double[test.Rows.Length * columns.Count];
        _isListed = [.. columns.Cutoffs.Select(_ => new bool[test.ItemCount])];
        for (var index = 0; index < test.Rows.Length; index++)
        {
            _indexOfRow[test.Rows[index]] = index;
            EnterUnseen(test.Rows[index]);
        }
    }

    /// <summary>Enters the list of a user.</summary>
    /// <param name="row">The user.</param>
    /// <param name="list">Items, best first; -1 ends a shorter list.</param>
    public void EnterList(int row, ReadOnlySpan<int> list)
    {
        _numbers.EnterList(list, _test.Relevant.RowIndices(row), Numbers(row));
        for (var cutoff = 0; cutoff < _isListed.Length; cutoff++)
            foreach (var item in list[..Math.Min(_columns.Cutoffs[cutoff], list.Length)])
                if (item >= 0) _isListed[cutoff][item] = true;
    }

    /// <summary>Enters the ranks of a user's relevant items among all that the list could hold.</summary>
    /// <param name="row">The user.</param>
    /// <param name="scores">[items], NaN where an item cannot be listed.</param>
    /// <param name="candidates">Number of items that can be listed.</param>
    /// <param name="hasList">
    /// Whether the user gets a list at all; if not, all relevant items come after all others.
    /// </param>
    public void EnterRanks(int row, ReadOnlySpan<float> scores, int candidates, bool hasList = true)
    {
        var relevant = _test.Relevant.RowIndices(row);
        var weights = _test.Relevant.RowValues(row);
        var (ranks, rankedWeights) = (new int[relevant.Length], new float[relevant.Length]);
        var (ranked, missingWeight) = (0, 0.0);
        for (var i = 0; i < relevant.Length; i++)
        {
            var isCandidate = relevant[i] < scores.Length && !float.IsNaN(scores[relevant[i]]);
            if (isCandidate && hasList)
                (ranks[ranked], rankedWeights[ranked++]) = (RowRanks.Before(scores, relevant[i]), weights[i]);
            else
                (candidates, missingWeight) = (candidates - (isCandidate ? 1 : 0), missingWeight + weights[i]);
        }

        UserNumbers.EnterRanks(
            ranks.AsSpan(0, ranked), rankedWeights.AsSpan(0, ranked), candidates, relevant.Length - ranked,
            missingWeight, Numbers(row));
    }

    /// <summary>Enters the errors of all predictions.</summary>
    /// <param name="predictions">[predictable plays], in their order.</param>
    public void EnterErrors(ReadOnlySpan<float> predictions)
    {
        var plays = _test.Predictable;
        foreach (var row in _test.Rows)
        {
            if (row < plays.RowCount)
                UserNumbers.EnterErrors(
                    predictions.Slice((int)plays.Indptr[row], plays.RowLength(row)), plays.RowValues(row),
                    Numbers(row));
            if (_test.HasUnseen[row]) UserNumbers.EnterUnpredictable(Numbers(row));
        }
    }

    /// <summary>What was gathered.</summary>
    /// <param name="kinds">What was entered.</param>
    public Measurements Result(MetricKinds kinds)
    {
        var coverage = kinds.HasFlag(MetricKinds.Lists)
            ? Array.ConvertAll(_isListed, listed => (double)CountOf(listed) / _listableItems)
            : [];
        return new Measurements(
            _columns.Of(kinds), Array.ConvertAll(_test.Rows, row => _test.RowKeys[row]), _values, coverage, _group);
    }

    /// <summary>How many items are in a list of any process.</summary>
    private int CountOf(bool[] isListed)
    {
        if (_group.Size == 1) return isListed.AsSpan().Count(true);
        var lists = Array.ConvertAll(isListed, listed => listed ? 1 : 0);
        _group.Sum(lists.AsSpan());
        return lists.Length - lists.AsSpan().Count(0);
    }

    private Span<double> Numbers(int row) => _values.AsSpan(_indexOfRow[row] * _columns.Count, _columns.Count);

    /// <summary>
    /// A user whom nothing is known of gets no list, so that all relevant items are behind all others.
    /// </summary>
    private void EnterUnseen(int row)
    {
        var relevant = _test.Relevant.RowIndices(row);
        if (relevant.IsEmpty) return;
        Numbers(row)[MetricColumns.Users] = 1;
        if (row >= _test.Predictable.RowCount)
            UserNumbers.EnterRanks(
                [], [], _listableItems - CountSeen(relevant), relevant.Length, Sum(_test.Relevant.RowValues(row)),
                Numbers(row));
    }

    /// <summary>How many of some rising items are trained on; those that are not stand behind.</summary>
    private int CountSeen(ReadOnlySpan<int> items)
    {
        var end = items.BinarySearch(_test.ItemCount);
        return end < 0 ? ~end : end;
    }

    private static double Sum(ReadOnlySpan<float> weights)
    {
        double sum = 0;
        foreach (var weight in weights) sum += weight;
        return sum;
    }
}
