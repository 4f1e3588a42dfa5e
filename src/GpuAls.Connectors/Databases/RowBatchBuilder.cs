namespace GpuAls.Connectors;

/// <summary>
/// Gathers rows that come one by one into a batch of columns. A row is begun, gets its values, and is kept unless one
/// of them had a problem.
/// </summary>
internal sealed class RowBatchBuilder : IDisposable
{
    private readonly string _origin;
    private readonly InteractionSchema _schema;
    private readonly RowVerdicts _verdicts;
    private readonly long _firstRow;
    private readonly RentedArray<int> _userIndices;
    private readonly RentedArray<int> _itemIndices;
    private readonly RentedArray<float>? _weights;
    private readonly RentedArray<long>? _times;
    private readonly IdType _userType;
    private readonly IdType _itemType;
    private int _rows;
    private int _kept;

    /// <param name="origin">What the rows are from, for messages.</param>
    /// <param name="schema">Which columns they have.</param>
    /// <param name="users">The type of the users.</param>
    /// <param name="items">The type of the items.</param>
    /// <param name="firstRow">The number of rows before.</param>
    /// <param name="capacity">The number of rows, at most.</param>
    public RowBatchBuilder(
        string origin, InteractionSchema schema, IdType users, IdType items, long firstRow, int capacity)
    {
        (_origin, _schema, _userType, _itemType, _firstRow) = (origin, schema, users, items, firstRow);
        (Users, Items) = (new IdValues(WidthOf(users)), new IdValues(WidthOf(items)));
        (_userIndices, _itemIndices) = (new RentedArray<int>(capacity), new RentedArray<int>(capacity));
        _weights = schema.HasWeights ? new RentedArray<float>(capacity) : null;
        _times = schema.TimeColumn is null ? null : new RentedArray<long>(capacity);
        _verdicts = new RowVerdicts(row => $"{origin}, row {row:N0}", schema);
    }

    /// <summary>The values of the users so far, of rows that were kept or not.</summary>
    public IdValues Users { get; }

    /// <summary>The values of the items so far.</summary>
    public IdValues Items { get; }

    /// <summary>Whether the users are text only because the source has no types.</summary>
    public bool UsersMayBeIntegers { get; set; }

    /// <summary>Whether the items are text only because the source has no types.</summary>
    public bool ItemsMayBeIntegers { get; set; }

    /// <summary>What the times are.</summary>
    public TimeKind TimeKind { get; set; }

    /// <summary>Whether the kind of the times is known.</summary>
    public bool HasTimes { get; set; }

    /// <summary>Number of rows so far.</summary>
    public int Rows => _rows;

    private long Row => _firstRow + _rows;

    /// <summary>Ends a row that has a problem.</summary>
    public void Reject(string column, string problem)
    {
        _rows++;
        _verdicts.Reject(Row, $"column '{column}' {problem}");
    }

    /// <summary>Ends a row, whose user and item are the last of the values.</summary>
    /// <param name="weight">Its weight; anything without a column of weights.</param>
    /// <param name="time">Its time; anything without a column of times.</param>
    public void Keep(double weight, long time)
    {
        _rows++;
        if (_weights is not null)
        {
            if (!_verdicts.Accept(weight, _schema.WeightColumn ?? _schema.EventColumn!, Row)) return;
            _weights.Array[_kept] = (float)weight;
        }

        if (_times is not null)
        {
            if (!_verdicts.Accept(time, TimeKind)) return;
            _times.Array[_kept] = time;
        }

        _userIndices.Array[_kept] = Users.Count - 1;
        _itemIndices.Array[_kept++] = Items.Count - 1;
    }

    /// <summary>The batch, which then owns the memory.</summary>
    public InteractionBatch Build(double fraction) =>
        new(Users, Items, _userIndices, _itemIndices, _weights, _times)
        {
            Origin = _origin,
            Users = new IdColumn(_userType, Users, _userIndices.Memory[.._kept], UsersMayBeIntegers),
            Items = new IdColumn(_itemType, Items, _itemIndices.Memory[.._kept], ItemsMayBeIntegers),
            Weights = _weights?.Memory[.._kept],
            Times = _times?.Memory[.._kept],
            TimeKind = TimeKind,
            RowsRead = _rows,
            Verdicts = _verdicts,
            Fraction = fraction,
        };

    /// <summary>Gives the memory back where no batch was built.</summary>
    public void Dispose()
    {
        IDisposable?[] memory = [Users, Items, _userIndices, _itemIndices, _weights, _times];
        foreach (var owned in memory) owned?.Dispose();
    }

    private static int WidthOf(IdType type) => type switch
    {
        IdType.Text => 0,
        IdType.Uuid => IdValues.UuidBytes,
        _ => IdValues.IntegerBytes,
    };
}
