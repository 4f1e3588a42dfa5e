namespace GpuAls;

/// <summary>Kinds of devices.</summary>
public enum DeviceKind
{
    /// <summary>CUDA where it is usable, else a GPU through OpenCL, else the CPU.</summary>
    Auto,

    /// <summary>The host engine: SIMD on all cores.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda,

    /// <summary>A device with an OpenCL driver.</summary>
    OpenCl,

    /// <summary>The device kernels run by an emulator on the CPU: for tests, thousands of times slower than <see cref="Cpu"/>.</summary>
    Emulated,
}
