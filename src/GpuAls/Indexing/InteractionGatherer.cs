using GpuAls.Reading;

namespace GpuAls.Indexing;

/// <summary>Gathers batches into one list of indexed rows.</summary>
internal sealed class InteractionGatherer(InteractionSchema schema, IReadOnlyList<InputFile> files)
{
    private const int ShownBadRows = 5;

    private readonly IdIndexBuilder _users = new(schema.UserColumn);
    private readonly IdIndexBuilder _items = new(schema.ItemColumn);
    private readonly List<float> _weights = [];
    private readonly List<string> _firstBadRows = [];
    private readonly long _totalBytes = Math.Max(1, files.Sum(file => file.Bytes));
    private long _finishedBytes;
    private InputFile? _current;
    private long _rows;
    private long _keptRows;
    private long _zeroWeightRows;
    private long _badRows;

    public ReadProgress Add(InteractionBatch batch)
    {
        _rows += batch.RowsInFile;
        _zeroWeightRows += batch.ZeroWeightRows;
        _badRows += batch.BadRows;
        _firstBadRows.AddRange(batch.FirstBadRows.Take(ShownBadRows - _firstBadRows.Count));
        _keptRows += batch.RowsInFile - batch.ZeroWeightRows - batch.BadRows;
        if (_keptRows > Array.MaxLength)
            throw new GpuAlsException(FailureKind.BadInput, $"the input has more than {Array.MaxLength:N0} rows. Sum the plays of each user and item before training.");
        _users.Add(batch.Users, batch.File);
        _items.Add(batch.Items, batch.File);
        if (batch.Weights is not null) _weights.AddRange(batch.Weights);
        return new ReadProgress(_rows, Fraction(batch));
    }

    public IndexedInteractions Build()
    {
        if (_badRows > 0 && schema.OnBadRow == OnBadRow.Fail) throw BadRows();
        if (_keptRows == 0) throw NothingLeft();
        var (users, userIndices) = _users.Build();
        var (items, itemIndices) = _items.Build();
        return new IndexedInteractions
        {
            Users = users,
            Items = items,
            UserIndices = userIndices,
            ItemIndices = itemIndices,
            Weights = schema.WeightColumn is null ? null : [.. _weights],
            Statistics = new ReadStatistics { Files = files.Count, Rows = _rows, ZeroWeightRows = _zeroWeightRows, BadRows = _badRows },
        };
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
            $"{_badRows:N0} of {_rows:N0} rows cannot be used:\n  {shown}{more}\nMend them, or leave them out with --on-bad-row skip.");
    }

    private GpuAlsException NothingLeft() => new(
        FailureKind.BadInput,
        _rows == 0
            ? $"the input has no rows: {files[0].Path}{(files.Count > 1 ? $" and {files.Count - 1:N0} more" : "")} is empty or has a header only."
            : $"none of the {_rows:N0} rows is left: {_zeroWeightRows:N0} have weight 0, {_badRows:N0} cannot be used. Check --weight-column.");
}
