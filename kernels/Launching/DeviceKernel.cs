using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>A kernel on a device, compiled when it is first needed.</summary>
public abstract class DeviceKernel
{
    /// <summary>Whether it has been compiled.</summary>
    public abstract bool IsCompiled { get; }

    /// <summary>Compiles the kernel, if nobody has; any thread may, that the device is bound to.</summary>
    public abstract void Compile();
}

/// <summary>A kernel that takes one struct of arguments.</summary>
/// <typeparam name="TArguments">The arguments.</typeparam>
/// <param name="load">Compiles it.</param>
internal sealed class DeviceKernel<TArguments>(Func<Action<AcceleratorStream, KernelConfig, TArguments>> load) : DeviceKernel
    where TArguments : struct
{
    private readonly Lazy<Action<AcceleratorStream, KernelConfig, TArguments>> _launch = new(load);

    /// <inheritdoc/>
    public override bool IsCompiled => _launch.IsValueCreated;

    /// <inheritdoc/>
    public override void Compile() => _ = _launch.Value;

    /// <summary>Queues a launch.</summary>
    public void Launch(AcceleratorStream stream, KernelConfig config, TArguments arguments) => _launch.Value(stream, config, arguments);
}
