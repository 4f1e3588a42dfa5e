namespace GpuAls;

/// <summary>
/// Divides plays as <see cref="SplitOptions"/> says. Pairs of a user and an item are divided, duplicates summed, so that none is on both
/// sides; by time rows are divided, as <see cref="SplitKind.Time"/> says.
/// </summary>
public static class Splitter
{
    /// <summary>The split, or one for each fold, made when it is asked for.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="plays">The same, duplicates summed.</param>
    /// <param name="options">How they are divided.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: an option is out of its range, or there are no times. Kind BadInput: nothing is held out, or nothing left to train on.
    /// </exception>
    public static IEnumerable<HeldOut> Split(IndexedInteractions rows, InteractionMatrix plays, SplitOptions options)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return options.Folds is { } folds
            ? Enumerable.Range(0, folds).Select(fold => HeldOut.Of(plays, HoldOutSplit.Fold(plays.ByUser, fold, folds, options.Seed)))
            : [HeldOut.Of(plays, Divide(rows, plays.ByUser, options))];
    }

    private static HoldOutSplit Divide(IndexedInteractions rows, CsrMatrix plays, SplitOptions options) => options.Kind switch
    {
        SplitKind.Random => HoldOutSplit.Random(plays, options.TestFraction, options.Seed),
        SplitKind.User => HoldOutSplit.PerUser(plays, options.TestFraction, options.Seed),
        SplitKind.LeaveOut => HoldOutSplit.LeaveOut(plays, options.LeaveOut, options.Seed),
        SplitKind.LeaveLast => HoldOutSplit.LeaveLast(plays, PairTimes.Newest(rows, plays), options.LeaveOut, options.Seed),
        _ => TimeSplit.Make(rows, options.TestFraction),
    };
}
