namespace GpuAls;

/// <summary>When pairs of a user and an item were played last.</summary>
internal static class PairTimes
{
    /// <param name="rows">All rows, with their times.</param>
    /// <param name="plays">The same, duplicates summed; rows of pairs that are not in it are passed over.</param>
    /// <returns>[entries of the plays], the time of the newest row of each.</returns>
    /// <exception cref="GpuAlsException">Kind Usage: there are no times.</exception>
    public static long[] Newest(IndexedInteractions rows, CsrMatrix plays)
    {
        var times = rows.Times ?? throw new GpuAlsException(FailureKind.Usage, "--split leave-last needs the times of the plays. Name their column with --time-column.");
        var (users, items) = (rows.UserIndices, rows.ItemIndices);
        var newest = new long[plays.EntryCount];
        Array.Fill(newest, long.MinValue);
        for (var row = 0; row < times.Length; row++)
        {
            var place = plays.RowIndices(users[row]).BinarySearch(items[row]);
            if (place < 0) continue;
            ref var time = ref newest[plays.Indptr[users[row]] + place];
            time = Math.Max(time, times[row]);
        }

        return newest;
    }
}
