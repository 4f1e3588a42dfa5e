namespace GpuAls;

/// <summary>
/// Who played what: the plays in both directions, and the ids of both sides. Where several processes share the plays,
/// each has the ids of all users and items, and the entries of the rows it owns in both directions: the rows of others
/// are empty.
/// </summary>
internal sealed class InteractionMatrix
{
    /// <param name="users">Ids of the rows of <paramref name="byUser"/>.</param>
    /// <param name="items">Ids of its columns.</param>
    /// <param name="byUser">[users, items].</param>
    /// <exception cref="ArgumentException">There are not as many ids as rows and columns.</exception>
    public InteractionMatrix(IdIndex users, IdIndex items, CsrMatrix byUser)
        : this(users, items, byUser, CsrBuilder.Transpose(byUser))
    {
    }

    /// <summary>Matrices that are the transposes of each other.</summary>
    internal InteractionMatrix(IdIndex users, IdIndex items, CsrMatrix byUser, CsrMatrix byItem)
    {
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(byUser);
        ArgumentNullException.ThrowIfNull(byItem);
        Require.Length(users.Count, byUser.RowCount, nameof(users));
        Require.Length(items.Count, byUser.ColumnCount, nameof(items));
        Require.Length(items.Count, byItem.RowCount, nameof(items));
        (Users, Items, ByUser, ByItem) = (users, items, byUser, byItem);
        (UserShares, ItemShares) = (RowShares.Whole(users.Count), RowShares.Whole(items.Count));
    }

    /// <summary>The rows of one of several processes.</summary>
    /// <param name="process">Which process.</param>
    /// <param name="users">Ids of all users.</param>
    /// <param name="items">Ids of all items.</param>
    /// <param name="byUser">[users that this process owns, items].</param>
    /// <param name="byItem">[items that this process owns, users].</param>
    /// <param name="userShares">Which process owns which users.</param>
    /// <param name="itemShares">Which process owns which items.</param>
    /// <exception cref="ArgumentException">There are not as many ids as rows and columns.</exception>
    internal InteractionMatrix(
        int process, IdIndex users, IdIndex items, CsrMatrix byUser, CsrMatrix byItem, RowShares userShares,
        RowShares itemShares)
        : this(
            users, items,
            byUser.Embedded(userShares.Start(process), userShares.RowCount),
            byItem.Embedded(itemShares.Start(process), itemShares.RowCount))
    {
        Require.Length(byUser.RowCount, userShares.Count(process), nameof(byUser));
        Require.Length(byItem.RowCount, itemShares.Count(process), nameof(byItem));
        (UserShares, ItemShares) = (userShares, itemShares);
    }

    /// <summary>Plays by user that several processes have, made into those of both sides.</summary>
    /// <param name="sharing">The processes; all of them call it.</param>
    /// <param name="users">Ids of all users.</param>
    /// <param name="items">Ids of all items.</param>
    /// <param name="byUser">[users that this process owns, items].</param>
    /// <param name="userShares">Which process owns which users.</param>
    /// <param name="userLengths">[users], the entries of each, whichever process has them.</param>
    /// <param name="itemLengths">[items], the same.</param>
    /// <param name="feedback">What the values are.</param>
    /// <param name="cancelledPairs">Pairs left out because their weights sum to 0, of all processes.</param>
    /// <exception cref="GpuAlsException">Kind BadInput, on all processes: one would hold too many plays.</exception>
    public static InteractionMatrix Shared(
        PlaySharing sharing, IdIndex users, IdIndex items, CsrMatrix byUser, RowShares userShares, int[] userLengths,
        int[] itemLengths, Feedback feedback, long cancelledPairs)
    {
        ArgumentNullException.ThrowIfNull(sharing);
        var group = sharing.Group;
        var itemShares = RowShares.ByCost(itemLengths, group.Size, sharing.Cost);
        var byItem = SharedTranspose.Of(
            group, byUser, userShares, itemShares, itemLengths, sharing.Most);
        return new InteractionMatrix(group.Rank, users, items, byUser, byItem, userShares, itemShares)
        {
            UserLengths = userLengths,
            ItemLengths = itemLengths,
            PlayCount = userLengths.Sum(length => (long)length),
            Feedback = feedback,
            CancelledPairs = cancelledPairs,
        };
    }

    /// <summary>Ids of the users.</summary>
    public IdIndex Users { get; }

    /// <summary>Ids of the items.</summary>
    public IdIndex Items { get; }

    /// <summary>
    /// [users, items]: plays, with duplicates summed and no zeros, or ratings, with duplicates averaged.
    /// </summary>
    public CsrMatrix ByUser { get; }

    /// <summary>[items, users], the same entries; other ones where processes share them.</summary>
    public CsrMatrix ByItem { get; }

    /// <summary>Which process owns which users; one owns all, unless the plays are shared.</summary>
    public RowShares UserShares { get; private init; }

    /// <summary>Which process owns which items.</summary>
    public RowShares ItemShares { get; private init; }

    /// <summary>[users that a process owns, items], the rows of one that has plays of no others.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="byUser">[users, items].</param>
    public CsrMatrix OwnUsersOf(IProcessGroup group, CsrMatrix byUser)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(byUser);
        return byUser.Slice(UserShares.Start(group.Rank), UserShares.Count(group.Rank));
    }

    /// <summary>[users], the entries of each, whichever process has them.</summary>
    public int[] UserLengths { get => field ??= ByUser.RowLengths(); init; }

    /// <summary>[items], the entries of each, whichever process has them.</summary>
    public int[] ItemLengths { get => field ??= ByItem.RowLengths(); init; }

    /// <summary>Entries of all processes.</summary>
    public long PlayCount { get => field < 0 ? ByUser.EntryCount : field; init; } = -1;

    /// <summary>What the values are.</summary>
    public Feedback Feedback { get; init; }

    /// <summary>Pairs of a user and an item left out because their weights sum to 0, of all processes.</summary>
    public long CancelledPairs { get; init; }

    /// <summary>The same plays with more items, which have none; the last of several processes owns them.</summary>
    /// <param name="items">Ids of the items there are, then those of the others.</param>
    public InteractionMatrix WithItems(IdIndex items)
    {
        ArgumentNullException.ThrowIfNull(items);
        var (byUser, itemShares) = (ByUser, ItemShares.Extended(items.Count));
        var itemLengths = new int[items.Count];
        ItemLengths.CopyTo(itemLengths, 0);
        var wider = CsrMatrix.InBuffers(
            items.Count, byUser.Indptr.ToArray(), byUser.Indices.ToArray(), byUser.Values.ToArray());
        return new InteractionMatrix(Users, items, wider, ByItem.Embedded(0, items.Count))
        {
            UserShares = UserShares,
            ItemShares = itemShares,
            UserLengths = UserLengths,
            ItemLengths = itemLengths,
            PlayCount = PlayCount,
            Feedback = Feedback,
        };
    }

    /// <summary>The rows that one process owns, of plays that every process has.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="cost">The work of a row with so many plays, in any unit.</param>
    public InteractionMatrix ShareOf(IProcessGroup group, Func<int, double> cost)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (group.Size == 1) return this;
        var (users, items) = (Shares(UserLengths), Shares(ItemLengths));
        return new InteractionMatrix(
            group.Rank, Users, Items, Slice(ByUser, users), Slice(ByItem, items), users, items)
        {
            UserLengths = UserLengths,
            ItemLengths = ItemLengths,
            PlayCount = PlayCount,
            Feedback = Feedback,
            CancelledPairs = CancelledPairs,
        };

        RowShares Shares(int[] lengths) => RowShares.ByCost(lengths, group.Size, cost);

        CsrMatrix Slice(CsrMatrix rows, RowShares shares) =>
            rows.Slice(shares.Start(group.Rank), shares.Count(group.Rank));
    }
}
