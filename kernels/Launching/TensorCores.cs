using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace GpuAls.Kernels.Launching;

/// <summary>Whether a device has tensor cores for tf32.</summary>
public static class TensorCores
{
    /// <summary>Why it has none, as in "the device …"; null where it has.</summary>
    public static string? WhyNone(Accelerator accelerator) => accelerator switch
    {
        CudaAccelerator cuda when cuda.Architecture >= CudaArchitecture.SM_80 => null,
        CudaAccelerator cuda => $"has compute capability {cuda.Architecture.Major}.{cuda.Architecture.Minor}",
        _ => "is not a CUDA device",
    };
}
