namespace GpuAls;

/// <summary>A device to train and score on, as <c>--device</c> names it.</summary>
public sealed record Device
{
    private Device(DeviceRequest request) => Request = request;

    /// <summary>A CUDA device if possible, then a GPU with OpenCL, then the CPU.</summary>
    public static Device Auto { get; } = new(new DeviceRequest(DeviceKind.Auto));

    /// <summary>The CPU: SIMD on all cores.</summary>
    public static Device Cpu { get; } = new(new DeviceRequest(DeviceKind.Cpu));

    /// <summary>
    /// The GPU kernels, emulated on the CPU. For tests: thousands of times slower than <see cref="Cpu"/>.
    /// </summary>
    public static Device Emulated { get; } = new(new DeviceRequest(DeviceKind.Emulated));

    /// <summary>Maximum bytes of GPU memory to use; null for all that is free.</summary>
    public long? MemoryBytes
    {
        get => Request.MemoryBytes;
        init => Request = Request with { MemoryBytes = value };
    }

    internal DeviceRequest Request { get; private init; }

    /// <summary>An NVIDIA GPU.</summary>
    /// <param name="index">Index of the device, from 0.</param>
    public static Device Cuda(int index = 0) => new(new DeviceRequest(DeviceKind.Cuda, index));

    /// <summary>A device with an OpenCL driver.</summary>
    /// <param name="index">Index of the device, from 0.</param>
    public static Device OpenCl(int index = 0) => new(new DeviceRequest(DeviceKind.OpenCl, index));

    /// <summary>Parses a name such as <c>cuda:1</c>.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: the text is not the name of a device.</exception>
    public static Device Parse(string name) => new(DeviceRequest.Parse(name));

    /// <summary>The devices of this machine and, for each kind without one, the reason.</summary>
    public static IReadOnlyList<DeviceInfo> List() => DeviceCatalog.List();
}
