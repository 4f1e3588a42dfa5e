using System.Diagnostics;
using GpuAls.Mpi;

namespace GpuAls.MpiProbe;

/// <summary>More than 2³¹ bytes in each call; takes 5 GB a process.</summary>
internal static class Large
{
    private const int Length = 300_000_000; // of 8 bytes
    private const long Factor = 0x1E3779B97F4A7C15;

    public static void Check(MpiProcessGroup group)
    {
        var (starts, counts) = (new long[group.Size], new long[group.Size]);
        for (var process = 0; process < group.Size; process++)
        {
            starts[process] = (long)Length * process / group.Size;
            counts[process] = ((long)Length * (process + 1) / group.Size) - starts[process];
        }

        var values = new long[Length];
        Fill(values.AsSpan((int)starts[group.Rank], (int)counts[group.Rank]), starts[group.Rank]);
        var clock = Stopwatch.StartNew();
        group.AllGather(values.AsSpan(), starts, counts);
        var gathered = Lap(clock);
        Same(values, 0, "AllGather");

        var root = group.Size - 1;
        if (group.Rank != root) Array.Clear(values);
        clock.Restart();
        group.Broadcast(values.AsSpan(), root);
        var sent = Lap(clock);
        Same(values, 0, "Broadcast");

        // All that a process has goes to the next.
        Fill(values, group.Rank);
        var toNext = new long[group.Size];
        toNext[(group.Rank + 1) % group.Size] = Length;
        clock.Restart();
        var received = group.AllToAll<long>(values, toNext, out _);
        var exchanged = Lap(clock);
        Same(received, (group.Rank + group.Size - 1) % group.Size, "AllToAll");
        Console.Write($"rank {group.Rank} of {group.Size}, all right: AllGather {gathered}, Broadcast {sent}, "
            + $"AllToAll {exchanged}, {group.LibraryVersion}\n");
    }

    private static string Lap(Stopwatch clock)
    {
        var seconds = clock.Elapsed.TotalSeconds;
        return $"{seconds:F2} s ({Length * 8.0 / 1e9 / seconds:F2} GB/s)";
    }

    private static void Fill(Span<long> values, long first)
    {
        for (var at = 0; at < values.Length; at++) values[at] = (first + at) * Factor;
    }

    private static void Same(ReadOnlySpan<long> values, long first, string what)
    {
        for (var at = 0; at < values.Length; at++)
            if (values[at] != (first + at) * Factor)
                throw new InvalidOperationException($"{what}: value {at} of {values.Length}");
    }
}
