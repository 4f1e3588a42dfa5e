using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace GpuAls.Bench.OnGpu;

/// <summary>Versions of the program and its libraries.</summary>
internal sealed record ProgramFacts(string Version, string Ilgpu, string Runtime)
{
    public static ProgramFacts Of() => new(
        ProductVersion.Text,
        typeof(Context).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0],
        RuntimeInformation.FrameworkDescription);
}

/// <summary>The machine that hosts the device.</summary>
internal sealed record HostFacts(string Processor, int Cores, long MemoryBytes, string System)
{
    public static HostFacts Of(IAlsEngine host) => new(
        host.Description.Name, Environment.ProcessorCount, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        RuntimeInformation.OSDescription);
}

/// <summary>The device, as reported by its driver. Facts that only CUDA reports are null elsewhere.</summary>
internal sealed record DeviceFacts(string Id, string Name, int Multiprocessors, long MemoryBytes)
{
    private const string DriverFile = "/proc/driver/nvidia/version";

    public string? ComputeCapability { get; init; }

    public int L2Bytes { get; init; }

    /// <summary>The maximum clock reported by the driver; under load it is often lower.</summary>
    public int ClockMegahertz { get; init; }

    public int MemoryClockMegahertz { get; init; }

    public int MemoryBusBits { get; init; }

    /// <summary>The CUDA version that the driver supports.</summary>
    public string? CudaVersion { get; init; }

    /// <summary>The driver version, on Linux.</summary>
    public string? Driver { get; init; }

    /// <summary>Derived from the clocks above.</summary>
    public required DevicePeak Peak { get; init; }

    public static DeviceFacts Of(DeviceEngine engine)
    {
        var accelerator = engine.Accelerator;
        var facts = new DeviceFacts(
            engine.Description.Id, engine.Description.Name, accelerator.NumMultiprocessors, accelerator.MemorySize)
        {
            Peak = new DevicePeak(null, null),
        };
        if (accelerator is not CudaAccelerator cuda) return facts;
        return facts with
        {
            ComputeCapability = $"{cuda.Architecture.Major}.{cuda.Architecture.Minor}",
            L2Bytes = cuda.L2CacheSize,
            ClockMegahertz = cuda.ClockRate,
            MemoryClockMegahertz = cuda.MemoryClockRate,
            MemoryBusBits = cuda.MemoryBusWidth,
            CudaVersion = cuda.DriverVersion.ToString(),
            Driver = File.Exists(DriverFile) ? File.ReadLines(DriverFile).First() : null,
            Peak = DevicePeak.Of(
                cuda.Architecture, cuda.NumMultiprocessors, cuda.ClockRate, cuda.MemoryClockRate, cuda.MemoryBusWidth),
        };
    }
}

/// <summary>Theoretical peaks, derived from the clocks; null if those are unknown.</summary>
/// <param name="GigaFmasPerSecond">Fp32 FMAs per second, in 10⁹.</param>
/// <param name="GigabytesPerSecond">Memory bandwidth.</param>
internal sealed record DevicePeak(double? GigaFmasPerSecond, double? GigabytesPerSecond)
{
    private const int TransfersPerClock = 2;

    public static DevicePeak Of(
        CudaArchitecture architecture, int multiprocessors, int clockMegahertz, int memoryClockMegahertz,
        int busBits) =>
        new(
        clockMegahertz > 0 ? multiprocessors * Fp32Lanes(architecture) * clockMegahertz / 1e3 : null,
        memoryClockMegahertz > 0 ? TransfersPerClock * memoryClockMegahertz * (busBits / 8) / 1e3 : null);

    /// <summary>
    /// Fp32 units per multiprocessor: 64 on P100, Volta, Turing and A100, 128 on all others since Maxwell.
    /// </summary>
    private static int Fp32Lanes(CudaArchitecture architecture) => (architecture.Major, architecture.Minor) switch
    {
        (6, 0) or (7, _) or (8, 0) => 64,
        _ => 128,
    };
}
