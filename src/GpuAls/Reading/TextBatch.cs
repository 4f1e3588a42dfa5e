namespace GpuAls.Reading;

/// <summary>Gathers the rows of a text batch; until it is built, its memory is its own.</summary>
internal sealed class TextBatch(bool hasWeights) : IDisposable
{
    private const int FirstRows = 1 << 12;

    private readonly IdValues _users = new(0);
    private readonly IdValues _items = new(0);
    private RentedArray<float>? _weights = hasWeights ? new RentedArray<float>(FirstRows) : null;

    public int Count => _users.Count;

    /// <summary>Adds a row.</summary>
    /// <param name="user">UTF-8.</param>
    /// <param name="item">UTF-8.</param>
    /// <param name="weight">Finite and not 0.</param>
    public void Add(ReadOnlySpan<byte> user, ReadOnlySpan<byte> item, float weight)
    {
        AddWeight(weight);
        user.CopyTo(_users.AddText(user.Length));
        item.CopyTo(_items.AddText(item.Length));
    }

    public InteractionBatch Build(InputFile file, long rowsInFile, RowVerdicts verdicts, double fraction)
    {
        var (userPlaces, itemPlaces) = (Places(), Places());
        return new InteractionBatch(this, userPlaces, itemPlaces)
        {
            File = file,
            Users = new IdColumn(IdType.Text, _users, userPlaces.Memory, MayBeIntegers: true),
            Items = new IdColumn(IdType.Text, _items, itemPlaces.Memory, MayBeIntegers: true),
            Weights = _weights?.Memory[..Count],
            RowsInFile = rowsInFile,
            Verdicts = verdicts,
            Fraction = fraction,
        };
    }

    public void Dispose()
    {
        _users.Dispose();
        _items.Dispose();
        _weights?.Dispose();
    }

    private void AddWeight(float weight)
    {
        if (_weights is null) return;
        if (Count == _weights.Span.Length)
        {
            var larger = new RentedArray<float>(2 * Count);
            _weights.Span.CopyTo(larger.Span);
            _weights.Dispose();
            _weights = larger;
        }

        _weights.Span[Count] = weight;
    }

    /// <summary>Each row has an id of its own.</summary>
    private RentedArray<int> Places()
    {
        var places = new RentedArray<int>(Count);
        for (var row = 0; row < Count; row++) places.Span[row] = row;
        return places;
    }
}
