namespace GpuAls;

/// <summary>
/// The held-out plays as they are measured: those that can be predicted, and those above 0, which lists should have.
/// Where several processes share them, these are those of the users that this one owns.
/// </summary>
internal sealed class TestPlays
{
    private readonly int _userCount;
    private readonly bool _keepsUnseen;

    /// <param name="heldOut">The held-out plays.</param>
    /// <param name="coldStart">What becomes of those that are unseen in training.</param>
    /// <param name="kinds">What is measured: errors of ratings need none above 0.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: none of the plays can be predicted, or none is above 0.
    /// </exception>
    public TestPlays(HeldOut heldOut, ColdStart coldStart, MetricKinds kinds)
    {
        (_userCount, ItemCount, _keepsUnseen) = (
            heldOut.Train.Users.Count, heldOut.Train.Items.Count, coldStart == ColdStart.Nan);
        var test = heldOut.Test;
        RowKeys = heldOut.RowKeys;
        Predictable = Shrink(Where(test, (row, column, _) => IsSeen(row, column)));
        Relevant = Where(test, (row, column, value) => value > 0 && (_keepsUnseen || IsSeen(row, column)));
        HasUnseen = [.. Enumerable.Range(0, test.RowCount).Select(row => _keepsUnseen && Unseen(test, row))];
        Rows = [.. Enumerable.Range(0, test.RowCount).Where(Counts)];
        ListedRows = [.. Rows.Where(row => row < _userCount && Relevant.RowLength(row) > 0)];
        var group = heldOut.Group;
        RankedRows = (int)group.Sum(Rows.Count(row => Relevant.RowLength(row) > 0));
        ListCount = (int)group.Sum(ListedRows.Length);
        var measuresRatings = heldOut.Train.Feedback == Feedback.Explicit && kinds.HasFlag(MetricKinds.Errors);
        if ((measuresRatings ? group.Sum(Rows.Length) : RankedRows) == 0)
            throw Nothing(heldOut.Counts, group.Sum(Predictable.EntryCount));
    }

    /// <summary>Items trained on; columns from there on are items that no list can have.</summary>
    public int ItemCount { get; }

    /// <summary>[users, items], held-out plays whose user and item are seen.</summary>
    public CsrMatrix Predictable { get; }

    /// <summary>[rows, columns] of <see cref="HeldOut.Test"/>, the plays above 0 that count in rankings.</summary>
    public CsrMatrix Relevant { get; }

    /// <summary>[rows], whether plays of a user that cannot be predicted count.</summary>
    public bool[] HasUnseen { get; }

    /// <summary>The rows with anything that counts, rising.</summary>
    public int[] Rows { get; }

    /// <summary>Those of them that get a list and have relevant items, rising.</summary>
    public int[] ListedRows { get; }

    /// <summary>Number of rows with relevant items, of all processes.</summary>
    public int RankedRows { get; }

    /// <summary>Number of rows that get a list, of all processes.</summary>
    public int ListCount { get; }

    /// <summary>[rows], which user it is.</summary>
    public int[] RowKeys { get; }

    private bool Counts(int row) =>
        Relevant.RowLength(row) > 0 || HasUnseen[row] || (row < _userCount && Predictable.RowLength(row) > 0);

    private bool IsSeen(int row, int column) => row < _userCount && column < ItemCount;

    private bool Unseen(CsrMatrix test, int row) =>
        test.RowLength(row) > 0 && (row >= _userCount || test.RowIndices(row)[^1] >= ItemCount);

    private static CsrMatrix Where(CsrMatrix matrix, Func<int, int, float, bool> holds)
    {
        var isChosen = new bool[matrix.EntryCount];
        for (var row = 0; row < matrix.RowCount; row++)
            for (var entry = (int)matrix.Indptr[row]; entry < matrix.Indptr[row + 1]; entry++)
                isChosen[entry] = holds(row, matrix.Indices[entry], matrix.Values[entry]);
        return EntrySelection.Select(matrix, isChosen, wanted: true);
    }

    /// <summary>Without the rows and columns of the unseen, which are empty.</summary>
    private CsrMatrix Shrink(CsrMatrix seen) =>
        new(ItemCount, seen.Indptr[..(_userCount + 1)].ToArray(), seen.Indices.ToArray(), seen.Values.ToArray());

    private GpuAlsException Nothing(HeldOutCounts counts, long predictable)
    {
        if (predictable > 0 || _keepsUnseen)
            return new GpuAlsException(
                FailureKind.BadInput,
                "none of the held-out plays is above 0, so there is nothing that lists should have. "
                    + "Check --weight-column.");
        var pairs = counts.Pairs == 1
            ? "the only held-out pair cannot be predicted: its user or item has"
            : $"none of the {Counted.Of(counts.Pairs, "held-out pair")} can be predicted: the user or item of each has";
        return new GpuAlsException(
            FailureKind.BadInput,
            $"{pairs} no play above 0 (or no rating) to train on. Hold out fewer, or count them with --cold-start "
                + "nan.");
    }
}
