namespace GpuAls;

/// <summary>Brings held-out plays into the index of the plays that are trained on.</summary>
internal sealed class HeldOutBuilder
{
    private readonly InteractionMatrix _train;
    private readonly Seen _seen;
    private readonly CsrMatrix _hidden;
    private readonly CsrMatrix _test;
    private readonly IReadOnlyList<int> _userIndices;
    private readonly IReadOnlyList<int> _itemIndices;
    private readonly List<int> _rows = [];
    private readonly List<int> _columns = [];
    private readonly List<float> _values = [];
    private readonly List<int> _rowKeys;
    private readonly int[] _columnOfItem;
    private int _columnCount;
    private long _repeated;
    private long _unseen;

    /// <param name="train">The plays to train on.</param>
    /// <param name="seen">Which users and items of them are seen.</param>
    /// <param name="hidden">[users, items], what lists leave out.</param>
    /// <param name="test">[test users, test items].</param>
    /// <param name="userIndices">[test users], the index in <paramref name="train"/>; -1 where it has none.</param>
    /// <param name="itemIndices">[test items], the index in <paramref name="train"/>; -1 where it has none.</param>
    public HeldOutBuilder(
        InteractionMatrix train, Seen seen, CsrMatrix hidden, CsrMatrix test, IReadOnlyList<int> userIndices,
        IReadOnlyList<int> itemIndices)
    {
        (_train, _seen, _hidden, _test) = (train, seen, hidden, test);
        (_userIndices, _itemIndices) = (userIndices, itemIndices);
        _rowKeys = [.. Enumerable.Repeat(-1, train.Users.Count)];
        for (var user = 0; user < userIndices.Count; user++)
            if (userIndices[user] >= 0) _rowKeys[userIndices[user]] = user;
        _columnOfItem = new int[test.ColumnCount];
        Array.Fill(_columnOfItem, -1);
        _columnCount = train.Items.Count;
    }

    /// <exception cref="GpuAlsException">Kind BadInput: nothing is held out.</exception>
    public HeldOut Build()
    {
        for (var user = 0; user < _test.RowCount; user++)
            if (_test.RowLength(user) > 0) AddRow(user);
        var counts = new HeldOutCounts
        {
            Pairs = _rows.Count,
            RepeatedPairs = _repeated,
            UnseenUsers = _rowKeys.Count - _train.Users.Count,
            UnseenItems = _columnCount - _train.Items.Count,
            UnseenPairs = _unseen,
        };
        if (counts.Pairs == 0) throw NothingHeldOut();
        var test = CsrBuilder.FromCoordinates(
            _rowKeys.Count, _columnCount, _rows.ToArray(), _columns.ToArray(), _values.ToArray(), _train.Feedback);
        return new HeldOut(_train, _seen, _hidden, test, [.. _rowKeys], counts);
    }

    private void AddRow(int user)
    {
        var index = _userIndices[user];
        var isSeen = index >= 0 && _seen.Users[index];
        var row = isSeen ? index : _rowKeys.Count;
        if (!isSeen) _rowKeys.Add(user);
        var items = _test.RowIndices(user);
        var values = _test.RowValues(user);
        for (var entry = 0; entry < items.Length; entry++)
        {
            var column = ColumnOf(items[entry]);
            if (isSeen && column < _train.Items.Count && _hidden.RowIndices(row).BinarySearch(column) >= 0)
            {
                _repeated++;
                continue;
            }

            if (!isSeen || column >= _train.Items.Count) _unseen++;
            _rows.Add(row);
            _columns.Add(column);
            _values.Add(values[entry]);
        }
    }

    /// <summary>Unseen items get columns in the order in which they come.</summary>
    private int ColumnOf(int item)
    {
        if (_columnOfItem[item] >= 0) return _columnOfItem[item];
        var index = _itemIndices[item];
        var isSeen = index >= 0 && _seen.ItemLikes[index] > 0;
        return _columnOfItem[item] = isSeen ? index : _columnCount++;
    }

    private GpuAlsException NothingHeldOut()
    {
        if (_repeated == 0)
            return new GpuAlsException(
                FailureKind.BadInput, "no plays were held out, so there is nothing to test on. Hold out more.");
        var pairs = _repeated == 1
            ? "the only test pair is also a training pair"
            : $"all {Counted.Of(_repeated, "test pair")} are also training pairs";
        return new GpuAlsException(
            FailureKind.BadInput, $"there is nothing to test on: {pairs} or excluded. Use other test plays.");
    }
}
