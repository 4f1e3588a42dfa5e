namespace GpuAls;

/// <summary>Makes a batch of usable rows from the columns of a row group.</summary>
internal sealed class ParquetBatchBuilder
{
    private readonly InputFile _file;
    private readonly ParquetColumnData _users;
    private readonly ParquetColumnData _items;
    private readonly ParquetColumnData? _weights;
    private readonly ParquetColumnData? _times;
    private readonly ParquetColumnData? _events;
    private readonly double?[] _eventWeights;
    private readonly ParquetIdValues _userIds;
    private readonly ParquetIdValues _itemIds;
    private readonly bool _idsMayHaveProblems;
    private readonly bool _weightsMayHaveProblems;
    private readonly RowVerdicts _verdicts;
    private readonly InteractionSchema _schema;

    public ParquetBatchBuilder(
        InputFile file,
        int group,
        InteractionSchema schema,
        ParquetColumnData users,
        ParquetColumnData items,
        ParquetColumnData? weights,
        ParquetColumnData? times,
        ParquetColumnData? events)
    {
        (_file, _users, _items, _weights, _times, _events) = (file, users, items, weights, times, events);
        _eventWeights = events is null ? [] : ParquetEvents.Weights(events, schema.EventWeights!);
        _schema = schema;
        (_userIds, _itemIds) = ((ParquetIdValues)users.Values, (ParquetIdValues)items.Values);
        _idsMayHaveProblems = _userIds.MayHaveProblems || _itemIds.MayHaveProblems;
        _weightsMayHaveProblems = weights?.Values.MayHaveProblems ?? false;
        _verdicts = new RowVerdicts(row => $"{file.Path}, row group {group}, row {row}", schema);
    }

    /// <summary>Builds the batch, which then owns the columns.</summary>
    public InteractionBatch Build(double fraction)
    {
        var rows = _users.Indices.Length;
        var kept = _schema.HasWeights ? new RentedArray<float>(rows) : null;
        var keptTimes = _times is null ? null : new RentedArray<long>(rows);
        var weights = _weights is null ? [] : _weights.Indices.Span;
        var count = Keep(
            _users.Indices.Span,
            _items.Indices.Span,
            weights,
            kept is null ? [] : kept.Span,
            keptTimes is null ? [] : keptTimes.Span);
        var kind = (_times?.Values as ParquetTimes)?.Kind ?? default;
        _weights?.Dispose();
        _times?.Dispose();
        _events?.Dispose();
        return new InteractionBatch(_users, _items, kept, keptTimes)
        {
            Origin = _file.Path,
            Users = IdsOf(_userIds, _users.Indices[..count]),
            Items = IdsOf(_itemIds, _items.Indices[..count]),
            Weights = kept?.Memory[..count],
            Times = keptTimes?.Memory[..count],
            TimeKind = kind,
            RowsRead = rows,
            Verdicts = _verdicts,
            Fraction = fraction,
        };
    }

    private static IdColumn IdsOf(ParquetIdValues ids, Memory<int> indices) =>
        new(ids.Type, ids.Ids, indices) { HasNegative = ids.HasNegative };

    /// <summary>Moves the usable rows to the front.</summary>
    /// <returns>Number of usable rows.</returns>
    private int Keep(
        Span<int> users, Span<int> items, ReadOnlySpan<int> weights, Span<float> kept, Span<long> keptTimes)
    {
        var read = _weights is null ? [] : ((ParquetWeights)_weights.Values).Values;
        var count = 0;
        for (var row = 0; row < users.Length; row++)
        {
            if (((users[row] | items[row]) < 0 || _idsMayHaveProblems)
                && (!IsUsable(_users, users[row], row) || !IsUsable(_items, items[row], row))) continue;
            if (!kept.IsEmpty)
            {
                var weight = 1.0;
                if (!weights.IsEmpty)
                {
                    if ((weights[row] < 0 || _weightsMayHaveProblems) && !IsUsable(_weights!, weights[row], row))
                        continue;
                    weight = read[weights[row]];
                }

                if (_events is not null && !IsWorth(row, ref weight)) continue;
                if (!_verdicts.Accept(weight, (_weights ?? _events)!.Name, row)) continue;
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
        var index = _times!.Indices.Span[row];
        time = 0;
        if (!IsUsable(_times, index, row)) return false;
        var times = (ParquetTimes)_times.Values;
        time = times.Values[index];
        return _verdicts.Accept(time, times.Kind);
    }

    /// <summary>Multiplies a weight with that of the row's event.</summary>
    private bool IsWorth(int row, ref double weight)
    {
        var index = _events!.Indices.Span[row];
        if (index >= 0 && _eventWeights[index] is { } factor)
        {
            weight *= factor;
            return true;
        }

        if (IsUsable(_events, index, row))
            _verdicts.Reject(
                row,
                $"column '{_events.Name}' "
                    + _schema.EventWeights!.Problem(ParquetEvents.Text((ParquetIdValues)_events.Values, index)));
        return false;
    }

    private bool IsUsable(ParquetColumnData column, int index, int row)
    {
        var problem = index == ParquetColumnData.Null ? "is null" : column.Values.Problem(index);
        if (problem is not null) _verdicts.Reject(row, $"column '{column.Name}' {problem}");
        return problem is null;
    }
}
