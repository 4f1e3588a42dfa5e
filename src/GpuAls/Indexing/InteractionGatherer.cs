namespace GpuAls;

/// <summary>Gathers batches into one list of indexed rows.</summary>
/// <param name="source">What the batches are from.</param>
/// <param name="group">The processes that read it together, each a share.</param>
internal sealed class InteractionGatherer(IInteractionSource source, IProcessGroup group)
{
    private readonly IdIndexBuilder _users = new(source.Schema.UserColumn);
    private readonly IdIndexBuilder _items = new(source.Schema.ItemColumn);
    private readonly IndexedRows _gathered =
        new(source.Schema.HasWeights, source.Schema.TimeColumn is not null);
    private readonly ReadFindings _found = new();
    private (TimeKind Kind, string Origin)? _times;

    /// <summary>Rows that a process may hold.</summary>
    internal int MostRows { get; init; } = Array.MaxLength;

    /// <summary>Gives the ids of a batch their numbers. Several threads may call this at once.</summary>
    public NumberedBatch Number(InteractionBatch batch) =>
        new(batch, _users.Number(batch.Users), _items.Number(batch.Items));

    /// <summary>Adds a batch; the batches come one after the other, in the order of the input.</summary>
    public ReadProgress Add(NumberedBatch numbered)
    {
        var kinds = _found.Add(numbered.Batch);
        if (_found.KeptRows > MostRows) throw TooManyRows();
        // Which kind came first, processes that read together know in the end.
        if (group.Size == 1 && kinds is { } different) Check(different, numbered.Batch.Origin);
        _gathered.Add(numbered);
        return new ReadProgress(_found.Rows, numbered.Batch.Fraction);
    }

    /// <summary>The rows, where one process has read all.</summary>
    /// <param name="mayBeEmpty">Whether no rows at all are accepted.</param>
    public IndexedInteractions Build(bool mayBeEmpty = false)
    {
        var statistics = Checked(_found, mayBeEmpty);
        var rows = _gathered.Take();
        return Indexed(
            _found.KeptRows == 0 ? new IdIndex<string>([]) : _users.Build(rows.Users.AsMemory(0, _gathered.Count)),
            _found.KeptRows == 0 ? new IdIndex<string>([]) : _items.Build(rows.Items.AsMemory(0, _gathered.Count)),
            rows,
            statistics);
    }

    /// <summary>
    /// The rows of this process with the ids and the statistics of all, and the rows of each user, at most as many as
    /// an <see cref="int"/> says. All processes throw the same.
    /// </summary>
    /// <param name="roundBytes">Bytes of ids that a process sends at once, about.</param>
    public (IndexedInteractions Rows, int[] RowsOfUsers) BuildShared(int roundBytes)
    {
        var found = _found.OfAll(group);
        foreach (var (kinds, origin) in found.Kinds) Check(kinds, origin);
        var statistics = Checked(found, mayBeEmpty: false);
        var rows = _gathered.Take();
        var (users, rowsOfUsers) = _users.Build(rows.Users.AsMemory(0, _gathered.Count), group, roundBytes);
        var (items, _) = _items.Build(rows.Items.AsMemory(0, _gathered.Count), group, roundBytes);
        return (Indexed(users, items, rows, statistics), rowsOfUsers);
    }

    private IndexedInteractions Indexed(
        IdIndex users,
        IdIndex items,
        (int[] Users, int[] Items, float[]? Weights, long[]? Times) rows,
        ReadStatistics statistics) => new()
        {
            Users = users,
            Items = items,
            RowCount = _gathered.Count,
            UserIndices = rows.Users,
            ItemIndices = rows.Items,
            Weights = rows.Weights,
            Times = rows.Times,
            TimeKind = _times?.Kind ?? default,
            Feedback = source.Schema.Feedback,
            Statistics = statistics,
        };

    private ReadStatistics Checked(ReadFindings found, bool mayBeEmpty)
    {
        if (found.BadRows > 0 && source.Schema.OnBadRow == OnBadRow.Fail) throw BadRows(found);
        var statistics = new ReadStatistics
        {
            Files = source.FileCount,
            Rows = found.Rows,
            ZeroWeightRows = found.ZeroWeightRows,
            RowsOutsidePeriod = found.RowsOutsidePeriod,
            BadRows = found.BadRows,
        };
        if (found.KeptRows == 0 && !mayBeEmpty)
            throw new GpuAlsException(FailureKind.BadInput, source.NothingLeft(statistics));
        return statistics;
    }

    private void Check(BatchKinds kinds, string origin)
    {
        _users.Check(kinds.Users, origin);
        _items.Check(kinds.Items, origin);
        if (kinds.Times is { } times) CheckTimes(times, origin);
    }

    /// <summary>Integers and timestamps have no order among each other.</summary>
    private void CheckTimes(TimeKind kind, string origin)
    {
        _times ??= (kind, origin);
        if (kind != _times.Value.Kind)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"column '{source.Schema.TimeColumn}' has {_times.Value.Kind.Text()} in {_times.Value.Origin} and "
                + $"{kind.Text()} in {origin}; one load has times of one kind. Convert one of the files.");
    }

    private GpuAlsException TooManyRows() => new(
        FailureKind.BadInput,
        group.Size == 1
            ? $"the input has more than {Counted.Of(MostRows, "row")}. Sum the plays of each user and item before "
                + "training."
            : $"the share of process {group.Rank} of {group.Size} has more than {Counted.Of(MostRows, "row")}. Start "
                + "more processes, split files that one process reads alone, or sum the plays of each user and item "
                + "before training.");

    private static GpuAlsException BadRows(ReadFindings found)
    {
        var shown = string.Join("\n  ", found.FirstBadRows);
        var notShown = found.BadRows - found.FirstBadRows.Count;
        var more = notShown > 0 ? $"\n  and {notShown:N0} more" : "";
        return new GpuAlsException(
            FailureKind.BadInput,
            $"{found.BadRows:N0} of {Counted.Of(found.Rows, "row")} cannot be used:\n  {shown}{more}\n"
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
