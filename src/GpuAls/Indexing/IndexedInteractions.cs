namespace GpuAls;

/// <summary>
/// All rows that were read, ids replaced by their index, in the order of the input (COO form, duplicates not yet
/// summed).
/// </summary>
internal sealed class IndexedInteractions
{
    private int[] _users = [];
    private int[] _items = [];
    private float[]? _weights;
    private long[]? _times;
    private int? _count; // the arrays may have room behind their rows
    private bool _isTaken;

    /// <summary>The ids of the users.</summary>
    public required IdIndex Users { get; init; }

    /// <summary>The ids of the items.</summary>
    public required IdIndex Items { get; init; }

    /// <summary>[rows], index of the user.</summary>
    public required int[] UserIndices { get => Trimmed(ref _users); init => _users = value; }

    /// <summary>[rows], index of the item.</summary>
    public required int[] ItemIndices { get => Trimmed(ref _items); init => _items = value; }

    /// <summary>[rows], finite, and not 0 unless they are ratings; null where each row counts 1.</summary>
    public required float[]? Weights
    {
        get => _weights is null ? null : Trimmed(ref _weights);
        init => _weights = value;
    }

    /// <summary>[rows], the time of each, all in one unit; null where no column of times was read.</summary>
    public long[]? Times { get => _times is null ? null : Trimmed(ref _times); init => _times = value; }

    /// <summary>What the times are.</summary>
    public TimeKind TimeKind { get; init; }

    /// <summary>What the weights are.</summary>
    public Feedback Feedback { get; init; }

    /// <summary>What was read and what was left out.</summary>
    public required ReadStatistics Statistics { get; init; }

    /// <summary>Number of rows.</summary>
    public int RowCount
    {
        get => _count ?? _users.Length;
        internal init => _count = value;
    }

    /// <summary>
    /// Gives the arrays away, which have <see cref="RowCount"/> rows and room behind them; none are left here.
    /// </summary>
    /// <exception cref="InvalidOperationException">They were given away before.</exception>
    internal (int[] Users, int[] Items, float[]? Weights) Take()
    {
        if (_isTaken)
            throw new InvalidOperationException(
                "the rows of these interactions were made into matrices before; build them once, or load again.");
        var taken = (_users, _items, _weights);
        (_users, _items, _weights, _times, _count, _isTaken) = ([], [], _weights is null ? null : [], null, 0, true);
        return taken;
    }

    /// <summary>Gives the rows other weights.</summary>
    /// <param name="weights">[rows], as <see cref="Weights"/>.</param>
    internal void Reweigh(float[] weights)
    {
        Require.Length(weights.Length, RowCount, nameof(weights));
        (_users, _items) = (UserIndices, ItemIndices); // as long as the weights: no room behind the rows
        _weights = weights;
    }

    private T[] Trimmed<T>(ref T[] array)
    {
        if (array.Length > RowCount) Array.Resize(ref array, RowCount);
        return array;
    }

    /// <summary>Some of the rows, in their order and with the same ids.</summary>
    /// <param name="isWanted">Whether to take a row, by its position.</param>
    internal IndexedInteractions Where(Func<int, bool> isWanted)
    {
        int[] rows = [.. Enumerable.Range(0, RowCount).Where(isWanted)];
        return new IndexedInteractions
        {
            Users = Users,
            Items = Items,
            UserIndices = Array.ConvertAll(rows, row => UserIndices[row]),
            ItemIndices = Array.ConvertAll(rows, row => ItemIndices[row]),
            Weights = Weights is null ? null : Array.ConvertAll(rows, row => Weights[row]),
            Times = Times is null ? null : Array.ConvertAll(rows, row => Times[row]),
            TimeKind = TimeKind,
            Feedback = Feedback,
            Statistics = Statistics,
        };
    }
}
