namespace GpuAls;

/// <summary>Which rows each process of a group owns: ranges, one after the other.</summary>
/// <param name="starts">[processes + 1], the first row of each process, then the number of rows.</param>
internal sealed class RowShares(int[] starts)
{
    /// <summary>[processes + 1], the first row of each process, then the number of rows.</summary>
    public IReadOnlyList<int> Starts => starts;

    /// <summary>Number of processes.</summary>
    public int ProcessCount => starts.Length - 1;

    /// <summary>Number of rows of all processes.</summary>
    public int RowCount => starts[^1];

    /// <summary>The rows of one process that owns them all.</summary>
    public static RowShares Whole(int rowCount) => new([0, rowCount]);

    /// <summary>Shares out rows of the same work.</summary>
    public static RowShares Even(int rowCount, int processCount) => new(
        [.. Enumerable.Range(0, processCount + 1).Select(process => (int)((long)rowCount * process / processCount))]);

    /// <summary>Shares out rows so that each process has about the same work.</summary>
    /// <param name="lengths">[rows], the plays of each row.</param>
    /// <param name="processCount">Number of processes.</param>
    /// <param name="cost">The work of a row with so many plays, in any unit.</param>
    public static RowShares ByCost(ReadOnlySpan<int> lengths, int processCount, Func<int, double> cost)
    {
        ArgumentNullException.ThrowIfNull(cost);
        double total = 0;
        foreach (var length in lengths) total += cost(length);
        var starts = new int[processCount + 1];
        starts[processCount] = lengths.Length;
        double before = 0;
        for (var (process, row) = (1, 0); process < processCount; process++)
        {
            // A row is of the process that has the larger part of its work.
            while (row < lengths.Length && before + (cost(lengths[row]) / 2) < total * process / processCount)
                before += cost(lengths[row++]);
            starts[process] = row;
        }

        return new RowShares(starts);
    }

    /// <summary>The same with more rows, which are of the last process.</summary>
    /// <param name="rowCount">Number of rows of all processes, at least as many as before.</param>
    public RowShares Extended(int rowCount) => new([.. starts[..^1], rowCount]);

    /// <summary>The first row of a process.</summary>
    public int Start(int process) => starts[process];

    /// <summary>How many rows a process owns.</summary>
    public int Count(int process) => starts[process + 1] - starts[process];

    /// <summary>The rows of a process.</summary>
    public RowRange Range(int process) => new(Start(process), Count(process));

    /// <summary>Which process owns a row.</summary>
    public int OwnerOf(int row)
    {
        var found = Array.BinarySearch(starts, row);
        if (found < 0) return ~found - 1;
        while (starts[found + 1] == row) found++; // those before own nothing
        return found;
    }
}
