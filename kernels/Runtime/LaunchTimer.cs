using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>
/// Times each launch on an accelerator with two events of its stream. The context must have been made with profiling, and the
/// timer before the first launch; an accelerator without a timer launches as if there were none.
/// </summary>
public sealed class LaunchTimer
{
    private static readonly ConditionalWeakTable<Accelerator, LaunchTimer> Timers = [];

    private readonly List<(string Kernel, ProfilingMarker Before, ProfilingMarker After)> _launches = [];
    private bool _isOn;

    /// <param name="accelerator">Whose launches are timed.</param>
    public LaunchTimer(Accelerator accelerator) => Timers.Add(accelerator, this);

    /// <summary>The launches of an operation, in their order; waits until they are done.</summary>
    /// <param name="operation">What launches.</param>
    public IReadOnlyList<LaunchTime> Measure(Action operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        _isOn = true;
        try
        {
            operation();
            return [.. _launches.Select(launch => new LaunchTime(launch.Kernel, launch.After.MeasureFrom(launch.Before).TotalMilliseconds))];
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

    /// <summary>A launch with events around it where its accelerator has a timer.</summary>
    internal static Action<AcceleratorStream, KernelConfig, TArguments> Timed<TArguments>(
        string kernel, Accelerator accelerator, Action<AcceleratorStream, KernelConfig, TArguments> launch) =>
        !Timers.TryGetValue(accelerator, out var timer) ? launch : (stream, config, arguments) =>
        {
            var before = timer._isOn ? stream.AddProfilingMarker() : null;
            launch(stream, config, arguments);
            if (before is not null) timer._launches.Add((kernel, before, stream.AddProfilingMarker()));
        };
}

/// <summary>One launch.</summary>
/// <param name="Kernel">The name in the catalogue.</param>
/// <param name="Milliseconds">Between the event before it and the one after it.</param>
public readonly record struct LaunchTime(string Kernel, double Milliseconds);
