using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace GpuAls;

/// <summary>How much of a device's memory gpuals may take.</summary>
internal static class AvailableMemory
{
    private const long LargestReserve = 512L << 20;
    private const int ReserveShare = 16;

    /// <summary>
    /// What is free, as far as the driver says, less what the driver needs for the code of kernels and for rounding sizes up.
    /// The emulator takes the host's memory, which has no such bound.
    /// </summary>
    public static long Of(Accelerator accelerator)
    {
        if (accelerator is CPUAccelerator) return long.MaxValue;
        var free = accelerator is CudaAccelerator cuda ? cuda.GetFreeMemory() : accelerator.MemorySize;
        return Of(free, accelerator.MemorySize);
    }

    /// <summary>The same of a device with so much memory.</summary>
    /// <param name="free">Bytes that are free; others may have taken more than is kept back.</param>
    /// <param name="size">Bytes in all.</param>
    public static long Of(long free, long size) => Math.Max(0, free - Math.Min(LargestReserve, size / ReserveShare));
}
