namespace GpuAls;

/// <summary>
/// Plays split into a training part and a test part. What is held out depends only on the plays and the seed, not on
/// the order of the input or the number of threads.
/// </summary>
/// <param name="Train">[users, items].</param>
/// <param name="Test">[users, items], the plays held out.</param>
internal sealed record HoldOutSplit(CsrMatrix Train, CsrMatrix Test)
{
    /// <summary>The newest time that is trained on, where rows are divided by their times and not by pairs.</summary>
    public long? NewestTrained { get; init; }

    /// <summary>Whether a row is trained on.</summary>
    /// <param name="rows">All rows, with their times.</param>
    /// <param name="row">Its position.</param>
    public bool IsTrained(IndexedInteractions rows, int row) => NewestTrained is { } newest
        ? rows.Times![row] <= newest
        : Train.RowIndices(rows.UserIndices[row]).BinarySearch(rows.ItemIndices[row]) >= 0;

    /// <summary>Refuses a split that leaves nothing to train on.</summary>
    /// <param name="group">The processes that share the plays.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: nothing is left.</exception>
    public void RequirePlaysToTrainOn(IProcessGroup group)
    {
        if (group.Sum(Train.EntryCount) == 0)
            throw new GpuAlsException(
                FailureKind.BadInput, "all plays are held out, which leaves none to train on. Hold out fewer.");
    }

    /// <summary>Holds out each play with the same probability, as Spark's <c>randomSplit</c> does.</summary>
    /// <param name="plays">[users, items].</param>
    /// <param name="fraction">That probability, 0 .. 1.</param>
    /// <param name="seed">The same seed holds out the same plays.</param>
    public static HoldOutSplit Random(CsrMatrix plays, double fraction, long seed) => Between(plays, 0, fraction, seed);

    /// <summary>Holds out one of several random parts of equal expected size.</summary>
    /// <param name="plays">[users, items].</param>
    /// <param name="fold">The part, from 0.</param>
    /// <param name="folds">Number of parts, at least 2.</param>
    /// <param name="seed">The same seed makes the same parts.</param>
    public static HoldOutSplit Fold(CsrMatrix plays, int fold, int folds, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        return Between(plays, (double)fold / folds, (fold + 1.0) / folds, seed);
    }

    /// <summary>Holds out a fraction of each user's plays, chosen at random.</summary>
    /// <param name="plays">[users, items].</param>
    /// <param name="fraction">
    /// Between 0 and 1; the number of plays of each user is rounded down, so at least one is left to train on.
    /// </param>
    /// <param name="seed">The same seed holds out the same plays.</param>
    public static HoldOutSplit PerUser(CsrMatrix plays, double fraction, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fraction);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(fraction, 1);
        return ByUser(plays, length => (int)(fraction * length), seed);
    }

    /// <summary>
    /// Holds out some plays, chosen at random, of each user who has more; other users are only trained on.
    /// </summary>
    /// <param name="plays">[users, items].</param>
    /// <param name="count">Plays of each user, at least 1.</param>
    /// <param name="seed">The same seed holds out the same plays.</param>
    public static HoldOutSplit LeaveOut(CsrMatrix plays, int count, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return ByUser(plays, length => length > count ? count : 0, seed);
    }

    /// <summary>Holds out the newest plays of each user who has more; other users are only trained on.</summary>
    /// <param name="plays">[users, items].</param>
    /// <param name="times">[entries], the time of each play.</param>
    /// <param name="count">Plays of each user, at least 1.</param>
    /// <param name="seed">Decides between plays with the same time.</param>
    public static HoldOutSplit LeaveLast(CsrMatrix plays, long[] times, int count, long seed)
    {
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentNullException.ThrowIfNull(times);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Require.Length(times.Length, plays.EntryCount, nameof(times));
        return ByUser(plays, length => length > count ? count : 0, seed, times);
    }

    /// <summary>Holds out all plays of a fraction of the items, drawn at random.</summary>
    /// <param name="plays">[users, items].</param>
    /// <param name="fraction">The fraction, 0 .. 1.</param>
    /// <param name="seed">The same seed holds out the same items.</param>
    public static HoldOutSplit Items(CsrMatrix plays, double fraction, long seed)
    {
        ArgumentNullException.ThrowIfNull(plays);
        var items = new int[plays.ColumnCount];
        for (var item = 0; item < items.Length; item++) items[item] = item;
        SeededRandom.Of(seed, 0).Shuffle<int>(items);
        var isNew = new bool[items.Length];
        foreach (var item in items.AsSpan(0, (int)(fraction * items.Length))) isNew[item] = true;
        var isHeldOut = new bool[plays.EntryCount];
        for (var entry = 0; entry < isHeldOut.Length; entry++) isHeldOut[entry] = isNew[plays.Indices[entry]];
        return Divide(plays, isHeldOut);
    }

    private static HoldOutSplit Between(CsrMatrix plays, double low, double high, long seed)
    {
        ArgumentNullException.ThrowIfNull(plays);
        var isHeldOut = new bool[plays.EntryCount];
        for (var user = 0; user < plays.RowCount; user++)
        {
            var random = SeededRandom.Of(seed, (ulong)user);
            for (var entry = plays.Indptr[user]; entry < plays.Indptr[user + 1]; entry++)
            {
                var draw = random.NextDouble();
                isHeldOut[entry] = draw >= low && draw < high;
            }
        }

        return Divide(plays, isHeldOut);
    }

    /// <summary>Holds out some plays of each user, at random or the newest first.</summary>
    private static HoldOutSplit ByUser(CsrMatrix plays, Func<int, int> heldOutOf, long seed, long[]? times = null)
    {
        ArgumentNullException.ThrowIfNull(plays);
        var isHeldOut = new bool[plays.EntryCount];
        for (var user = 0; user < plays.RowCount; user++)
        {
            var entries = new int[plays.RowLength(user)];
            for (var i = 0; i < entries.Length; i++) entries[i] = i;
            SeededRandom.Of(seed, (ulong)user).Shuffle<int>(entries);
            var start = plays.Indptr[user];
            if (times is not null) // a stable sort, so equal times keep their random order
                entries = [.. entries.OrderByDescending(entry => times[start + entry])];
            foreach (var entry in entries.AsSpan(0, heldOutOf(entries.Length))) isHeldOut[start + entry] = true;
        }

        return Divide(plays, isHeldOut);
    }

    private static HoldOutSplit Divide(CsrMatrix plays, bool[] isHeldOut) =>
        new(
            EntrySelection.Select(plays, isHeldOut, wanted: false),
            EntrySelection.Select(plays, isHeldOut, wanted: true));
}
