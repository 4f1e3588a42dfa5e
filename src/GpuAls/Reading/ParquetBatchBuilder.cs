namespace GpuAls;

/// <summary>From the columns of a row group to a batch of usable rows.</summary>
internal sealed class ParquetBatchBuilder
{
    private readonly InputFile _file;
    private readonly ParquetColumnData _users;
    private readonly ParquetColumnData _items;
    private readonly ParquetColumnData? _weights;
    private readonly ParquetColumnData? _times;
    private readonly ParquetIdValues _userIds;
    private readonly ParquetIdValues _itemIds;
    private readonly bool _mayHaveProblems;
    private readonly RowVerdicts _verdicts;

    public ParquetBatchBuilder(
        InputFile file, int group, Feedback feedback, ParquetColumnData users, ParquetColumnData items, ParquetColumnData? weights, ParquetColumnData? times)
    {
        (_file, _users, _items, _weights, _times) = (file, users, items, weights, times);
        (_userIds, _itemIds) = ((ParquetIdValues)users.Values, (ParquetIdValues)items.Values);
        _mayHaveProblems = _userIds.MayHaveProblems || _itemIds.MayHaveProblems;
        _verdicts = new RowVerdicts(row => $"{file.Path}, row group {group}, row {row}", feedback);
    }

    /// <summary>The batch, which owns the columns.</summary>
    public InteractionBatch Build(double fraction)
    {
        var rows = _users.Places.Length;
        var kept = _weights is null ? null : new RentedArray<float>(rows);
        var keptTimes = _times is null ? null : new RentedArray<long>(rows);
        var count = Keep(
            _users.Places.Span, _items.Places.Span, _weights is null ? [] : _weights.Places.Span, kept is null ? [] : kept.Span, keptTimes is null ? [] : keptTimes.Span);
        var kind = (_times?.Values as ParquetTimes)?.Kind ?? default;
        _weights?.Dispose();
        _times?.Dispose();
        return new InteractionBatch(_users, _items, kept, keptTimes)
        {
            File = _file,
            Users = new IdColumn(_userIds.Type, _userIds.Ids, _users.Places[..count]),
            Items = new IdColumn(_itemIds.Type, _itemIds.Ids, _items.Places[..count]),
            Weights = kept?.Memory[..count],
            Times = keptTimes?.Memory[..count],
            TimeKind = kind,
            RowsInFile = rows,
            Verdicts = _verdicts,
            Fraction = fraction,
        };
    }

    /// <summary>Moves the rows that can be used to the front.</summary>
    /// <returns>How many they are.</returns>
    private int Keep(Span<int> users, Span<int> items, ReadOnlySpan<int> weights, Span<float> kept, Span<long> keptTimes)
    {
        var read = _weights is null ? [] : ((ParquetWeights)_weights.Values).Values;
        var count = 0;
        for (var row = 0; row < users.Length; row++)
        {
            if ((users[row] | items[row]) < 0 || _mayHaveProblems)
                if (!HasId(_users.Name, _userIds, users[row], row) || !HasId(_items.Name, _itemIds, items[row], row)) continue;
            if (!weights.IsEmpty)
            {
                if (weights[row] == ParquetColumnData.Null)
                {
                    _verdicts.Reject(row, $"column '{_weights!.Name}' is null");
                    continue;
                }

                var weight = read[weights[row]];
                if (!_verdicts.Accept(weight, _weights!.Name, row)) continue;
                kept[count] = (float)weight;
            }

            if (_times is not null && !HasTime(row, out keptTimes[count])) continue;
            users[count] = users[row];
            items[count++] = items[row];
        }

        return count;
    }

    private bool HasTime(int row, out long time)
    {
        var (place, times) = (_times!.Places.Span[row], (ParquetTimes)_times.Values);
        var problem = place == ParquetColumnData.Null ? "is null" : times.Problem(place);
        time = problem is null ? times.Values[place] : 0;
        if (problem is not null) _verdicts.Reject(row, $"column '{_times.Name}' {problem}");
        return problem is null;
    }

    private bool HasId(string column, ParquetIdValues ids, int place, int row)
    {
        var problem = place == ParquetColumnData.Null ? "is null" : ids.Problem(place);
        if (problem is null) return true;
        _verdicts.Reject(row, $"column '{column}' {problem}");
        return false;
    }
}
