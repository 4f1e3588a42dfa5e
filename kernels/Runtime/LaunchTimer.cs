using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels;

/// <summary>
/// Times every launch on an accelerator with a pair of stream events. The context must have profiling enabled, and the
/// timer must exist before the first launch. Launches on an accelerator without a timer have no overhead.
/// </summary>
public sealed class LaunchTimer
{
    private static readonly ConditionalWeakTable<Accelerator, LaunchTimer> Timers = [];

    private readonly List<(string Kernel, ProfilingMarker Before, ProfilingMarker After)> _launches = [];
    private bool _isOn;

    /// <param name="accelerator">The accelerator whose launches are timed.</param>
    public LaunchTimer(Accelerator accelerator) => Timers.Add(accelerator, this);

    /// <summary>Runs an operation, waits for its launches and returns them in order.</summary>
    /// <param name="operation">The operation that launches kernels.</param>
    public IReadOnlyList<LaunchTime> Measure(Action operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        _isOn = true;
        try
        {
            operation();
            return
            [
                .. _launches.Select(launch =>
                    new LaunchTime(launch.Kernel, launch.After.MeasureFrom(launch.Before).TotalMilliseconds)),
            ];
        }
        finally
        {
            _isOn = false;
            foreach (var (_, before, after) in _launches)
            {
                before.Dispose();
                after.Dispose();
            }

            _launches.Clear();
        }
    }

    /// <summary>Wraps a launch in events if its accelerator has a timer.</summary>
    internal static Action<AcceleratorStream, KernelConfig, TArguments> Timed<TArguments>(
        string kernel, Accelerator accelerator, Action<AcceleratorStream, KernelConfig, TArguments> launch) =>
        !Timers.TryGetValue(accelerator, out var timer) ? launch : (stream, config, arguments) =>
        {
            var before = timer._isOn ? stream.AddProfilingMarker() : null;
            launch(stream, config, arguments);
            if (before is not null) timer._launches.Add((kernel, before, stream.AddProfilingMarker()));
        };
}

/// <summary>A timed launch.</summary>
/// <param name="Kernel">The kernel's name in the catalog.</param>
/// <param name="Milliseconds">Time between the events before and after it.</param>
public readonly record struct LaunchTime(string Kernel, double Milliseconds);
