using System.Diagnostics;
using System.Runtime.InteropServices;
using GpuAls.Bench.OnGpu.Workloads;
using GpuAls.Kernels;

namespace GpuAls.Bench.OnGpu;

/// <summary>Verifies a workload, then times it with device events.</summary>
/// <param name="device">The engine to measure.</param>
/// <param name="host">The engine that verifies.</param>
/// <param name="timer">The device's timer.</param>
/// <param name="peak">The device's theoretical peaks.</param>
/// <param name="repetitions">Number of timed runs, after those that verify.</param>
internal sealed class Stopwatches(
    IAlsEngine device, IAlsEngine host, LaunchTimer timer, DevicePeak peak, int repetitions)
{
    /// <summary>Verifies, then times. A workload with a wrong result is not timed.</summary>
    public TimingResult Time(TimedWorkload workload)
    {
        using var loaded = workload.Load(device);
        var check = Verifier.Check(workload, loaded, workload.Part, host);
        var result = new TimingResult(workload.Operation, workload.Rank, workload.Shape) { Check = check };
        if (!check.Passed) return result;
        var runs = Enumerable.Range(0, repetitions).Select(_ => Run(loaded)).ToArray();
        return Rate(workload, result with
        {
            Repetitions = repetitions,
            DeviceMilliseconds = Spread.Of(runs.Select(run => run.Launches.Sum(launch => launch.Milliseconds))),
            WallMilliseconds = Spread.Of(runs.Select(run => run.WallMilliseconds)),
            Kernels = ByKernel([.. runs.Select(run => run.Launches)]),
        });
    }

    private (IReadOnlyList<LaunchTime> Launches, double WallMilliseconds) Run(LoadedWorkload loaded)
    {
        var clock = Stopwatch.StartNew();
        var launches = timer.Measure(loaded.Run);
        return (launches, clock.Elapsed.TotalMilliseconds);
    }

    private TimingResult Rate(TimedWorkload workload, TimingResult result)
    {
        var seconds = result.DeviceMilliseconds!.Median / 1e3;
        var (gigaFmas, gigabytes) = (workload.UsefulFmas / seconds / 1e9, workload.LeastBytes / seconds / 1e9);
        return result with
        {
            UsefulFmas = workload.UsefulFmas,
            LeastBytes = workload.LeastBytes,
            GigaFmasPerSecond = gigaFmas,
            ShareOfFmaPeak = gigaFmas / peak.GigaFmasPerSecond,
            GigabytesPerSecond = gigabytes,
            ShareOfBandwidth = gigabytes / peak.GigabytesPerSecond,
        };
    }

    private static KernelTime[] ByKernel(IReadOnlyList<LaunchTime>[] runs) =>
    [
        .. runs[0].Select(launch => launch.Kernel).Distinct().Select(kernel => new KernelTime(
            kernel,
            runs[0].Count(launch => launch.Kernel == kernel),
            Spread.Of(
                runs.Select(run => run.Where(launch => launch.Kernel == kernel).Sum(launch => launch.Milliseconds))))),
    ];
}

/// <summary>Compares the device's result with the expected one, and with that of a second run.</summary>
internal static class Verifier
{
    /// <summary>Computes a workload twice on the device and once on the CPU.</summary>
    public static CheckResult Check(Workload workload, IAlsEngine device, IAlsEngine host)
    {
        using var loaded = workload.Load(device);
        return Check(workload, loaded, workload, host);
    }

    /// <summary>The same for a workload that is already loaded on the device.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="loaded">The workload, loaded on the device.</param>
    /// <param name="part">What the host computes: the workload, or its beginning.</param>
    /// <param name="host">The host engine.</param>
    public static CheckResult Check(Workload workload, LoadedWorkload loaded, Workload part, IAlsEngine host)
    {
        var (first, second) = (loaded.Compute(), loaded.Compute());
        var error = workload.Error(first, part.Expected(host));
        var isSame = MemoryMarshal.AsBytes(first.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(second.AsSpan()));
        return new CheckResult(workload.Operation, workload.Rank, workload.Shape)
        {
            Passed = isSame && error <= workload.Tolerance,
            LargestError = double.IsFinite(error) ? error : null,
            Tolerance = workload.Tolerance,
            SameBytesAgain = isSame,
        };
    }
}
