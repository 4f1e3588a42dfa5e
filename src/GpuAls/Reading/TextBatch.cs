namespace GpuAls;

/// <summary>Gathers the rows of a text batch; until it is built, its memory is its own.</summary>
internal sealed class TextBatch(bool hasWeights, bool hasTimes) : IDisposable
{
    private readonly IdValues _users = new(0);
    private readonly IdValues _items = new(0);
    private float[] _weights = [];
    private long[] _times = [];

    public int Count => _users.Count;

    /// <summary>Adds a row.</summary>
    /// <param name="user">UTF-8.</param>
    /// <param name="item">UTF-8.</param>
    /// <param name="weight">Finite and not 0.</param>
    /// <param name="time">Its time, if there are any.</param>
    public void Add(ReadOnlySpan<byte> user, ReadOnlySpan<byte> item, float weight, long time)
    {
        if (hasTimes)
        {
            Rented.Grow(ref _times, Count, 1);
            _times[Count] = time;
        }

        if (hasWeights)
        {
            Rented.Grow(ref _weights, Count, 1);
            _weights[Count] = weight;
        }

        user.CopyTo(_users.AddText(user.Length));
        item.CopyTo(_items.AddText(item.Length));
    }

    public InteractionBatch Build(InputFile file, long rowsInFile, RowVerdicts verdicts, TimeKind timeKind, double fraction)
    {
        var (userPlaces, itemPlaces) = (Places(), Places());
        return new InteractionBatch(this, userPlaces, itemPlaces)
        {
            File = file,
            Users = new IdColumn(IdType.Text, _users, userPlaces.Memory, MayBeIntegers: true),
            Items = new IdColumn(IdType.Text, _items, itemPlaces.Memory, MayBeIntegers: true),
            Weights = hasWeights ? _weights.AsMemory(0, Count) : default(ReadOnlyMemory<float>?),
            Times = hasTimes ? _times.AsMemory(0, Count) : default(ReadOnlyMemory<long>?),
            TimeKind = timeKind,
            RowsInFile = rowsInFile,
            Verdicts = verdicts,
            Fraction = fraction,
        };
    }

    public void Dispose()
    {
        _users.Dispose();
        _items.Dispose();
        Rented.Return(ref _weights);
        Rented.Return(ref _times);
    }

    /// <summary>Each row has an id of its own.</summary>
    private RentedArray<int> Places()
    {
        var places = new RentedArray<int>(Count);
        for (var row = 0; row < Count; row++) places.Span[row] = row;
        return places;
    }
}
