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
    /// <param name="sharing">The processes, and how rows are shared out.</param>
    /// <exception cref="GpuAlsException">As above, on all processes; or one would hold too many.</exception>
    public static InteractionMatrix BuildShared(
        IndexedInteractions rows, int[] rowsOfUsers, AlsOptions options, PlaySharing sharing)
    {
        var (group, garbage) = (sharing.Group, new LargeGarbage());
        if (options.HalfLife is not null) rows.Reweigh(Decayed(rows, options, group));
        var (users, items, feedback) = (rows.Users, rows.Items, rows.Feedback);
        var owners = RowShares.ByCost(rowsOfUsers, group.Size, length => length);
        var (summed, cancelled) = SharedCsr.Sum(group, rows, owners, sharing.Most);
        garbage.WaitIfDue();
        return TrimShared(sharing, users, items, summed, owners, options, feedback, cancelled);
    }

    /// <summary>The plays to train on, of pairs that several processes have.</summary>
    private static InteractionMatrix TrimShared(
        PlaySharing sharing, IdIndex users, IdIndex items, CsrMatrix summed, RowShares owners, AlsOptions options,
        Feedback feedback, long cancelled)
    {
        var (group, garbage) = (sharing.Group, new LargeGarbage());
        var byUser = Trim(summed, options, group);
        if (group.Sum(summed.EntryCount - byUser.EntryCount) > 0)
            return PlaysPart.OfShares(sharing, users, items, byUser, owners, feedback, cancelled).Plays;
        var userLengths = SharedCsr.RowLengths(group, byUser, owners);
        var itemLengths = SharedCsr.ColumnLengths(group, byUser, _ => true);
        var userShares = RowShares.ByCost(userLengths, group.Size, sharing.Cost);
        byUser = SharedCsr.Move(group, byUser, owners, userShares, userLengths, sharing.Most);
        garbage.WaitIfDue();
        var plays = InteractionMatrix.Shared(
            sharing, users, items, byUser, userShares, userLengths, itemLengths, feedback, cancelled);
        garbage.WaitIfDue();
        return plays;
    }

    /// <summary>The plays to train on, of plays whose rows are needed for other things too.</summary>
    /// <param name="rows">The rows; they are needed for their times only.</param>
    /// <param name="plays">The same, duplicates summed.</param>
    /// <param name="options">What they are worth.</param>
    /// <param name="sharing">The processes that share both; null for this one alone.</param>
    /// <exception cref="GpuAlsException">As above.</exception>
    public static InteractionMatrix Of(
        IndexedInteractions? rows, InteractionMatrix plays, AlsOptions options, PlaySharing? sharing = null)
    {
        if (sharing is null or { IsAlone: true })
            return options.HalfLife is null
                ? Trim(plays, options)
                : Build(WithTimes(rows).Where(_ => true), options);
        if (IsSame(options, AlsOptions.Default)) return plays;
        var (group, worth) = (sharing.Group, plays);
        if (options.HalfLife is not null)
        {
            var decayed = WithTimes(rows).Where(_ => true);
            decayed.Reweigh(Decayed(decayed, options, group));
            worth = CsrBuilder.Build(decayed);
        }

        return TrimShared(
            sharing, plays.Users, plays.Items, plays.OwnUsersOf(group, worth.ByUser), plays.UserShares, options,
            plays.Feedback, options.HalfLife is null ? plays.CancelledPairs : group.Sum(worth.CancelledPairs));
    }

    /// <summary>The plays of a part that is trained on; ages count back from the newest play of that part.</summary>
    /// <param name="rows">All rows; they are needed for their times only.</param>
    /// <param name="part">[users, items] of all plays, the part as it is.</param>
    /// <param name="isInPart">Whether a row is in it, by its position.</param>
    /// <param name="options">What plays are worth.</param>
    /// <param name="group">The processes that share the plays; null for this one alone.</param>
    /// <returns>[users, items] of all plays.</returns>
    /// <exception cref="GpuAlsException">As above.</exception>
    public static CsrMatrix OfPart(
        IndexedInteractions? rows, CsrMatrix part, Func<int, bool> isInPart, AlsOptions options,
        IProcessGroup? group = null)
    {
        if (options.HalfLife is not null)
        {
            var trained = WithTimes(rows).Where(isInPart);
            trained.Reweigh(Decayed(trained, options, group));
            part = CsrBuilder.Build(trained).ByUser;
        }

        return Trim(part, options, group ?? SingleProcess.Instance);
    }

    private static InteractionMatrix Trim(InteractionMatrix plays, AlsOptions options)
    {
        var byUser = Trim(plays.ByUser, options, SingleProcess.Instance);
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

    private static CsrMatrix Trim(CsrMatrix plays, AlsOptions options, IProcessGroup group)
    {
        plays = Capped(plays, options);
        var (leastOfUser, leastOfItem) = (options.MinUserPlays ?? 1, options.MinItemPlays ?? 1);
        var core = group.Size == 1
            ? PlayCore.Of(plays, leastOfUser, leastOfItem)
            : PlayCore.OfShares(group, plays, leastOfUser, leastOfItem);
        return group.Sum(core.EntryCount) > 0 || group.Sum(plays.EntryCount) == 0
            ? core
            : throw NothingLeft(leastOfUser, leastOfItem);
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
