using GpuAls.Kernels.Launching;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace GpuAls;

/// <summary>What drivers throw, in words a user can act on.</summary>
internal static class DeviceErrors
{
    /// <summary>What to do about too little memory.</summary>
    public const string Remedy = "Lower --rank, raise --device-memory if it is given, use a device with more memory, or --device cpu.";

    /// <summary>Whether a driver or ILGPU threw it.</summary>
    public static bool IsOfDevice(Exception exception) =>
        exception is AcceleratorException or DeviceMemoryException or CapabilityNotSupportedException or InternalCompilerException;

    /// <summary>The failure of kind Device that stands for it.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="device">The device, as users name it.</param>
    /// <param name="memoryBytes">Its memory.</param>
    /// <param name="doing">What was being done, as in "while …".</param>
    public static GpuAlsException Translate(Exception exception, EngineDescription device, long memoryBytes, string doing)
    {
        var text = IsOutOfMemory(exception)
            ? $"{device} has {ByteSize.Text(memoryBytes)} of memory for gpuals, too little {doing}{Shortage(exception)}. {Remedy}"
            : $"{device} failed {doing}: {Message(exception)}. Look at the driver with `gpuals devices`, or use --device cpu.";
        return new GpuAlsException(FailureKind.Device, text, exception);
    }

    private static string Message(Exception exception) => exception is CLException cl ? cl.Error.ToString() : exception.Message.TrimEnd('.');

    private static string Shortage(Exception exception) => exception is DeviceMemoryException shortage
        ? $": {ByteSize.Text(shortage.NeededBytes)} more are needed, {ByteSize.Text(shortage.LeftBytes)} are left"
        : "";

    /// <summary>Whether the device, or the bound of its memory, has too little room.</summary>
    public static bool IsOutOfMemory(Exception exception) => exception switch
    {
        DeviceMemoryException => true,
        CudaException cuda => cuda.Error == nameof(CudaError.CUDA_ERROR_OUT_OF_MEMORY) || cuda.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase),
        CLException cl => cl.Error is CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE or CLError.CL_OUT_OF_RESOURCES or CLError.CL_INVALID_BUFFER_SIZE or CLError.CL_OUT_OF_HOST_MEMORY,
        _ => false,
    };
}
