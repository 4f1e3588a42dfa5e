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
    /// <param name="sharing">
    /// The processes that share the plays, each of which has the rows of the users it owns; null for this one alone.
    /// </param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: an option is out of its range, or there are no times. Kind BadInput: nothing is held out, or nothing
    /// left to train on.
    /// </exception>
    public static IEnumerable<HeldOut> Split(
        IndexedInteractions rows, InteractionMatrix plays, SplitOptions options, AlsOptions? als = null,
        PlaySharing? sharing = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        als ??= AlsOptions.Default;
        sharing ??= PlaySharing.Alone;
        return options.Folds is { } folds
            ? Enumerable.Range(0, folds).Select(fold => Of(
                HoldOutSplit.Fold(plays.ByUser, fold, folds, options.Seed)))
            : [Of(Divide(rows, plays.ByUser, options, sharing.Group))];

        HeldOut Of(HoldOutSplit split) =>
            HeldOut.Of(rows, plays, split, als, options.Kind == SplitKind.NewItems, sharing);
    }

    /// <summary>One split.</summary>
    /// <param name="rows">All rows; needed for splits by time only.</param>
    /// <param name="plays">The same, duplicates summed.</param>
    /// <param name="options">How they are divided, folds aside.</param>
    /// <param name="group">The processes that share the plays; null for this one alone.</param>
    internal static HoldOutSplit Divide(
        IndexedInteractions rows, CsrMatrix plays, SplitOptions options, IProcessGroup? group = null) =>
        options.Kind switch
        {
            SplitKind.Random => HoldOutSplit.Random(plays, options.TestFraction, options.Seed),
            SplitKind.NewItems => HoldOutSplit.Items(plays, options.TestFraction, options.Seed),
            SplitKind.User => HoldOutSplit.PerUser(plays, options.TestFraction, options.Seed),
            SplitKind.LeaveOut => HoldOutSplit.LeaveOut(plays, options.LeaveOut, options.Seed),
            SplitKind.LeaveLast =>
                HoldOutSplit.LeaveLast(plays, PairTimes.Newest(rows, plays), options.LeaveOut, options.Seed),
            _ => TimeSplit.Make(rows, options.TestFraction, group ?? SingleProcess.Instance),
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
    /// <param name="group">The processes, each of which has some of the rows.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: there are no times. Kind BadInput: so many rows have the newest time that none is newer than the
    /// others.
    /// </exception>
    public static HoldOutSplit Make(IndexedInteractions rows, double fraction, IProcessGroup group)
    {
        var times = rows.Times
            ?? throw new GpuAlsException(
                FailureKind.Usage, "--split time requires --time-column, the column with the time of each play.");
        var sorted = (long[])times.Clone();
        Array.Sort(sorted);
        var count = group.Sum(sorted.Length);
        var newestTrained = At(group, sorted, Math.Max(0, count - (long)(fraction * count) - 1));
        if (newestTrained == At(group, sorted, count - 1))
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

    /// <summary>The time at a position of those of all processes, if they were sorted together.</summary>
    private static long At(IProcessGroup group, long[] sorted, long position)
    {
        if (group.Size == 1) return sorted[position];
        var (low, high) = (long.MinValue, long.MaxValue);
        while (low < high)
        {
            var middle = low + (long)(unchecked((ulong)(high - low)) / 2);
            if (group.Sum(CountUpTo(sorted, middle)) > position) high = middle;
            else low = middle + 1;
        }

        return low;
    }

    /// <summary>How many times are not after one.</summary>
    private static long CountUpTo(long[] sorted, long last)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (int)(((long)low + high) / 2);
            if (sorted[middle] <= last) low = middle + 1;
            else high = middle;
        }

        return low;
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
