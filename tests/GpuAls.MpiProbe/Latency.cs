using System.Diagnostics;

namespace GpuAls.MpiProbe;

/// <summary>The figures of bench/Results/mpi.md: times of calls, and the CPU time of waiting.</summary>
internal static class Latency
{
    public static void Measure(IProcessGroup group)
    {
        foreach (var bytes in (int[])[8, 4 << 10, 1 << 20, 64 << 20])
        {
            var part = bytes / 8;
            var values = new double[part * group.Size];
            var (starts, counts) = (new long[group.Size], new long[group.Size]);
            for (var process = 0; process < group.Size; process++)
                (starts[process], counts[process]) = (process * part, part);
            var rounds = Math.Clamp((16 << 20) / bytes, 8, 1000);
            Time(group, $"AllGather of {bytes} B each", rounds, () => group.AllGather(values.AsSpan(), starts, counts));
        }

        // Others are late, as where rows are not shared out evenly.
        var (cpu, clock) = (Process.GetCurrentProcess().TotalProcessorTime, Stopwatch.StartNew());
        if (group.Rank == 0) Thread.Sleep(3000);
        group.Meet();
        if (group.Rank == 1)
            Console.Write($"waiting {clock.Elapsed.TotalSeconds:F2} s took "
                + $"{(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds:F2} s of CPU time\n");
    }

    private static void Time(IProcessGroup group, string name, int rounds, Action call)
    {
        for (var warm = 0; warm < 3; warm++) call();
        group.Meet();
        var seconds = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            call();
            seconds[round] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        Array.Sort(seconds);
        if (group.Rank == 0)
            Console.Write($"{name}: median {seconds[rounds / 2] * 1e6:F0} µs, 90 % {seconds[rounds * 9 / 10] * 1e6:F0}"
                + $" µs\n");
    }
}
