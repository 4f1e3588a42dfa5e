using System.Diagnostics;
using GpuAls.Mpi;

namespace GpuAls.MpiProbe;

/// <summary>A process that is told to stop while another will never answer.</summary>
internal static class Cancellation
{
    public static void Check(MpiProcessGroup group, CancellationTokenSource stop)
    {
        if (group.Rank == group.Size - 1)
        {
            Thread.Sleep(TimeSpan.FromMinutes(1)); // ended by the launcher
            return;
        }

        stop.CancelAfter(TimeSpan.FromMilliseconds(300));
        var clock = Stopwatch.StartNew();
        var values = new double[100_000];
        MustBeCancelled(() => group.Broadcast(values.AsSpan(), group.Size - 1));
        MustBeCancelled(() => group.AllGather(0));
        group.Dispose();
        Console.Write($"rank {group.Rank} was cancelled after {clock.Elapsed.TotalSeconds:F1} s\n");
    }

    private static void MustBeCancelled(Action call)
    {
        try
        {
            call();
        }
        catch (OperationCanceledException)
        {
            return;
        }

        throw new InvalidOperationException("not cancelled");
    }
}
