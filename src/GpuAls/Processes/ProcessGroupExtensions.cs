using System.Text;

namespace GpuAls;

/// <summary>What processes tell each other, made of the few calls of a group.</summary>
internal static class ProcessGroupExtensions
{
    /// <summary>Replaces each value by its sum over all processes, added in the order of their ranks.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="values">As many on every process.</param>
    public static void AllReduce(this IProcessGroup group, Span<double> values)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (group.Size == 1) return;
        var all = group.AllGather<double>(values, out _);
        values.Clear();
        for (var i = 0; i < all.Length; i++) values[i % values.Length] += all[i];
    }

    /// <summary>[Size], the value of each process.</summary>
    public static T[] AllGather<T>(this IProcessGroup group, T value)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(group);
        var (all, starts, counts) = (new T[group.Size], new long[group.Size], new long[group.Size]);
        for (var process = 0; process < group.Size; process++) (starts[process], counts[process]) = (process, 1);
        all[group.Rank] = value;
        group.AllGather(all.AsSpan(), starts, counts);
        return all;
    }

    /// <summary>The values of all processes, one process after the other.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="values">Those of this process, as many as it likes.</param>
    /// <param name="counts">[Size], how many each process had.</param>
    public static T[] AllGather<T>(this IProcessGroup group, ReadOnlySpan<T> values, out long[] counts)
        where T : unmanaged
    {
        counts = group.AllGather((long)values.Length);
        var starts = Starts(counts);
        var all = new T[starts[^1]];
        values.CopyTo(all.AsSpan((int)starts[group.Rank]));
        group.AllGather(all.AsSpan(), starts.AsSpan(0, group.Size), counts);
        return all;
    }

    /// <summary>[Size], the text of each process.</summary>
    public static string[] AllGather(this IProcessGroup group, string text)
    {
        var all = group.AllGather<byte>(Encoding.UTF8.GetBytes(text), out var lengths);
        var starts = Starts(lengths);
        return
        [
            .. lengths.Select((length, process) => Encoding.UTF8.GetString(all, (int)starts[process], (int)length)),
        ];
    }

    /// <summary>Tells all processes a text of process 0.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="text">The text; that of the others is ignored.</param>
    public static string Tell(this IProcessGroup group, string text) =>
        Encoding.UTF8.GetString(group.BroadcastArray(Encoding.UTF8.GetBytes(text)));

    /// <summary>Brings the rows that each process owns to all of them.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="values">[rows, values of a row]; a process has written the rows it owns.</param>
    /// <param name="shares">Which process owns which rows.</param>
    /// <param name="valuesOfRow">Values of a row.</param>
    public static void AllGather<T>(
        this IProcessGroup group, Span<T> values, RowShares shares, int valuesOfRow = 1)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(shares);
        var (starts, counts) = (new long[group.Size], new long[group.Size]);
        for (var process = 0; process < group.Size; process++)
            (starts[process], counts[process]) =
                ((long)shares.Start(process) * valuesOfRow, (long)shares.Count(process) * valuesOfRow);
        group.AllGather(values, starts, counts);
    }

    /// <summary>Replaces each number by its sum over all processes, each of which adds up a part of them.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="values">As many on every process.</param>
    /// <exception cref="OverflowException">A sum is too large.</exception>
    public static void Sum(this IProcessGroup group, Span<int> values)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (group.Size == 1) return;
        var parts = RowShares.Even(values.Length, group.Size);
        long[] counts = [.. Enumerable.Range(0, group.Size).Select(process => (long)parts.Count(process))];
        var received = group.AllToAll<int>(values, counts, out _);
        var mine = values.Slice(parts.Start(group.Rank), parts.Count(group.Rank));
        mine.Clear();
        for (var i = 0; i < received.Length; i++) mine[i % mine.Length] = checked(mine[i % mine.Length] + received[i]);
        group.AllGather(values, parts);
    }

    /// <summary>The sum of a number over all processes.</summary>
    public static long Sum(this IProcessGroup group, long value) => group.AllGather(value).Sum();

    /// <summary>Waits for all processes.</summary>
    public static void Meet(this IProcessGroup group) => group.AllGather((byte)0);

    /// <summary>Brings an array of one process to all others.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="values">The array on that process; others ignore theirs, and need not know how long it is.</param>
    /// <param name="root">Which process has it.</param>
    public static T[] BroadcastArray<T>(this IProcessGroup group, T[] values, int root = 0)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(values);
        Span<long> length = [values.Length];
        group.Broadcast(length, root);
        if (group.Rank != root) values = GC.AllocateUninitializedArray<T>((int)length[0]);
        group.Broadcast(values.AsSpan(), root);
        return values;
    }

    /// <summary>[counts + 1], where each of some parts starts, then the end.</summary>
    public static long[] Starts(ReadOnlySpan<long> counts)
    {
        var starts = new long[counts.Length + 1];
        for (var part = 0; part < counts.Length; part++) starts[part + 1] = starts[part] + counts[part];
        return starts;
    }
}
