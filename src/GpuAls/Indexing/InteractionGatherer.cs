namespace GpuAls;

/// <summary>Gathers batches into one list of indexed rows.</summary>
internal sealed class InteractionGatherer(IInteractionSource source)
{
    private const int ShownBadRows = 5;

    private readonly IdIndexBuilder _users = new(source.Schema.UserColumn);
    private readonly IdIndexBuilder _items = new(source.Schema.ItemColumn);
    private readonly IndexedRows _gathered =
        new(source.Schema.HasWeights, source.Schema.TimeColumn is not null);
    private readonly List<string> _firstBadRows = [];
    private (TimeKind Kind, string Origin)? _times;
    private long _rows;
    private long _keptRows;
    private long _zeroWeightRows;
    private long _rowsOutsidePeriod;
    private long _badRows;

    /// <summary>Gives the ids of a batch their numbers. Several threads may call this at once.</summary>
    public NumberedBatch Number(InteractionBatch batch) =>
        new(batch, _users.Number(batch.Users), _items.Number(batch.Items));

    /// <summary>Adds a batch; the batches come one after the other, in the order of the input.</summary>
    public ReadProgress Add(NumberedBatch numbered)
    {
        var batch = numbered.Batch;
        var verdicts = batch.Verdicts;
        _rows += batch.RowsRead;
        _zeroWeightRows += verdicts.ZeroWeightRows;
        _rowsOutsidePeriod += verdicts.RowsOutsidePeriod;
        _badRows += verdicts.BadRows;
        _firstBadRows.AddRange(verdicts.FirstBadRows.Take(ShownBadRows - _firstBadRows.Count));
        _keptRows += numbered.Users.Length;
        if (_keptRows > Array.MaxLength)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"the input has more than {Array.MaxLength:N0} rows. Sum the plays of each user and item before "
                + "training.");
        _users.Check(batch.Users, batch.Origin);
        _items.Check(batch.Items, batch.Origin);
        CheckTimes(batch);
        _gathered.Add(numbered);
        return new ReadProgress(_rows, batch.Fraction);
    }

    /// <param name="mayBeEmpty">Whether no rows at all are accepted.</param>
    public IndexedInteractions Build(bool mayBeEmpty = false)
    {
        if (_badRows > 0 && source.Schema.OnBadRow == OnBadRow.Fail) throw BadRows();
        var statistics = new ReadStatistics
        {
            Files = source.FileCount,
            Rows = _rows,
            ZeroWeightRows = _zeroWeightRows,
            RowsOutsidePeriod = _rowsOutsidePeriod,
            BadRows = _badRows,
        };
        if (_keptRows == 0 && !mayBeEmpty)
            throw new GpuAlsException(FailureKind.BadInput, source.NothingLeft(statistics));
        var (users, items, weights, times) = _gathered.Take();
        return new IndexedInteractions
        {
            Users = _keptRows == 0 ? new IdIndex<string>([]) : _users.Build(users.AsMemory(0, _gathered.Count)),
            Items = _keptRows == 0 ? new IdIndex<string>([]) : _items.Build(items.AsMemory(0, _gathered.Count)),
            RowCount = _gathered.Count,
            UserIndices = users,
            ItemIndices = items,
            Weights = weights,
            Times = times,
            TimeKind = _times?.Kind ?? default,
            Feedback = source.Schema.Feedback,
            Statistics = statistics,
        };
    }

    /// <summary>Integers and timestamps have no order among each other.</summary>
    private void CheckTimes(InteractionBatch batch)
    {
        if (batch.Times is not { Length: > 0 }) return;
        _times ??= (batch.TimeKind, batch.Origin);
        if (batch.TimeKind != _times.Value.Kind)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"column '{source.Schema.TimeColumn}' has {_times.Value.Kind.Text()} in {_times.Value.Origin} and "
                + $"{batch.TimeKind.Text()} "
                + $"in {batch.Origin}; one load has times of one kind. Convert one of the files.");
    }

    private GpuAlsException BadRows()
    {
        var shown = string.Join("\n  ", _firstBadRows);
        var more = _badRows > _firstBadRows.Count ? $"\n  and {_badRows - _firstBadRows.Count:N0} more" : "";
        return new GpuAlsException(
            FailureKind.BadInput,
            $"{_badRows:N0} of {Counted.Of(_rows, "row")} cannot be used:\n  {shown}{more}\n"
                + "Fix these rows, or pass --on-bad-row skip to drop them.");
    }
}

/// <summary>A batch whose ids have provisional numbers.</summary>
/// <param name="Batch">The batch, whose columns of ids are no longer used.</param>
/// <param name="Users">[rows], the number of each row's user.</param>
/// <param name="Items">[rows], the number of each row's item.</param>
internal sealed record NumberedBatch(InteractionBatch Batch, Memory<int> Users, Memory<int> Items) : IDisposable
{
    public void Dispose() => Batch.Dispose();
}
