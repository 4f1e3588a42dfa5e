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
        if (options.MaxWeight is { } most)
            plays = plays.MapValues(weight => Math.Clamp(weight, (float)-most, (float)most));
        var (leastOfUser, leastOfItem) = (options.MinUserPlays ?? 1, options.MinItemPlays ?? 1);
        var core = PlayCore.Of(plays, leastOfUser, leastOfItem);
        if (core.EntryCount > 0 || plays.EntryCount == 0) return core;
        throw new GpuAlsException(
            FailureKind.BadInput,
            $"no plays are left: no user with {Counted.Of(leastOfUser, "different item")} has items with "
            + $"{Counted.Of(leastOfItem, "different user")}. Lower --min-user-plays or --min-item-plays.");
    }

    /// <summary>[rows], each weight halved once for each half-life that its row is older than the reference.</summary>
    private static float[] Decayed(IndexedInteractions rows, AlsOptions options)
    {
        var (times, weights, kind) = (WithTimes(rows).Times!, rows.Weights, rows.TimeKind);
        var newest = options.AsOf is { } asOf
            ? EpochTime.Microseconds(asOf)
            : times.Length == 0 ? 0 : times.Max(time => EpochTime.Microseconds(time, kind));
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
