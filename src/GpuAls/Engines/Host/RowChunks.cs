namespace GpuAls;

/// <summary>Cuts rows into chunks of about equal work. A function of the matrix alone, never of the number of threads.</summary>
internal static class RowChunks
{
    private const int TargetCount = 512;

    /// <param name="indptr">[rows + 1], where each row starts.</param>
    /// <param name="costPerRow">Work of a row besides its entries, in units of one entry.</param>
    /// <param name="rowGroup">Chunks hold a whole number of so many rows, but for the last.</param>
    /// <returns>[chunks + 1], first row of each chunk; the last is the number of rows.</returns>
    public static int[] Split(ReadOnlySpan<long> indptr, int costPerRow, int rowGroup = 1)
    {
        var rowCount = indptr.Length - 1;
        var total = indptr[^1] + ((long)rowCount * costPerRow);
        var limit = Math.Max(1, total / TargetCount);
        var boundaries = new List<int> { 0 };
        long work = 0;
        for (var row = 0; row < rowCount; row++)
        {
            work += indptr[row + 1] - indptr[row] + costPerRow;
            if (work < limit || (row + 1) % rowGroup != 0 || row == rowCount - 1) continue;
            boundaries.Add(row + 1);
            work = 0;
        }

        if (rowCount > 0) boundaries.Add(rowCount);
        return [.. boundaries];
    }
}
