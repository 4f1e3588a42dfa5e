namespace GpuAls;

/// <summary>
/// Processes that train one model together. Each solves the rows it owns, and has the factors of all rows. All of them
/// make the same calls in the same order, on engines of the same kind; a call returns when all have made it. A process
/// that fails or is cancelled ends the group: the calls of the others throw.
/// </summary>
internal interface IProcessGroup
{
    /// <summary>Which process this is, from 0.</summary>
    int Rank { get; }

    /// <summary>Number of processes.</summary>
    int Size { get; }

    /// <summary>Replaces each value by its sum over all processes; every process gets the same bits.</summary>
    /// <param name="values">As many on every process.</param>
    void AllReduce(Span<double> values);

    /// <summary>Brings the parts of all processes to every process.</summary>
    /// <param name="values">All parts; a process has written its own, and gets the others.</param>
    /// <param name="starts">[Size + 1], where the part of each process starts, then the length of all.</param>
    void AllGather(Span<float> values, ReadOnlySpan<int> starts);
}

/// <summary>One process, which owns all rows.</summary>
internal sealed class SingleProcess : IProcessGroup
{
    private SingleProcess()
    {
    }

    /// <summary>The only one that is needed.</summary>
    public static SingleProcess Instance { get; } = new();

    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => 1;

    /// <inheritdoc/>
    public void AllReduce(Span<double> values)
    {
        // The sum over one process.
    }

    /// <inheritdoc/>
    public void AllGather(Span<float> values, ReadOnlySpan<int> starts)
    {
        // All parts are here.
    }
}

/// <summary>Which rows each process of a group owns: ranges of about equal work.</summary>
internal static class RowShares
{
    /// <summary>The work of a row besides its plays, in plays: about that of an exact solve of rank 64.</summary>
    private const int CostPerRow = 16;

    /// <param name="indptr">[rows + 1], where the plays of each row start.</param>
    /// <param name="size">Number of processes.</param>
    /// <returns>[size + 1], the first row of each process, then the number of rows.</returns>
    public static int[] Starts(ReadOnlySpan<long> indptr, int size)
    {
        var starts = new int[size + 1];
        var rowCount = starts[size] = indptr.Length - 1;
        var work = indptr[^1] + ((long)rowCount * CostPerRow);
        for (var (process, row) = (1, 0); process < size; process++)
        {
            while (row < rowCount && indptr[row] + ((long)row * CostPerRow) < work * process / size) row++;
            starts[process] = row;
        }

        return starts;
    }
}
