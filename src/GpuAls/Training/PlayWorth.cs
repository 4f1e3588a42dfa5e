namespace GpuAls;

/// <summary>
/// What plays are worth to a training: each row's weight decays with its age, the rows of a pair are summed, the sum
/// is capped, and then users and items with too few pairs are dropped.
/// </summary>
internal static class PlayWorth
{
    private const double MicrosecondsPerDay = (double)TimeSpan.TicksPerDay / TimeSpan.TicksPerMicrosecond;

    /// <summary>Whether two options make the same plays of some rows.</summary>
    public static bool IsSame(AlsOptions one, AlsOptions other) =>
        (one.HalfLife, one.AsOf, one.MaxWeight, one.MinUserPlays, one.MinItemPlays)
            == (other.HalfLife, other.AsOf, other.MaxWeight, other.MinUserPlays, other.MinItemPlays);

    /// <summary>The plays to train on, of rows that are all trained on.</summary>
    /// <param name="rows">They move into the matrix.</param>
    /// <param name="options">What they are worth.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: there are no times to tell ages by. Kind BadInput: nothing is left.
    /// </exception>
    public static InteractionMatrix Build(IndexedInteractions rows, AlsOptions options)
    {
        if (options.HalfLife is not null) rows.Reweigh(Decayed(rows, options));
        return Trim(CsrBuilder.Build(rows), options);
    }

    /// <summary>The plays to train on, of rows that several processes have.</summary>
    /// <param name="rows">Those of this process, one process after the other; they move into the matrices.</param>
    /// <param name="rowsOfUsers">[users], the rows of each in all processes.</param>
    /// <param name="options">What they are worth.</param>
    /// <param name="group">The processes.</param>
    /// <param name="cost">The work of a row with so many plays: rows are shared out by it.</param>
    /// <param name="most">Rows or plays that a process may hold.</param>
    /// <exception cref="GpuAlsException">As above, on all processes; or one would hold too many.</exception>
    public static InteractionMatrix BuildShared(
        IndexedInteractions rows,
        int[] rowsOfUsers,
        AlsOptions options,
        IProcessGroup group,
        Func<int, double> cost,
        long most)
    {
        var garbage = new LargeGarbage();
        if (options.HalfLife is not null) rows.Reweigh(Decayed(rows, options, group));
        var (users, items, feedback) = (rows.Users, rows.Items, rows.Feedback);
        var owners = RowShares.ByCost(rowsOfUsers, group.Size, length => length);
        var (summed, cancelled) = SharedCsr.Sum(group, rows, owners, most);
        garbage.CollectIfDue();
        var (leastOfUser, leastOfItem) = (options.MinUserPlays ?? 1, options.MinItemPlays ?? 1);
        var byUser = PlayCore.OfShares(group, Capped(summed, options), leastOfUser, leastOfItem);
        var (before, count) = (group.Sum(summed.EntryCount), group.Sum(byUser.EntryCount));
        if (count == 0 && before > 0) throw NothingLeft(leastOfUser, leastOfItem);

        var userLengths = new int[users.Count];
        byUser.RowLengths().CopyTo(userLengths, owners.Start(group.Rank));
        group.AllGather(userLengths.AsSpan(), owners);
        var itemLengths = SharedCsr.ColumnLengths(group, byUser, _ => true);
        RowShares userShares;
        if (count < before)
        {
            var (userOrder, userIndices) = users.ByRows(userLengths);
            var (itemOrder, itemIndices) = items.ByRows(itemLengths);
            (users, items) = (users.Select(userOrder), items.Select(itemOrder));
            userLengths = Array.ConvertAll(userOrder, user => userLengths[user]);
            itemLengths = Array.ConvertAll(itemOrder, item => itemLengths[item]);
            userShares = RowShares.ByCost(userLengths, group.Size, cost);
            var renumbered = SharedEntries.Of(byUser, owners.Start(group.Rank), userIndices, itemIndices);
            byUser = SharedCsr.FromEntries(group, renumbered, userShares, items.Count, most);
        }
        else
        {
            userShares = RowShares.ByCost(userLengths, group.Size, cost);
            byUser = SharedCsr.Move(group, byUser, owners, userShares, userLengths, most);
        }

        garbage.CollectIfDue();
        var itemShares = RowShares.ByCost(itemLengths, group.Size, cost);
        var byItem = SharedCsr.Transpose(group, byUser, userShares, itemShares, most);
        garbage.CollectIfDue();
        return new InteractionMatrix(group.Rank, users, items, byUser, byItem, userShares, itemShares)
        {
            PlayCount = count,
            UserLengths = userLengths,
            ItemLengths = itemLengths,
            Feedback = feedback,
            CancelledPairs = cancelled,
        };
    }

    /// <summary>The plays to train on, of plays whose rows are needed for other things too.</summary>
    /// <param name="rows">The rows; they are needed for their times only.</param>
    /// <param name="plays">The same, duplicates summed.</param>
    /// <param name="options">What they are worth.</param>
    /// <exception cref="GpuAlsException">As above.</exception>
    public static InteractionMatrix Of(IndexedInteractions? rows, InteractionMatrix plays, AlsOptions options) =>
        options.HalfLife is null ? Trim(plays, options) : Build(WithTimes(rows).Where(_ => true), options);

    /// <summary>The plays of a part that is trained on; ages count back from the newest play of that part.</summary>
    /// <param name="rows">All rows; they are needed for their times only.</param>
    /// <param name="part">[users, items] of all plays, the part as it is.</param>
    /// <param name="isInPart">Whether a row is in it, by its position.</param>
    /// <param name="options">What plays are worth.</param>
    /// <returns>[users, items] of all plays.</returns>
    /// <exception cref="GpuAlsException">As above.</exception>
    public static CsrMatrix OfPart(
        IndexedInteractions? rows, CsrMatrix part, Func<int, bool> isInPart, AlsOptions options)
    {
        if (options.HalfLife is not null)
        {
            var trained = WithTimes(rows).Where(isInPart);
            trained.Reweigh(Decayed(trained, options));
            part = CsrBuilder.Build(trained).ByUser;
        }

        return Trim(part, options);
    }

    private static InteractionMatrix Trim(InteractionMatrix plays, AlsOptions options)
    {
        var byUser = Trim(plays.ByUser, options);
        if (ReferenceEquals(byUser, plays.ByUser)) return plays;
        var trimmed = byUser.EntryCount == plays.ByUser.EntryCount
            ? new InteractionMatrix(plays.Users, plays.Items, byUser)
            : PlaysPart.Of(plays.Users, plays.Items, byUser, plays.Feedback).Plays;
        return new InteractionMatrix(trimmed.Users, trimmed.Items, trimmed.ByUser, trimmed.ByItem)
        {
            Feedback = plays.Feedback,
            CancelledPairs = plays.CancelledPairs,
        };
    }

    private static CsrMatrix Trim(CsrMatrix plays, AlsOptions options)
    {
        plays = Capped(plays, options);
        var (leastOfUser, leastOfItem) = (options.MinUserPlays ?? 1, options.MinItemPlays ?? 1);
        var core = PlayCore.Of(plays, leastOfUser, leastOfItem);
        return core.EntryCount > 0 || plays.EntryCount == 0 ? core : throw NothingLeft(leastOfUser, leastOfItem);
    }

    private static CsrMatrix Capped(CsrMatrix plays, AlsOptions options) => options.MaxWeight is { } most
        ? plays.MapValues(weight => Math.Clamp(weight, (float)-most, (float)most))
        : plays;

    private static GpuAlsException NothingLeft(int leastOfUser, int leastOfItem) => new(
        FailureKind.BadInput,
        $"no plays are left: no user with {Counted.Of(leastOfUser, "different item")} has items with "
        + $"{Counted.Of(leastOfItem, "different user")}. Lower --min-user-plays or --min-item-plays.");

    /// <summary>
    /// [rows], each weight halved once for each half-life that its row is older than the reference: the newest row of
    /// all processes, unless the options say.
    /// </summary>
    private static float[] Decayed(IndexedInteractions rows, AlsOptions options, IProcessGroup? group = null)
    {
        var (times, weights, kind) = (WithTimes(rows).Times!, rows.Weights, rows.TimeKind);
        var newest = options.AsOf is { } asOf
            ? EpochTime.Microseconds(asOf)
            : times.Select(time => EpochTime.Microseconds(time, kind)).DefaultIfEmpty(long.MinValue).Max();
        if (group is not null) newest = group.AllGather(newest).Max();
        var halfLife = options.HalfLife!.Value * MicrosecondsPerDay;
        var decayed = GC.AllocateUninitializedArray<float>(times.Length);
        ParallelRanges.ForEach(times.Length, (start, end) =>
        {
            for (var row = start; row < end; row++)
            {
                // A play after --as-of has not aged.
                var age = Math.Max(0, (double)newest - EpochTime.Microseconds(times[row], kind));
                decayed[row] = (float)((weights?[row] ?? 1) * Math.Pow(2, -age / halfLife));
            }
        });
        return decayed;
    }

    private static IndexedInteractions WithTimes(IndexedInteractions? rows) =>
        rows is { Times: not null }
            ? rows
            : throw new GpuAlsException(
                FailureKind.Usage, "--half-life requires --time-column, the column with the time of each play.");
}
