using System.Text;

namespace GpuAls;

/// <summary>Plays that are in memory.</summary>
/// <param name="plays">A user, an item and a weight each.</param>
/// <param name="hasWeights">Whether weights may differ from 1.</param>
/// <param name="feedback">What the weights are.</param>
internal sealed class MemoryInteractionSource<TUser, TItem>(
    IEnumerable<(TUser User, TItem Item, float Weight)> plays, bool hasWeights, Feedback feedback) : IInteractionSource
    where TUser : notnull
    where TItem : notnull
{
    private const int BatchRows = 1 << 16;
    private const double HalfOfUnknown = 0.5; // the room for rows is doubled where their number isn't known

    private readonly MemoryIds<TUser> _users = new("user");
    private readonly MemoryIds<TItem> _items = new("item");

    /// <inheritdoc/>
    public string Name => "memory";

    /// <inheritdoc/>
    public int FileCount => 0;

    /// <inheritdoc/>
    public InteractionSchema Schema { get; } =
        new() { WeightColumn = hasWeights ? "weight" : null, Feedback = feedback };

    /// <inheritdoc/>
    public string NothingLeft(ReadStatistics read) =>
        read.Rows == 0 ? "there are no plays." : $"all {Counted.Of(read.Rows, "play")} have weight 0.";

    /// <inheritdoc/>
    public IAsyncEnumerable<BatchWork> ReadAsync(CancellationToken cancellation) =>
        ReadAsync(InputShare.Whole, cancellation);

    /// <summary>
    /// The plays of one of several processes, each of which has all plays; the first process reads them where their
    /// number isn't known.
    /// </summary>
    public IAsyncEnumerable<BatchWork> ReadAsync(InputShare share, CancellationToken cancellation)
    {
        var isCounted = plays.TryGetNonEnumeratedCount(out var count);
        var (start, end) = isCounted ? share.RangeOf(count) : (0, share.Rank == 0 ? int.MaxValue : 0);
        return plays.Skip((int)start).Take((int)(end - start)).Chunk(BatchRows)
            .Select((rows, batch) => Work(rows, start + ((long)batch * BatchRows))).ToAsyncEnumerable();

        BatchWork Work((TUser User, TItem Item, float Weight)[] rows, long first)
        {
            var read = isCounted ? (double)(first + rows.Length - start) / (end - start) : HalfOfUnknown;
            return _ => Task.FromResult(Batch(rows, first, read));
        }
    }

    private InteractionBatch Batch((TUser User, TItem Item, float Weight)[] rows, long first, double fraction)
    {
        var verdicts = new RowVerdicts(row => $"play {row}", Schema);
        var (users, items) = (_users.Values(), _items.Values());
        var weights = new RentedArray<float>(rows.Length);
        var (userIndices, itemIndices) = (new RentedArray<int>(rows.Length), new RentedArray<int>(rows.Length));
        var kept = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            if (!float.IsFinite(rows[i].Weight))
                throw MemoryIds.Bad(first + i, $"has weight {rows[i].Weight}; expected a finite number");
            _users.Check(rows[i].User, first + i);
            _items.Check(rows[i].Item, first + i);
            if (!verdicts.Accept(rows[i].Weight, "weight", first + i)) continue;
            weights.Array[kept] = rows[i].Weight;
            userIndices.Array[kept] = i;
            itemIndices.Array[kept++] = i;
        }

        _users.Add(users, rows.Length, row => rows[row].User, first);
        _items.Add(items, rows.Length, row => rows[row].Item, first);
        return new InteractionBatch(users, items, weights, userIndices, itemIndices)
        {
            Origin = Name,
            Users = new IdColumn(_users.Type, users, userIndices.Memory[..kept]),
            Items = new IdColumn(_items.Type, items, itemIndices.Memory[..kept]),
            Weights = hasWeights ? weights.Memory[..kept] : default(ReadOnlyMemory<float>?),
            Times = null,
            TimeKind = default,
            RowsRead = rows.Length,
            Verdicts = verdicts,
            Fraction = fraction,
        };
    }
}

/// <summary>The ids of one side, as bytes.</summary>
/// <typeparam name="T">string, int, long, ulong or Guid.</typeparam>
/// <param name="side">What messages call it.</param>
/// <exception cref="ArgumentException">T is not a type of ids.</exception>
internal sealed class MemoryIds<T>(string side)
    where T : notnull
{
    /// <summary>Their type.</summary>
    public IdType Type { get; } = IdTypes.Of<T>();

    /// <summary>Room for the ids of a batch.</summary>
    public IdValues Values() => new(IdTypes.Width(Type));

    /// <summary>Refuses an id that is null or empty.</summary>
    public void Check(T id, long row)
    {
        if (id is null or "") throw MemoryIds.Bad(row, $"has {(id is null ? "no" : "an empty")} {side} id");
    }

    /// <summary>Adds the ids of a batch.</summary>
    public void Add(IdValues values, int count, Func<int, T> id, long firstRow)
    {
        if (typeof(T) == typeof(string))
        {
            for (var i = 0; i < count; i++) AddText(values, (string)(object)id(i), firstRow + i);
            return;
        }

        var bytes = values.AddFixed(count);
        if (typeof(T) == typeof(Guid))
            for (var i = 0; i < count; i++)
                ((Guid)(object)id(i)).TryWriteBytes(bytes[(i * IdValues.UuidBytes)..], bigEndian: true, out _);
        else
            for (var i = 0; i < count; i++)
                IdValues.WriteInteger(bytes[(i * IdValues.IntegerBytes)..], Integer(id(i)));
    }

    // Casts through object cost nothing here: the compiler knows each T.
    private static long Integer(T id)
    {
        if (typeof(T) == typeof(int)) return (int)(object)id;
        return typeof(T) == typeof(long) ? (long)(object)id : (long)(ulong)(object)id;
    }

    private void AddText(IdValues values, string id, long row)
    {
        try
        {
            MemoryIds.Utf8.GetBytes(id, values.AddText(MemoryIds.Utf8.GetByteCount(id)));
        }
        catch (EncoderFallbackException)
        {
            throw MemoryIds.Bad(row, $"has {(side == "item" ? "an" : "a")} {side} id that is not valid UTF-16");
        }
    }
}

/// <summary>What ids of all types share.</summary>
internal static class MemoryIds
{
    /// <summary>Throws where it would otherwise replace what is not valid.</summary>
    public static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A play that cannot be used.</summary>
    public static GpuAlsException Bad(long row, string what) => new(FailureKind.BadInput, $"play {row} {what}.");
}
