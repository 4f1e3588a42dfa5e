using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace GpuAls.Engines.Device;

/// <summary>What drivers throw, in words a user can act on.</summary>
internal static class DeviceErrors
{
    /// <summary>Whether a driver or ILGPU threw it.</summary>
    public static bool IsOfDevice(Exception exception) =>
        exception is AcceleratorException or CapabilityNotSupportedException or InternalCompilerException;

    /// <summary>The failure of kind Device that stands for it.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="device">The device, as users name it.</param>
    /// <param name="memoryBytes">Its memory.</param>
    /// <param name="doing">What was being done, as in "while …".</param>
    public static GpuAlsException Translate(Exception exception, EngineDescription device, long memoryBytes, string doing)
    {
        var text = IsOutOfMemory(exception)
            ? $"{device} has {memoryBytes / 1e9:0.#} GB of memory, too little {doing}. Lower --rank, use a device with more memory, or --device cpu."
            : $"{device} failed {doing}: {Message(exception)}. Look at the driver with `gpuals devices`, or use --device cpu.";
        return new GpuAlsException(FailureKind.Device, text, exception);
    }

    private static string Message(Exception exception) => exception is CLException cl ? cl.Error.ToString() : exception.Message.TrimEnd('.');

    private static bool IsOutOfMemory(Exception exception) => exception switch
    {
        CudaException cuda => cuda.Error == nameof(CudaError.CUDA_ERROR_OUT_OF_MEMORY) || cuda.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase),
        CLException cl => cl.Error is CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE or CLError.CL_OUT_OF_RESOURCES or CLError.CL_INVALID_BUFFER_SIZE or CLError.CL_OUT_OF_HOST_MEMORY,
        _ => false,
    };
}
