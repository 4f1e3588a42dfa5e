namespace GpuAls;

/// <summary>
/// Divides plays as <see cref="SplitOptions"/> says. Pairs of a user and an item are divided, duplicates summed, so
/// that none is on both sides; by time rows are divided, as <see cref="SplitKind.Time"/> says.
/// </summary>
internal static class Splitter
{
    /// <summary>The split, or one for each fold, made when it is asked for.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="plays">The same, duplicates summed.</param>
    /// <param name="options">How they are divided.</param>
    /// <param name="als">What plays are worth in the training part; null for their weights as they are.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: an option is out of its range, or there are no times. Kind BadInput: nothing is held out, or nothing
    /// left to train on.
    /// </exception>
    public static IEnumerable<HeldOut> Split(
        IndexedInteractions rows, InteractionMatrix plays, SplitOptions options, AlsOptions? als = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        als ??= AlsOptions.Default;
        return options.Folds is { } folds
            ? Enumerable.Range(0, folds).Select(
                fold => HeldOut.Of(rows, plays, HoldOutSplit.Fold(plays.ByUser, fold, folds, options.Seed), als))
            : [HeldOut.Of(rows, plays, Divide(rows, plays.ByUser, options), als, options.Kind == SplitKind.NewItems)];
    }

    /// <summary>One split.</summary>
    /// <param name="rows">All rows; needed for splits by time only.</param>
    /// <param name="plays">The same, duplicates summed.</param>
    /// <param name="options">How they are divided, folds aside.</param>
    internal static HoldOutSplit Divide(
        IndexedInteractions rows, CsrMatrix plays, SplitOptions options) => options.Kind switch
        {
            SplitKind.Random => HoldOutSplit.Random(plays, options.TestFraction, options.Seed),
            SplitKind.NewItems => HoldOutSplit.Items(plays, options.TestFraction, options.Seed),
            SplitKind.User => HoldOutSplit.PerUser(plays, options.TestFraction, options.Seed),
            SplitKind.LeaveOut => HoldOutSplit.LeaveOut(plays, options.LeaveOut, options.Seed),
            SplitKind.LeaveLast =>
                HoldOutSplit.LeaveLast(plays, PairTimes.Newest(rows, plays), options.LeaveOut, options.Seed),
            _ => TimeSplit.Make(rows, options.TestFraction),
        };
}

/// <summary>
/// Holds out the newest rows. Duplicates are summed on each side by itself, so that later plays add nothing to what is
/// trained on; a pair on both sides is trained on.
/// </summary>
internal static class TimeSplit
{
    /// <param name="rows">All rows, with their times.</param>
    /// <param name="fraction">
    /// The fraction held out, 0 .. 1; rows of the same time stay together, on the side of the older ones.
    /// </param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: there are no times. Kind BadInput: so many rows have the newest time that none is newer than the
    /// others.
    /// </exception>
    public static HoldOutSplit Make(IndexedInteractions rows, double fraction)
    {
        var times = rows.Times
            ?? throw new GpuAlsException(
                FailureKind.Usage, "--split time requires --time-column, the column with the time of each play.");
        var sorted = (long[])times.Clone();
        Array.Sort(sorted);
        var newestTrained = sorted[Math.Max(0, sorted.Length - (int)(fraction * sorted.Length) - 1)];
        if (newestTrained == sorted[^1])
            throw new GpuAlsException(
                FailureKind.BadInput,
                "no plays were held out: too many rows have the newest time. Raise --test-fraction, or choose another "
                    + "--time-column.");
        return new HoldOutSplit(
            CsrBuilder.Build(rows.Where(row => times[row] <= newestTrained)).ByUser,
            CsrBuilder.Build(rows.Where(row => times[row] > newestTrained)).ByUser)
        {
            NewestTrained = newestTrained,
        };
    }
}

/// <summary>When pairs of a user and an item were played last.</summary>
internal static class PairTimes
{
    /// <param name="rows">All rows, with their times.</param>
    /// <param name="plays">The same, duplicates summed; rows of pairs that are not in it are passed over.</param>
    /// <returns>[entries of the plays], the time of the newest row of each.</returns>
    /// <exception cref="GpuAlsException">Kind Usage: there are no times.</exception>
    public static long[] Newest(IndexedInteractions rows, CsrMatrix plays)
    {
        var times = rows.Times
            ?? throw new GpuAlsException(
                FailureKind.Usage,
                "--split leave-last needs the times of the plays. Name their column with --time-column.");
        var (users, items) = (rows.UserIndices, rows.ItemIndices);
        var newest = new long[plays.EntryCount];
        Array.Fill(newest, long.MinValue);
        for (var row = 0; row < times.Length; row++)
        {
            var entry = plays.RowIndices(users[row]).BinarySearch(items[row]);
            if (entry < 0) continue;
            ref var time = ref newest[plays.Indptr[users[row]] + entry];
            time = Math.Max(time, times[row]);
        }

        return newest;
    }
}
