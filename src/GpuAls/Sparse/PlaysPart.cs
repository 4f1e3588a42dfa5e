namespace GpuAls;

/// <summary>
/// A part of some plays with its own ids, as if nothing else had been read: users and items in descending order of
/// their plays in the part, ties by id, so neither their order nor their number gives away plays outside it.
/// </summary>
internal sealed class PlaysPart
{
    private PlaysPart(InteractionMatrix plays, int[] userIndices, int[] itemIndices) =>
        (Plays, UserIndices, ItemIndices) = (plays, userIndices, itemIndices);

    /// <summary>The part.</summary>
    public InteractionMatrix Plays { get; }

    /// <summary>[all users], the index of each in the part; -1 without a play there.</summary>
    public IReadOnlyList<int> UserIndices { get; }

    /// <summary>[all items], the index of each in the part; -1 without a play there.</summary>
    public IReadOnlyList<int> ItemIndices { get; }

    /// <summary>Gives a part its own ids.</summary>
    /// <param name="users">The users of all plays.</param>
    /// <param name="items">The items of all plays.</param>
    /// <param name="part">[all users, all items].</param>
    /// <param name="feedback">What the values are.</param>
    public static PlaysPart Of(IdIndex users, IdIndex items, CsrMatrix part, Feedback feedback = Feedback.Implicit)
    {
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(part);
        var (userOrder, userIndices) = users.ByRows(part.RowLengths());
        var (itemOrder, itemIndices) = items.ByRows(part.ColumnLengths());
        var (rows, columns) = (new int[part.EntryCount], new int[part.EntryCount]);
        for (var user = 0; user < part.RowCount; user++)
            rows.AsSpan((int)part.Indptr[user]..(int)part.Indptr[user + 1]).Fill(userIndices[user]);
        for (var entry = 0; entry < columns.Length; entry++) columns[entry] = itemIndices[part.Indices[entry]];
        var matrix = CsrBuilder.FromCoordinates(
            userOrder.Length, itemOrder.Length, rows, columns, part.Values, feedback);
        var plays = new InteractionMatrix(
            users.Select(userOrder), items.Select(itemOrder), matrix)
        { Feedback = feedback };
        return new PlaysPart(plays, userIndices, itemIndices);
    }

    /// <summary>Gives a part of plays its own ids, of plays that processes may share.</summary>
    /// <param name="all">All plays.</param>
    /// <param name="part">[all users, all items], the part of them.</param>
    /// <param name="sharing">The processes.</param>
    /// <exception cref="GpuAlsException">Kind BadInput, on all processes: one would hold too many plays.</exception>
    public static PlaysPart Of(InteractionMatrix all, CsrMatrix part, PlaySharing sharing)
    {
        ArgumentNullException.ThrowIfNull(all);
        ArgumentNullException.ThrowIfNull(sharing);
        return sharing.IsAlone
            ? Of(all.Users, all.Items, part, all.Feedback)
            : OfShares(
                sharing, all.Users, all.Items, all.OwnUsersOf(sharing.Group, part), all.UserShares, all.Feedback);
    }

    /// <summary>Gives a part of plays that several processes share its own ids; users go to other owners.</summary>
    /// <param name="sharing">The processes; all of them call it.</param>
    /// <param name="users">The users of all plays.</param>
    /// <param name="items">The items of all plays.</param>
    /// <param name="part">[users that this process owns, all items].</param>
    /// <param name="owners">Which process owns which users.</param>
    /// <param name="feedback">What the values are.</param>
    /// <param name="cancelledPairs">Pairs left out because their weights sum to 0, of all processes.</param>
    /// <exception cref="GpuAlsException">Kind BadInput, on all processes: one would hold too many plays.</exception>
    public static PlaysPart OfShares(
        PlaySharing sharing, IdIndex users, IdIndex items, CsrMatrix part, RowShares owners, Feedback feedback,
        long cancelledPairs = 0)
    {
        ArgumentNullException.ThrowIfNull(sharing);
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(owners);
        var (group, garbage) = (sharing.Group, new LargeGarbage());
        var userLengths = SharedCsr.RowLengths(group, part, owners);
        var itemLengths = SharedCsr.ColumnLengths(group, part, _ => true);
        var (userOrder, userIndices) = users.ByRows(userLengths);
        var (itemOrder, itemIndices) = items.ByRows(itemLengths);
        userLengths = Array.ConvertAll(userOrder, user => userLengths[user]);
        itemLengths = Array.ConvertAll(itemOrder, item => itemLengths[item]);
        var userShares = RowShares.ByCost(userLengths, group.Size, sharing.Cost);
        var renumbered = SharedEntries.Of(part, owners.Start(group.Rank), userIndices, itemIndices);
        var byUser = SharedCsr.FromEntries(group, renumbered, userShares, itemOrder.Length, sharing.Most);
        garbage.WaitIfDue();
        var plays = InteractionMatrix.Shared(
            sharing, users.Select(userOrder), items.Select(itemOrder), byUser, userShares, userLengths, itemLengths,
            feedback, cancelledPairs);
        garbage.WaitIfDue();
        return new PlaysPart(plays, userIndices, itemIndices);
    }

    /// <summary>The rows of all plays whose users and items are in the part, with its ids.</summary>
    /// <param name="all">The rows of all plays.</param>
    public IndexedInteractions RowsOf(IndexedInteractions all)
    {
        var rows = all.Where(row => UserIndices[all.UserIndices[row]] >= 0 && ItemIndices[all.ItemIndices[row]] >= 0);
        return new IndexedInteractions
        {
            Users = Plays.Users,
            Items = Plays.Items,
            UserIndices = Array.ConvertAll(rows.UserIndices, user => UserIndices[user]),
            ItemIndices = Array.ConvertAll(rows.ItemIndices, item => ItemIndices[item]),
            Weights = rows.Weights,
            Times = rows.Times,
            TimeKind = rows.TimeKind,
            Feedback = rows.Feedback,
            Statistics = rows.Statistics,
        };
    }
}
