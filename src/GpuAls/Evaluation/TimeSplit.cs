namespace GpuAls;

/// <summary>
/// Holds out the newest rows. Duplicates are summed on each side by itself, so that later plays add nothing to what is trained on; a pair
/// on both sides is trained on.
/// </summary>
internal static class TimeSplit
{
    /// <param name="rows">All rows, with their times.</param>
    /// <param name="fraction">The fraction held out, 0 .. 1; rows of the same time stay together, on the side of the older ones.</param>
    /// <exception cref="GpuAlsException">Kind Usage: there are no times. Kind BadInput: so many rows have the newest time that none is newer than the others.</exception>
    public static HoldOutSplit Make(IndexedInteractions rows, double fraction)
    {
        var times = rows.Times ?? throw new GpuAlsException(FailureKind.Usage, "--split time needs the times of the plays. Name their column with --time-column.");
        var sorted = (long[])times.Clone();
        Array.Sort(sorted);
        var newestTrained = sorted[Math.Max(0, sorted.Length - (int)(fraction * sorted.Length) - 1)];
        if (newestTrained == sorted[^1])
            throw new GpuAlsException(FailureKind.BadInput, "no play is held out: more rows than are to be held out have the newest time. Hold out more, or choose another --time-column.");
        return new HoldOutSplit(
            CsrBuilder.Build(rows.Where(row => times[row] <= newestTrained)).ByUser, CsrBuilder.Build(rows.Where(row => times[row] > newestTrained)).ByUser);
    }
}
