namespace GpuAls;

/// <summary>Who played what: the plays in both directions, and the ids of both sides.</summary>
internal sealed class InteractionMatrix
{
    /// <param name="users">Ids of the rows of <paramref name="byUser"/>.</param>
    /// <param name="items">Ids of its columns.</param>
    /// <param name="byUser">[users, items].</param>
    /// <exception cref="ArgumentException">There are not as many ids as rows and columns.</exception>
    public InteractionMatrix(IdIndex users, IdIndex items, CsrMatrix byUser)
    {
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(byUser);
        Require.Length(users.Count, byUser.RowCount, nameof(users));
        Require.Length(items.Count, byUser.ColumnCount, nameof(items));
        (Users, Items, ByUser) = (users, items, byUser);
        ByItem = CsrBuilder.Transpose(byUser);
    }

    /// <summary>Matrices that are the transposes of each other.</summary>
    internal InteractionMatrix(IdIndex users, IdIndex items, CsrMatrix byUser, CsrMatrix byItem) =>
        (Users, Items, ByUser, ByItem) = (users, items, byUser, byItem);

    /// <summary>Ids of the users.</summary>
    public IdIndex Users { get; }

    /// <summary>Ids of the items.</summary>
    public IdIndex Items { get; }

    /// <summary>
    /// [users, items]: plays, with duplicates summed and no zeros, or ratings, with duplicates averaged.
    /// </summary>
    public CsrMatrix ByUser { get; }

    /// <summary>[items, users], the same entries.</summary>
    public CsrMatrix ByItem { get; }

    /// <summary>What the values are.</summary>
    public Feedback Feedback { get; init; }

    /// <summary>Pairs of a user and an item left out because their weights sum to 0.</summary>
    public long CancelledPairs { get; init; }
}
