namespace GpuAls;

/// <summary>
/// CSR matrices whose rows several processes own, each a range of them: made of entries that any process may have,
/// moved to other owners, and transposed. No process ever holds more than its own rows and what it sends.
/// </summary>
internal static class SharedCsr
{
    /// <summary>Sums the plays of each user and item, as <see cref="CsrBuilder.Build"/> does.</summary>
    /// <param name="group">The processes; each has some of the rows, one after the other.</param>
    /// <param name="interactions">The rows of this one; they move into the matrix.</param>
    /// <param name="shares">Which process owns which users.</param>
    /// <param name="most">Rows that a process may hold.</param>
    /// <returns>[own users, items], and how many pairs all processes leave out because their sum is 0.</returns>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput, on all processes: one would hold too many rows, or the weights of a user and an item add up to
    /// more than fp32 holds.
    /// </exception>
    public static (CsrMatrix ByUser, long Cancelled) Sum(
        IProcessGroup group, IndexedInteractions interactions, RowShares shares, long most)
    {
        var (users, items, feedback) = (interactions.Users, interactions.Items, interactions.Feedback);
        var sorted = Sort(group, SharedEntries.Of(interactions), shares, items.Count, most);
        var sums = new DuplicateSums(sorted.Starts, sorted.Columns, sorted.Values, feedback);
        var overflow = sums.Overflow is var (row, column) ? (shares.Start(group.Rank) + row, column) : (-1, -1);
        foreach (var (user, item) in group.AllGather(overflow))
            if (user >= 0) throw CsrBuilder.TooLarge(users.Format(user), items.Format(item));
        return (sums.ToMatrix(items.Count), group.Sum(sums.Cancelled));
    }

    /// <summary>The rows that this process owns, of entries that have values and are all different.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="entries">Those of this one, in any order; they move into the matrix.</param>
    /// <param name="shares">Which process owns which rows.</param>
    /// <param name="columnCount">Number of columns.</param>
    /// <param name="most">Entries that a process may hold.</param>
    /// <exception cref="GpuAlsException">Kind BadInput, on all processes: one would hold too many.</exception>
    public static CsrMatrix FromEntries(
        IProcessGroup group, SharedEntries entries, RowShares shares, int columnCount, long most)
    {
        var sorted = Sort(group, entries, shares, columnCount, most);
        return CsrMatrix.InBuffers(columnCount, sorted.Starts, sorted.Columns, sorted.Values!);
    }

    /// <summary>Brings rows to other owners.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="rows">[rows that this one owns, columns].</param>
    /// <param name="from">Which process owns which rows.</param>
    /// <param name="to">Which process will.</param>
    /// <param name="lengths">[all rows], the entries of each.</param>
    /// <param name="most">Entries that a process may hold.</param>
    /// <exception cref="GpuAlsException">Kind BadInput, on all processes: one would hold too many.</exception>
    public static CsrMatrix Move(
        IProcessGroup group, CsrMatrix rows, RowShares from, RowShares to, int[] lengths, long most)
    {
        if (from.Starts.SequenceEqual(to.Starts)) return rows;
        var (own, counts) = (from.Start(group.Rank), new long[group.Size]);
        for (var process = 0; process < group.Size; process++)
        {
            var first = Math.Max(own, to.Start(process));
            var end = Math.Min(from.Start(group.Rank + 1), to.Start(process + 1));
            if (first < end)
                counts[process] = rows.Indptr[end - own] - rows.Indptr[first - own];
        }

        Check(group, counts, most);
        var indptr = CsrMatrix.IndptrOf(lengths.AsSpan(to.Start(group.Rank), to.Count(group.Rank)));
        var indices = group.AllToAll(rows.Indices, counts, out _);
        return CsrMatrix.InBuffers(rows.ColumnCount, indptr, indices, group.AllToAll(rows.Values, counts, out _));
    }

    /// <summary>[all rows], the entries of each row.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="rows">[rows that this one owns, columns].</param>
    /// <param name="shares">Which process owns which rows.</param>
    public static int[] RowLengths(IProcessGroup group, CsrMatrix rows, RowShares shares)
    {
        var lengths = new int[shares.RowCount];
        rows.RowLengths().CopyTo(lengths, shares.Start(group.Rank));
        group.AllGather(lengths.AsSpan(), shares);
        return lengths;
    }

    /// <summary>[all columns], the entries of each column in the rows of all processes.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="rows">[rows that this one owns, columns].</param>
    /// <param name="isCounted">Whether the entries of a row count.</param>
    public static int[] ColumnLengths(IProcessGroup group, CsrMatrix rows, Func<int, bool> isCounted)
    {
        var lengths = new int[rows.ColumnCount];
        for (var row = 0; row < rows.RowCount; row++)
        {
            if (!isCounted(row)) continue;
            foreach (var column in rows.RowIndices(row)) lengths[column]++;
        }

        group.Sum(lengths.AsSpan());
        return lengths;
    }

    /// <summary>Throws where a process would hold too many entries.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="counts">[processes], the entries that this one has for each.</param>
    /// <param name="most">Entries that a process may hold.</param>
    public static void Check(IProcessGroup group, ReadOnlySpan<long> counts, long most)
    {
        var all = group.AllGather(counts, out _); // [senders, receivers]
        for (var process = 0; process < group.Size; process++)
        {
            long entries = 0;
            for (var sender = 0; sender < group.Size; sender++) entries += all[(sender * group.Size) + process];
            if (entries > most) throw TooMany(group, process, entries, most);
        }
    }

    internal static GpuAlsException TooMany(IProcessGroup group, int process, long entries, long most) => new(
        FailureKind.BadInput,
        $"process {process} of {group.Size} would hold {Counted.Of(entries, "play")}, but can hold {most:N0}. Start "
        + "more processes, or sum the plays of each user and item before training.");

    private static SortedEntries Sort(
        IProcessGroup group, SharedEntries entries, RowShares shares, int columnCount, long most)
    {
        entries.SendToOwners(group, shares, most);
        var (rows, columns, values) = entries.Take();
        foreach (ref var row in rows.AsSpan()) row -= shares.Start(group.Rank);
        return new CoordinateSort(shares.Count(group.Rank), columnCount, rows.Length).Sort(rows, columns, values);
    }
}
