namespace GpuAls;

/// <summary>
/// Brings held-out plays into the index of the plays that are trained on. Where several processes share both, each has
/// the held-out plays of the users it owns afterwards, and the last those of users who are unseen.
/// </summary>
internal sealed class HeldOutBuilder
{
    private readonly InteractionMatrix _train;
    private readonly Seen _seen;
    private readonly CsrMatrix _hidden;
    private readonly CsrMatrix _test;
    private readonly IReadOnlyList<int> _userIndices;
    private readonly PlaySharing _sharing;
    private readonly int[] _rowKeys;
    private readonly int[] _columnOfItem;
    private readonly int _firstUnseen;
    private readonly int _columnCount;

    /// <param name="train">The plays to train on.</param>
    /// <param name="seen">Which users and items of them are seen.</param>
    /// <param name="hidden">[users, items], what lists leave out.</param>
    /// <param name="test">[test users, test items]; a process has users after those of the one before it.</param>
    /// <param name="userIndices">[test users], the index in <paramref name="train"/>; -1 where it has none.</param>
    /// <param name="itemIndices">[test items], the index in <paramref name="train"/>; -1 where it has none.</param>
    /// <param name="sharing">The processes; all of them call it.</param>
    public HeldOutBuilder(
        InteractionMatrix train, Seen seen, CsrMatrix hidden, CsrMatrix test, IReadOnlyList<int> userIndices,
        IReadOnlyList<int> itemIndices, PlaySharing sharing)
    {
        (_train, _seen, _hidden, _test) = (train, seen, hidden, test);
        (_userIndices, _sharing) = (userIndices, sharing);
        _columnOfItem = [.. itemIndices.Select(index => index >= 0 && seen.ItemLikes[index] > 0 ? index : -1)];
        (_rowKeys, _firstUnseen) = RowKeys();
        _columnCount = train.Items.Count + NumberUnseenItems();
    }

    /// <exception cref="GpuAlsException">Kind BadInput, on all processes: nothing is held out.</exception>
    public HeldOut Build()
    {
        var (rows, columns, values) = Entries();
        var (pairs, unseen) = DropRepeated(rows, columns, values);
        var group = _sharing.Group;
        var counts = new HeldOutCounts
        {
            Pairs = group.Sum(pairs),
            RepeatedPairs = group.Sum(rows.Length - pairs),
            UnseenUsers = _rowKeys.Length - _train.Users.Count,
            UnseenItems = _columnCount - _train.Items.Count,
            UnseenPairs = group.Sum(unseen),
        };
        if (counts.Pairs == 0) throw NothingHeldOut(counts.RepeatedPairs);
        var test = CsrBuilder.FromCoordinates(
            _rowKeys.Length, _columnCount, rows.AsSpan(0, pairs), columns.AsSpan(0, pairs), values.AsSpan(0, pairs),
            _train.Feedback);
        return new HeldOut(_train, _seen, _hidden, test, _rowKeys, counts, group);
    }

    private bool IsSeen(int user) => _userIndices[user] is >= 0 and var index && _seen.Users[index];

    /// <summary>
    /// [rows], which user of the test each is: first those trained on, then the unseen; and the first row of those
    /// that are unseen here.
    /// </summary>
    private (int[] RowKeys, int FirstUnseen) RowKeys()
    {
        int[] unseen =
        [
            .. Enumerable.Range(0, _test.RowCount).Where(user => _test.RowLength(user) > 0 && !IsSeen(user)),
        ];
        var all = _sharing.Group.AllGather<int>(unseen, out var counts);
        var users = _train.Users.Count;
        var rowKeys = new int[users + all.Length];
        rowKeys.AsSpan(0, users).Fill(-1);
        for (var user = 0; user < _userIndices.Count; user++)
            if (_userIndices[user] >= 0) rowKeys[_userIndices[user]] = user;
        all.CopyTo(rowKeys, users);
        return (rowKeys, users + (int)counts[.._sharing.Group.Rank].Sum());
    }

    /// <summary>Gives unseen items columns in the order in which they come, and tells how many there are.</summary>
    private int NumberUnseenItems()
    {
        var (first, isFound) = (new List<int>(), new bool[_columnOfItem.Length]);
        foreach (var item in _test.Indices)
        {
            if (_columnOfItem[item] >= 0 || isFound[item]) continue;
            isFound[item] = true;
            first.Add(item);
        }

        var count = 0;
        foreach (var item in _sharing.Group.AllGather<int>(first.ToArray(), out _))
            if (_columnOfItem[item] < 0) _columnOfItem[item] = _train.Items.Count + count++;
        return count;
    }

    /// <summary>The held-out plays by rows and columns of <see cref="HeldOut.Test"/>, at the owners of rows.</summary>
    private (int[] Rows, int[] Columns, float[] Values) Entries()
    {
        var count = (int)_test.EntryCount;
        var (rows, columns) = (new int[count], new int[count]);
        var unseen = _firstUnseen;
        for (var user = 0; user < _test.RowCount; user++)
        {
            if (_test.RowLength(user) == 0) continue;
            var row = IsSeen(user) ? _userIndices[user] : unseen++;
            rows.AsSpan((int)_test.Indptr[user]..(int)_test.Indptr[user + 1]).Fill(row);
        }

        for (var entry = 0; entry < count; entry++) columns[entry] = _columnOfItem[_test.Indices[entry]];
        var values = _test.Values.ToArray();
        if (_sharing.IsAlone) return (rows, columns, values);
        var entries = new SharedEntries(rows, columns, values, count);
        var owners = _train.UserShares.Extended(_rowKeys.Length);
        entries.SendToOwners(_sharing.Group, owners, _sharing.Most);
        (rows, columns, var sent) = entries.Take();
        return (rows, columns, sent!);
    }

    /// <summary>
    /// Moves the pairs that lists may have to the front, and tells their number, and of how many of them the user or
    /// the item is unseen.
    /// </summary>
    private (int Pairs, long Unseen) DropRepeated(int[] rows, int[] columns, float[] values)
    {
        var (pairs, unseen) = (0, 0L);
        for (var entry = 0; entry < rows.Length; entry++)
        {
            var (row, column) = (rows[entry], columns[entry]);
            var isSeen = row < _train.Users.Count && column < _train.Items.Count;
            if (isSeen && _hidden.RowIndices(row).BinarySearch(column) >= 0) continue;
            if (!isSeen) unseen++;
            (rows[pairs], columns[pairs], values[pairs++]) = (row, column, values[entry]);
        }

        return (pairs, unseen);
    }

    private static GpuAlsException NothingHeldOut(long repeated)
    {
        if (repeated == 0)
            return new GpuAlsException(
                FailureKind.BadInput, "no plays were held out, so there is nothing to test on. Hold out more.");
        var pairs = repeated == 1
            ? "the only test pair is also a training pair"
            : $"all {Counted.Of(repeated, "test pair")} are also training pairs";
        return new GpuAlsException(
            FailureKind.BadInput, $"there is nothing to test on: {pairs} or excluded. Use other test plays.");
    }
}
