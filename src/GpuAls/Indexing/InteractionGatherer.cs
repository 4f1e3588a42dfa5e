namespace GpuAls;

/// <summary>Gathers batches into one list of indexed rows.</summary>
internal sealed class InteractionGatherer(InteractionSchema schema, IReadOnlyList<InputFile> files)
{
    private const int ShownBadRows = 5;

    private readonly IdIndexBuilder _users = new(schema.UserColumn);
    private readonly IdIndexBuilder _items = new(schema.ItemColumn);
    private readonly IndexedRows _gathered = new(schema.WeightColumn is not null, schema.TimeColumn is not null);
    private readonly List<string> _firstBadRows = [];
    private readonly long _totalBytes = Math.Max(1, files.Sum(file => file.Bytes));
    private long _finishedBytes;
    private InputFile? _current;
    private (TimeKind Kind, string Path)? _times;
    private long _rows;
    private long _keptRows;
    private long _zeroWeightRows;
    private long _badRows;

    /// <summary>Replaces the ids of a batch by numbers; several batches may be at it at once.</summary>
    public void Number(InteractionBatch batch)
    {
        _users.Number(batch.Users);
        _items.Number(batch.Items);
    }

    /// <summary>Adds a batch that has numbers; the batches come one after the other, in the order of the input.</summary>
    public ReadProgress Add(InteractionBatch batch)
    {
        var verdicts = batch.Verdicts;
        _rows += batch.RowsInFile;
        _zeroWeightRows += verdicts.ZeroWeightRows;
        _badRows += verdicts.BadRows;
        _firstBadRows.AddRange(verdicts.FirstBadRows.Take(ShownBadRows - _firstBadRows.Count));
        _keptRows += batch.Users.Places.Length;
        if (_keptRows > Array.MaxLength)
            throw new GpuAlsException(FailureKind.BadInput, $"the input has more than {Array.MaxLength:N0} rows. Sum the plays of each user and item before training.");
        _users.Check(batch.Users, batch.File);
        _items.Check(batch.Items, batch.File);
        CheckTimes(batch);
        var fraction = Fraction(batch);
        _gathered.Add(batch, fraction);
        return new ReadProgress(_rows, fraction);
    }

    public IndexedInteractions Build()
    {
        if (_badRows > 0 && schema.OnBadRow == OnBadRow.Fail) throw BadRows();
        if (_keptRows == 0) throw NothingLeft();
        var (users, items, weights, times) = _gathered.Take();
        return new IndexedInteractions
        {
            Users = _users.Build(users.AsMemory(0, _gathered.Count)),
            Items = _items.Build(items.AsMemory(0, _gathered.Count)),
            RowCount = _gathered.Count,
            UserIndices = users,
            ItemIndices = items,
            Weights = weights,
            Times = times,
            Feedback = schema.Feedback,
            Statistics = new ReadStatistics { Files = files.Count, Rows = _rows, ZeroWeightRows = _zeroWeightRows, BadRows = _badRows },
        };
    }

    /// <summary>Integers and timestamps have no order among each other.</summary>
    private void CheckTimes(InteractionBatch batch)
    {
        if (batch.Times is not { Length: > 0 }) return;
        _times ??= (batch.TimeKind, batch.File.Path);
        if (batch.TimeKind != _times.Value.Kind)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"column '{schema.TimeColumn}' has {_times.Value.Kind.Text()} in {_times.Value.Path} and {batch.TimeKind.Text()} in {batch.File.Path}; one load has times of one kind. Convert one of the files.");
    }

    private double Fraction(InteractionBatch batch)
    {
        if (!ReferenceEquals(_current, batch.File))
        {
            _finishedBytes += _current?.Bytes ?? 0;
            _current = batch.File;
        }

        return Math.Min(1, (_finishedBytes + (batch.Fraction * batch.File.Bytes)) / _totalBytes);
    }

    private GpuAlsException BadRows()
    {
        var shown = string.Join("\n  ", _firstBadRows);
        var more = _badRows > _firstBadRows.Count ? $"\n  and {_badRows - _firstBadRows.Count:N0} more" : "";
        return new GpuAlsException(
            FailureKind.BadInput,
            $"{_badRows:N0} of {Counted.Of(_rows, "row")} cannot be used:\n  {shown}{more}\nFix these rows, or pass --on-bad-row skip to drop them.");
    }

    private GpuAlsException NothingLeft() => new(
        FailureKind.BadInput,
        _rows == 0
            ? $"the input has no rows: {files[0].Path}{(files.Count > 1 ? $" and {files.Count - 1:N0} more are" : " is")} empty, or no more than a header."
            : $"no row is left of {Counted.Of(_rows, "row")}: {_zeroWeightRows:N0} with weight 0, {_badRows:N0} that cannot be used. Check --weight-column.");
}
