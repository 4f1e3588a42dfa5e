namespace GpuAls;

/// <summary>Entries of a matrix in any order (COO form), which several processes have.</summary>
internal sealed class SharedEntries
{
    private int[] _rows;
    private int[] _columns;
    private float[]? _values;
    private long[]? _times;
    private int _count;

    /// <param name="rows">[entries or more], the row of each; the arrays are not the caller's any more.</param>
    /// <param name="columns">[entries or more], the column of each.</param>
    /// <param name="values">[entries or more]; null if each is 1.</param>
    /// <param name="count">Number of entries.</param>
    public SharedEntries(int[] rows, int[] columns, float[]? values, int count) =>
        (_rows, _columns, _values, _count) = (rows, columns, values, count);

    /// <summary>The rows that this process has read, which has none afterwards.</summary>
    public static SharedEntries Of(IndexedInteractions interactions)
    {
        var count = interactions.RowCount;
        var (users, items, weights) = interactions.Take();
        return new SharedEntries(users, items, weights, count);
    }

    /// <summary>Brings rows that processes have read to the owners of their users, in the order of the input.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="read">The rows of this one, one process after the other.</param>
    /// <param name="shares">Which process owns which users.</param>
    /// <param name="most">Rows that a process may hold.</param>
    /// <returns>The rows of the users that this process owns.</returns>
    /// <exception cref="GpuAlsException">Kind BadInput, on all processes: one would hold too many.</exception>
    public static IndexedInteractions SendToOwners(
        IProcessGroup group, IndexedInteractions read, RowShares shares, long most)
    {
        var rows = new SharedEntries(read.UserIndices, read.ItemIndices, read.Weights, read.RowCount)
        {
            _times = read.Times,
        };
        rows.SendToOwners(group, shares, most);
        return new IndexedInteractions
        {
            Users = read.Users,
            Items = read.Items,
            UserIndices = rows._rows,
            ItemIndices = rows._columns,
            Weights = rows._values,
            Times = rows._times,
            TimeKind = read.TimeKind,
            Feedback = read.Feedback,
            Statistics = read.Statistics,
        };
    }

    /// <summary>The entries of rows and columns under other numbers.</summary>
    /// <param name="matrix">[rows that this process owns, columns].</param>
    /// <param name="firstRow">The first of these rows.</param>
    /// <param name="rows">[all rows], the new number of each; those without entries may have none.</param>
    /// <param name="columns">[columns], the new number of each.</param>
    public static SharedEntries Of(CsrMatrix matrix, int firstRow, int[] rows, int[] columns)
    {
        var count = (int)matrix.EntryCount;
        var (newRows, newColumns) = (
            GC.AllocateUninitializedArray<int>(count), GC.AllocateUninitializedArray<int>(count));
        Parallel.For(0, matrix.RowCount, row =>
        {
            var (start, end) = ((int)matrix.Indptr[row], (int)matrix.Indptr[row + 1]);
            newRows.AsSpan(start..end).Fill(rows[firstRow + row]);
            for (var entry = start; entry < end; entry++) newColumns[entry] = columns[matrix.Indices[entry]];
        });
        return new SharedEntries(newRows, newColumns, matrix.Values.ToArray(), count);
    }

    /// <summary>The arrays, as long as there are entries; none are left here.</summary>
    public (int[] Rows, int[] Columns, float[]? Values) Take()
    {
        var taken = (_rows, _columns, _values);
        (_rows, _columns, _values, _count) = ([], [], null, 0);
        return taken;
    }

    /// <summary>
    /// Sends each entry to the owner of its row. A process gets those of process 0 first, in their order, then those of
    /// process 1, …. One array after the other is sent, so that only one is held twice.
    /// </summary>
    /// <param name="group">The processes.</param>
    /// <param name="shares">Which process owns which rows.</param>
    /// <param name="most">Entries that a process may hold.</param>
    /// <exception cref="GpuAlsException">Kind BadInput, on all processes: one would hold too many.</exception>
    public void SendToOwners(IProcessGroup group, RowShares shares, long most)
    {
        var garbage = new LargeGarbage();
        var (positions, counts) = PositionsByOwner(group, shares);
        SharedCsr.Check(group, counts, most);
        Send(ref _rows, group, positions, counts);
        garbage.WaitIfDue();
        Send(ref _columns, group, positions, counts);
        garbage.WaitIfDue();
        if (_values is not null) Send(ref _values, group, positions, counts);
        garbage.WaitIfDue();
        if (_times is not null) Send(ref _times, group, positions, counts);
        garbage.WaitIfDue();
        _count = _rows.Length;
    }

    private static void Send<T>(ref T[] values, IProcessGroup group, int[] positions, long[] counts)
        where T : unmanaged
    {
        var sent = Ordered(values, positions);
        values = [];
        values = group.AllToAll<T>(sent, counts, out _);
    }

    private static T[] Ordered<T>(T[] values, int[] positions)
    {
        var ordered = GC.AllocateUninitializedArray<T>(positions.Length);
        ParallelRanges.ForEach(positions.Length, (start, end) =>
        {
            for (var entry = start; entry < end; entry++) ordered[positions[entry]] = values[entry];
        });
        return ordered;
    }

    /// <summary>[entries], the position of each where those for a process are together, and their numbers.</summary>
    private (int[] Positions, long[] Counts) PositionsByOwner(IProcessGroup group, RowShares shares)
    {
        var parts = Segments.CountFor(_count);
        var positions = GC.AllocateUninitializedArray<int>(_count);
        // At first the owner of each.
        var sort = new CountingSort(group.Size, parts, (part, counts) =>
        {
            var end = Segments.Start(positions.Length, part + 1, parts);
            for (var entry = Segments.Start(positions.Length, part, parts); entry < end; entry++)
                counts[positions[entry] = shares.OwnerOf(_rows[entry])]++;
        });
        Parallel.For(0, parts, part =>
        {
            var next = sort.Next(part);
            var end = Segments.Start(positions.Length, part + 1, parts);
            for (var entry = Segments.Start(positions.Length, part, parts); entry < end; entry++)
                positions[entry] = next[positions[entry]]++;
        });
        var counts = new long[group.Size];
        for (var process = 0; process < counts.Length; process++)
            counts[process] = sort.Starts[process + 1] - sort.Starts[process];
        return (positions, counts);
    }
}
