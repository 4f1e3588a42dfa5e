namespace GpuAls;

/// <summary>
/// A part of some plays with an index of its own, as if nothing else had been read: users and items by falling number of plays in the
/// part, ties by id, so that neither their order nor their number tells of the plays that are not in it.
/// </summary>
public sealed class PlaysPart
{
    private PlaysPart(InteractionMatrix plays, int[] userPlaces, int[] itemPlaces) => (Plays, UserPlaces, ItemPlaces) = (plays, userPlaces, itemPlaces);

    /// <summary>The part.</summary>
    public InteractionMatrix Plays { get; }

    /// <summary>[all users], the index of each in the part; -1 where it has no play there.</summary>
    public IReadOnlyList<int> UserPlaces { get; }

    /// <summary>[all items], the index of each in the part; -1 where it has no play there.</summary>
    public IReadOnlyList<int> ItemPlaces { get; }

    /// <summary>Gives a part its index.</summary>
    /// <param name="users">The users of all plays.</param>
    /// <param name="items">The items of all plays.</param>
    /// <param name="part">[all users, all items].</param>
    /// <param name="feedback">What the values are.</param>
    public static PlaysPart Of(IdIndex users, IdIndex items, CsrMatrix part, Feedback feedback = Feedback.Implicit)
    {
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(part);
        var (userOrder, userPlaces) = Order(users, RowLengths(part));
        var (itemOrder, itemPlaces) = Order(items, ColumnLengths(part));
        var (rows, columns) = (new int[part.EntryCount], new int[part.EntryCount]);
        for (var user = 0; user < part.RowCount; user++) rows.AsSpan((int)part.Indptr[user]..(int)part.Indptr[user + 1]).Fill(userPlaces[user]);
        for (var entry = 0; entry < columns.Length; entry++) columns[entry] = itemPlaces[part.Indices[entry]];
        var matrix = CsrBuilder.FromCoordinates(userOrder.Length, itemOrder.Length, rows, columns, part.Values, feedback);
        return new PlaysPart(new InteractionMatrix(users.Select(userOrder), items.Select(itemOrder), matrix) { Feedback = feedback }, userPlaces, itemPlaces);
    }

    private static int[] RowLengths(CsrMatrix matrix) => [.. Enumerable.Range(0, matrix.RowCount).Select(matrix.RowLength)];

    private static int[] ColumnLengths(CsrMatrix matrix)
    {
        var lengths = new int[matrix.ColumnCount];
        foreach (var column in matrix.Indices) lengths[column]++;
        return lengths;
    }

    /// <summary>The ids with plays in their order, and the place of each id in it.</summary>
    private static (int[] Order, int[] Places) Order(IdIndex ids, int[] lengths)
    {
        int[] order = [.. Enumerable.Range(0, ids.Count).Where(index => lengths[index] > 0)];
        order.AsSpan().Sort((left, right) => lengths[right].CompareTo(lengths[left]) is var byLength and not 0 ? byLength : ids.CompareIds(left, right));
        var places = new int[ids.Count];
        Array.Fill(places, -1);
        for (var place = 0; place < order.Length; place++) places[order[place]] = place;
        return (order, places);
    }
}
