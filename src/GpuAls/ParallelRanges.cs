using System.Collections.Concurrent;

namespace GpuAls;

/// <summary>Work on the elements of an array, divided among the CPU's cores.</summary>
internal static class ParallelRanges
{
    /// <summary>Runs some work on ranges that together are 0 .. <paramref name="count"/> - 1.</summary>
    /// <param name="count">Number of elements.</param>
    /// <param name="work">Takes the first element of a range and the one after its last; must not throw.</param>
    public static void ForEach(long count, Action<long, long> work)
    {
        if (count > 0) Parallel.ForEach(Partitioner.Create(0, count), range => work(range.Item1, range.Item2));
    }
}
