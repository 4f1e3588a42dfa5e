namespace GpuAls;

/// <summary>
/// What all processes have, brought to process 0 in the order of the processes, a part at a time, so that it can write
/// more than it can hold. All processes go through the parts; only process 0 gets any.
/// </summary>
internal static class ToRootExtensions
{
    /// <summary>Values of a part at most.</summary>
    private const int MostValues = 1 << 22;

    /// <summary>The values of process 0, then those of process 1, ….</summary>
    /// <param name="group">The processes.</param>
    /// <param name="values">Those of this process.</param>
    /// <param name="mostValues">Values of a part at most.</param>
    public static IEnumerable<ReadOnlyMemory<T>> ToRoot<T>(
        this IProcessGroup group, ReadOnlyMemory<T> values, int mostValues = MostValues)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(group);
        if (group.Rank == 0) yield return values;
        var counts = group.AllGather((long)values.Length);
        var garbage = new LargeGarbage();
        for (var process = 1; process < group.Size; process++)
        {
            for (long first = 0; first < counts[process]; first += mostValues)
            {
                var count = (int)Math.Min(mostValues, counts[process] - first);
                var part = Send(group, process, values, (int)first, count);
                if (group.Rank == 0) yield return part;
                garbage.CollectIfDue();
            }
        }
    }

    private static ReadOnlyMemory<T> Send<T>(
        IProcessGroup group, int process, ReadOnlyMemory<T> values, int first, int count)
        where T : unmanaged
    {
        var counts = new long[group.Size];
        if (group.Rank == process) counts[0] = count;
        return group.AllToAll(group.Rank == process ? values.Span.Slice(first, count) : [], counts, out _);
    }
}
