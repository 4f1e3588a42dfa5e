using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace GpuAls;

/// <summary>What a process gave to others, and how long it was in calls.</summary>
/// <param name="AllGatherBytes">Its parts, once for each other process.</param>
/// <param name="AllToAllBytes">What it had for others.</param>
/// <param name="BroadcastBytes">What it had as the root, once for each other process.</param>
/// <param name="Calls">How many calls there were.</param>
/// <param name="Seconds">
/// Seconds in calls; of those beside other work, only the wait for their end. All wait for the last to come, which
/// itself waits for nobody: the process with the fewest seconds is the slow one.
/// </param>
internal readonly record struct ProcessTraffic(
    long AllGatherBytes, long AllToAllBytes, long BroadcastBytes, long Calls, double Seconds)
{
    /// <summary>All bytes that this process gave.</summary>
    public long Bytes => AllGatherBytes + AllToAllBytes + BroadcastBytes;
}

/// <summary>A group that counts what goes through it.</summary>
/// <param name="group">Whose calls are counted.</param>
internal sealed class MeteredProcessGroup(IProcessGroup group) : IProcessGroup
{
    private ProcessTraffic _traffic;

    /// <summary>What this process gave and waited since the start.</summary>
    public ProcessTraffic Traffic => _traffic;

    /// <inheritdoc/>
    public int Rank => group.Rank;

    /// <inheritdoc/>
    public int Size => group.Size;

    /// <inheritdoc/>
    public int LocalRank => group.LocalRank;

    /// <inheritdoc/>
    public bool TakesDeviceMemory => group.TakesDeviceMemory;

    /// <inheritdoc/>
    public void UseDevice(Action bind) => group.UseDevice(bind);

    /// <inheritdoc/>
    public string HostOf(int process) => group.HostOf(process);

    /// <inheritdoc/>
    public void AllGather<T>(Span<T> values, ReadOnlySpan<long> starts, ReadOnlySpan<long> counts)
        where T : unmanaged
    {
        var start = Stopwatch.GetTimestamp();
        group.AllGather(values, starts, counts);
        CountAllGather<T>(start, counts);
    }

    /// <inheritdoc/>
    public PendingCall BeginAllGather<T>(Memory<T> values, long[] starts, long[] counts)
        where T : unmanaged
    {
        var call = group.BeginAllGather(values, starts, counts);
        return new PendingCall(() =>
        {
            var start = Stopwatch.GetTimestamp();
            call.Wait();
            CountAllGather<T>(start, counts);
        });
    }

    /// <inheritdoc/>
    public T[] AllToAll<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> counts, out long[] received)
        where T : unmanaged
    {
        var start = Stopwatch.GetTimestamp();
        var result = group.AllToAll(values, counts, out received);
        var bytes = (values.Length - counts[Rank]) * Unsafe.SizeOf<T>();
        Count(start, _traffic with { AllToAllBytes = _traffic.AllToAllBytes + bytes });
        return result;
    }

    /// <inheritdoc/>
    public void Broadcast<T>(Span<T> values, int root)
        where T : unmanaged
    {
        var start = Stopwatch.GetTimestamp();
        group.Broadcast(values, root);
        var bytes = Rank == root ? (long)values.Length * Unsafe.SizeOf<T>() * (Size - 1) : 0;
        Count(start, _traffic with { BroadcastBytes = _traffic.BroadcastBytes + bytes });
    }

    private void CountAllGather<T>(long start, ReadOnlySpan<long> counts)
    {
        var bytes = counts[Rank] * Unsafe.SizeOf<T>() * (Size - 1);
        Count(start, _traffic with { AllGatherBytes = _traffic.AllGatherBytes + bytes });
    }

    private void Count(long start, ProcessTraffic traffic) => _traffic = traffic with
    {
        Calls = traffic.Calls + 1,
        Seconds = traffic.Seconds + Stopwatch.GetElapsedTime(start).TotalSeconds,
    };
}
