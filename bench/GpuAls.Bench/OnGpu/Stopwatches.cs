using System.Diagnostics;
using GpuAls.Bench.OnGpu.Workloads;
using GpuAls.Kernels.Launching;

namespace GpuAls.Bench.OnGpu;

/// <summary>Times a workload with the device's own events, after it has been verified.</summary>
/// <param name="device">What computes.</param>
/// <param name="host">What verifies.</param>
/// <param name="timer">The timer of the device.</param>
/// <param name="peak">What the card could do.</param>
/// <param name="repetitions">How often, after the runs that verify.</param>
internal sealed class Stopwatches(IAlsEngine device, IAlsEngine host, LaunchTimer timer, CardPeak peak, int repetitions)
{
    /// <summary>Verifies, then times. A workload that is wrong is not timed.</summary>
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
            Spread.Of(runs.Select(run => run.Where(launch => launch.Kernel == kernel).Sum(launch => launch.Milliseconds))))),
    ];
}
