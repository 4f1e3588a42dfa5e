namespace GpuAls;

/// <summary>
/// Transposes a CSR matrix whose rows several processes own. The columns go to their owners some at a time, so that a
/// process holds little more than its rows and its columns.
/// </summary>
internal sealed class SharedTranspose
{
    /// <summary>Entries of a process that go at a time, on average.</summary>
    private const long UsualRoundEntries = 1 << 22;

    /// <summary>Each round looks at all entries of a process once.</summary>
    private const int MostRounds = 12;

    private readonly IProcessGroup _group;
    private readonly CsrMatrix _rows;
    private readonly RowShares _shares;
    private readonly RowRange _own;
    private readonly RowShares[] _rounds; // [processes], the columns of each in a round
    private readonly RowShares _columns;
    private readonly long[] _indptr;
    private readonly long[] _ends;
    private readonly int[] _indices;
    private readonly float[] _values;

    private SharedTranspose(
        IProcessGroup group, CsrMatrix rows, RowShares shares, RowShares columns, int[] lengths, int rounds)
    {
        (_group, _rows, _shares, _columns, _own) = (group, rows, shares, columns, columns.Range(group.Rank));
        _rounds = new RowShares[group.Size];
        for (var process = 0; process < group.Size; process++)
            _rounds[process] = RowShares.ByCost(
                lengths.AsSpan(columns.Start(process), columns.Count(process)), rounds, length => length);
        _indptr = CsrMatrix.IndptrOf(lengths.AsSpan(_own.Start, _own.Count));
        _ends = _indptr.AsSpan(0, _own.Count).ToArray();
        _indices = GC.AllocateUninitializedArray<int>((int)_indptr[^1]);
        _values = GC.AllocateUninitializedArray<float>((int)_indptr[^1]);
    }

    /// <summary>The same entries with rows and columns swapped.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="rows">[rows that this one owns, columns].</param>
    /// <param name="shares">Which process owns which rows.</param>
    /// <param name="columns">Which process owns which columns.</param>
    /// <param name="lengths">[columns], the entries of each in the rows of all processes.</param>
    /// <param name="most">Entries that a process may hold.</param>
    /// <param name="roundEntries">Entries of a process that go at a time, on average, unless they are many.</param>
    /// <returns>[columns that this process owns, all rows].</returns>
    /// <exception cref="GpuAlsException">Kind BadInput, on all processes: one would hold too many.</exception>
    public static CsrMatrix Of(
        IProcessGroup group, CsrMatrix rows, RowShares shares, RowShares columns, int[] lengths, long most,
        long roundEntries = UsualRoundEntries)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(columns);
        long all = 0;
        for (var process = 0; process < group.Size; process++)
        {
            var entries = Sum(lengths.AsSpan(columns.Start(process), columns.Count(process)));
            if (entries > most) throw SharedCsr.TooMany(group, process, entries, most);
            all += entries;
        }

        var rounds = (int)Math.Clamp(all / group.Size / roundEntries, 1, MostRounds);
        var transpose = new SharedTranspose(group, rows, shares, columns, lengths, rounds);
        var garbage = new LargeGarbage();
        for (var round = 0; round < rounds; round++)
        {
            transpose.Send(round);
            garbage.WaitIfDue();
        }

        return CsrMatrix.InBuffers(shares.RowCount, transpose._indptr, transpose._indices, transpose._values);
    }

    /// <summary>Sends the columns of a round to their owners, which put them where they belong.</summary>
    private void Send(int round)
    {
        var (slots, columnsOf) = Slots(round);
        var sorted = CsrBuilder.TransposeSome(_rows, slots, (int)columnsOf.Sum(), _shares.Start(_group.Rank));
        var entries = new long[_group.Size];
        for (var (process, slot) = (0, 0L); process < _group.Size; process++)
        {
            var end = slot + columnsOf[process];
            entries[process] = sorted.Indptr[(int)end] - sorted.Indptr[(int)slot];
            slot = end;
        }

        var lengths = _group.AllToAll<int>(sorted.RowLengths(), columnsOf, out _); // [processes, own columns]
        var indices = _group.AllToAll(sorted.Indices, entries, out _);
        var values = _group.AllToAll(sorted.Values, entries, out _);
        var own = _rounds[_group.Rank].Range(round);
        for (var (i, start) = (0, 0); i < lengths.Length; start += lengths[i++])
        {
            ref var end = ref _ends[own.Start + (i % own.Count)];
            indices.AsSpan(start, lengths[i]).CopyTo(_indices.AsSpan((int)end));
            values.AsSpan(start, lengths[i]).CopyTo(_values.AsSpan((int)end));
            end += lengths[i];
        }
    }

    /// <summary>
    /// [columns], the position of each among those of a round, -1 for the others, and [processes], the columns of each.
    /// </summary>
    private (int[] Slots, long[] Columns) Slots(int round)
    {
        var (slots, columns) = (new int[_columns.RowCount], new long[_group.Size]);
        Array.Fill(slots, -1);
        for (var (process, slot) = (0, 0); process < _group.Size; process++)
        {
            var range = _rounds[process].Range(round);
            columns[process] = range.Count;
            var first = _columns.Start(process) + range.Start;
            for (var column = 0; column < range.Count; column++) slots[first + column] = slot++;
        }

        return (slots, columns);
    }

    private static long Sum(ReadOnlySpan<int> lengths)
    {
        long sum = 0;
        foreach (var length in lengths) sum += length;
        return sum;
    }
}
