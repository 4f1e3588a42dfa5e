namespace GpuAls;

/// <summary>
/// Plays to train on, and plays that were held out, in the index of the former. A user or an item is unseen where it
/// has no play above 0 to train on: nothing can be said of it. Where several processes share the plays, each has the
/// rows of the users it owns in all matrices, and the last of them those of unseen users; all else is of all processes.
/// </summary>
internal sealed class HeldOut
{
    /// <param name="train">The plays to train on.</param>
    /// <param name="seen">Which users and items of them are seen.</param>
    /// <param name="hidden">[users, items], what lists leave out.</param>
    /// <param name="test">The plays held out, as <see cref="Test"/> has them.</param>
    /// <param name="rowKeys">[rows of the test], which user it is.</param>
    /// <param name="counts">The numbers of what was held out.</param>
    /// <param name="group">The processes that share the plays.</param>
    internal HeldOut(
        InteractionMatrix train, Seen seen, CsrMatrix hidden, CsrMatrix test, int[] rowKeys, HeldOutCounts counts,
        IProcessGroup group) =>
        (Train, Seen, Hidden, Test, RowKeys, Counts, Group) = (train, seen, hidden, test, rowKeys, counts, group);

    /// <summary>The plays to train on, as if nothing else had been read.</summary>
    public InteractionMatrix Train { get; }

    /// <summary>
    /// [users + unseen users, items + unseen items], the plays held out; the first rows and columns are those of
    /// <see cref="Train"/>.
    /// Pairs that no list can have, since they are trained on or excluded, are left out.
    /// </summary>
    public CsrMatrix Test { get; }

    /// <summary>What was held out, and what of it cannot be predicted.</summary>
    public HeldOutCounts Counts { get; }

    /// <summary>The processes that share the plays.</summary>
    internal IProcessGroup Group { get; }

    /// <summary>Which users and items of <see cref="Train"/> are seen.</summary>
    internal Seen Seen { get; }

    /// <summary>
    /// [users, items] of <see cref="Train"/>, the plays that lists leave out: those trained on, and those excluded.
    /// Values are ignored.
    /// </summary>
    internal CsrMatrix Hidden { get; }

    /// <summary>
    /// [rows of <see cref="Test"/>], which user it is, the same number in every part of one split into folds.
    /// </summary>
    internal int[] RowKeys { get; }

    /// <summary>A split of plays that were read together, which are worth what a training makes of them.</summary>
    /// <param name="rows">All rows; they are needed for their times only.</param>
    /// <param name="all">All plays.</param>
    /// <param name="split">[users, items] of all plays.</param>
    /// <param name="als">What plays are worth in the training part.</param>
    /// <param name="keepsItems">Whether the items of the test part are items of the training, without plays.</param>
    /// <param name="sharing">The processes that share the plays; null for this one alone.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: nothing is left to train on, or nothing was held out. Kind Usage: there are no times.
    /// </exception>
    public static HeldOut Of(
        IndexedInteractions? rows, InteractionMatrix all, HoldOutSplit split, AlsOptions als, bool keepsItems = false,
        PlaySharing? sharing = null)
    {
        sharing ??= PlaySharing.Alone;
        split.RequirePlaysToTrainOn(sharing.Group);
        var train = PlayWorth.OfPart(
            rows, split.Train, row => split.IsTrained(rows!, row), als, sharing.Group);
        return keepsItems
            ? OfNewItems(all, split with { Train = train }, sharing)
            : Of(all, split with { Train = train }, sharing);
    }

    /// <summary>A split of plays that were read together.</summary>
    /// <param name="all">All plays.</param>
    /// <param name="split">[users, items] of all plays.</param>
    /// <param name="sharing">The processes that share the plays; null for this one alone.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: nothing is left to train on, or nothing was held out.
    /// </exception>
    public static HeldOut Of(InteractionMatrix all, HoldOutSplit split, PlaySharing? sharing = null)
    {
        ArgumentNullException.ThrowIfNull(all);
        ArgumentNullException.ThrowIfNull(split);
        sharing ??= PlaySharing.Alone;
        split.RequirePlaysToTrainOn(sharing.Group);
        var part = PlaysPart.Of(all, split.Train, sharing);
        return new HeldOutBuilder(
            part.Plays, Seen.Of(part.Plays, sharing.Group), part.Plays.ByUser, split.Test, part.UserIndices,
            part.ItemIndices, sharing).Build();
    }

    /// <summary>
    /// A split by items: those held out follow the others in what is trained on, without plays, and only they are
    /// listed.
    /// </summary>
    private static HeldOut OfNewItems(InteractionMatrix all, HoldOutSplit split, PlaySharing sharing)
    {
        split.RequirePlaysToTrainOn(sharing.Group);
        var part = PlaysPart.Of(all, split.Train, sharing);
        var known = part.Plays.Items.Count;
        var held = SharedCsr.ColumnLengths(sharing.Group, split.Test, _ => true);
        int[] added = [.. Enumerable.Range(0, held.Length).Where(item => held[item] > 0 && part.ItemIndices[item] < 0)];
        var indices = part.ItemIndices.ToArray();
        var order = new int[known + added.Length];
        for (var item = 0; item < indices.Length; item++)
            if (indices[item] >= 0) order[indices[item]] = item;
        for (var i = 0; i < added.Length; i++) (order[known + i], indices[added[i]]) = (added[i], known + i);
        var train = part.Plays.WithItems(all.Items.Select(order));
        var likes = new int[order.Length];
        likes.AsSpan(known).Fill(1);
        var seen = Seen.Of(train, sharing.Group) with { ItemLikes = likes };
        return new HeldOutBuilder(train, seen, train.ByUser, split.Test, part.UserIndices, indices, sharing).Build();
    }

    /// <summary>Plays of two inputs.</summary>
    /// <param name="train">The plays to train on, or those of a model.</param>
    /// <param name="test">The plays to test with.</param>
    /// <param name="excluded">
    /// Plays that lists leave out besides those trained on, such as a validation part; null for none.
    /// </param>
    /// <param name="seen">Which users and items are seen; null for those with plays above 0 to train on.</param>
    /// <param name="sharing">The processes that share all of these plays; null for this one alone.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: nothing is held out.</exception>
    public static HeldOut Of(
        InteractionMatrix train, InteractionMatrix test, InteractionMatrix? excluded = null, Seen? seen = null,
        PlaySharing? sharing = null)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        sharing ??= PlaySharing.Alone;
        var hidden = excluded is null ? train.ByUser : Hide(train, excluded, sharing);
        return new HeldOutBuilder(
            train, seen ?? Seen.Of(train, sharing.Group), hidden, test.ByUser, test.Users.IndicesIn(train.Users),
            test.Items.IndicesIn(train.Items), sharing).Build();
    }

    private static CsrMatrix Hide(InteractionMatrix train, InteractionMatrix excluded, PlaySharing sharing)
    {
        var (users, items) = (excluded.Users.IndicesIn(train.Users), excluded.Items.IndicesIn(train.Items));
        var known = Pairs(excluded.ByUser)
            .Select(pair => (Row: users[pair.Row], Column: items[pair.Column]))
            .Where(pair => pair is ( >= 0, >= 0));
        if (!sharing.IsAlone) known = SendToOwners(sharing, [.. known], train.UserShares);
        var pairs = Pairs(train.ByUser).Concat(known).ToArray();
        var (rows, columns) = (
            Array.ConvertAll(pairs, pair => pair.Item1), Array.ConvertAll(pairs, pair => pair.Item2));
        return CsrBuilder.FromCoordinates(train.Users.Count, train.Items.Count, rows, columns, []);
    }

    private static IEnumerable<(int Row, int Column)> SendToOwners(
        PlaySharing sharing, (int Row, int Column)[] pairs, RowShares owners)
    {
        var entries = new SharedEntries(
            Array.ConvertAll(pairs, pair => pair.Row), Array.ConvertAll(pairs, pair => pair.Column), values: null,
            pairs.Length);
        entries.SendToOwners(sharing.Group, owners, sharing.Most);
        var (rows, columns, _) = entries.Take();
        return rows.Zip(columns);
    }

    private static IEnumerable<(int Row, int Column)> Pairs(CsrMatrix plays) =>
        Enumerable.Range(0, plays.RowCount).SelectMany(
            row => plays.RowIndices(row).ToArray().Select(column => (row, column)));
}

/// <summary>Users and items that something can be said of.</summary>
/// <param name="Users">[users], whether the user is seen.</param>
/// <param name="ItemLikes">[items], plays above 0, or ratings, of each; an item is seen where there are some.</param>
internal sealed record Seen(bool[] Users, int[] ItemLikes)
{
    /// <summary>Those with plays above 0, or ratings.</summary>
    /// <param name="plays">The plays.</param>
    /// <param name="group">The processes that share them.</param>
    public static Seen Of(InteractionMatrix plays, IProcessGroup group)
    {
        bool[] users =
            [.. Enumerable.Range(0, plays.Users.Count)
                .Select(user => Likes.Any(plays.ByUser.RowValues(user), plays.Feedback))];
        if (group.Size > 1) group.AllGather(users.AsSpan(), plays.UserShares);
        return new Seen(users, Likes.CountByItem(group, plays));
    }
}

/// <summary>What was held out.</summary>
internal sealed record HeldOutCounts
{
    /// <summary>Pairs of a user and an item, without the repeated ones.</summary>
    public required long Pairs { get; init; }

    /// <summary>Pairs left out because they are trained on too, or excluded.</summary>
    public required long RepeatedPairs { get; init; }

    /// <summary>Users with held-out plays who are unseen in training.</summary>
    public required int UnseenUsers { get; init; }

    /// <summary>Items with held-out plays that are unseen in training.</summary>
    public required int UnseenItems { get; init; }

    /// <summary>Pairs whose user or item is unseen in training.</summary>
    public required long UnseenPairs { get; init; }
}
