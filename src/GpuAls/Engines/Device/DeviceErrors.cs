using GpuAls.Kernels;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace GpuAls;

/// <summary>Translates driver errors into messages that a user can act on.</summary>
internal static class DeviceErrors
{
    /// <summary>What to do about insufficient memory.</summary>
    public const string Remedy =
        "Lower --rank, raise --device-memory if it is given, use a device with more memory, or --device cpu.";

    /// <summary>Whether an exception comes from a driver or from ILGPU.</summary>
    public static bool IsOfDevice(Exception exception) =>
        exception is AcceleratorException or DeviceMemoryException
            or CapabilityNotSupportedException or InternalCompilerException;

    /// <summary>Translates an exception into a failure of kind Device.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="device">The device.</param>
    /// <param name="memoryBytes">Its memory.</param>
    /// <param name="doing">What was being done, such as "to solve the rows".</param>
    public static GpuAlsException Translate(
        Exception exception, EngineDescription device, long memoryBytes, string doing)
    {
        var text = IsOutOfMemory(exception)
            ? $"{device} has {ByteSize.Text(memoryBytes)} of memory for gpuals, too little "
                + $"{doing}{Shortage(exception)}. {Remedy}"
            : $"{device} failed {doing}: {Message(exception)}. "
                + "Look at the driver with `gpuals devices`, or use --device cpu.";
        return new GpuAlsException(FailureKind.Device, text, exception);
    }

    private static string Message(Exception exception) =>
        exception is CLException cl ? cl.Error.ToString() : exception.Message.TrimEnd('.');

    private static string Shortage(Exception exception) => exception is DeviceMemoryException shortage
        ? $": {ByteSize.Text(shortage.NeededBytes)} more are needed, {ByteSize.Text(shortage.LeftBytes)} are left"
        : "";

    /// <summary>Whether the device, or the limit on its memory, is exhausted.</summary>
    public static bool IsOutOfMemory(Exception exception) => exception switch
    {
        DeviceMemoryException => true,
        CudaException cuda => cuda.Error == nameof(CudaError.CUDA_ERROR_OUT_OF_MEMORY) || cuda.Message.Contains(
            "out of memory", StringComparison.OrdinalIgnoreCase),
        CLException cl => cl.Error is CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE or CLError.CL_OUT_OF_RESOURCES
            or CLError.CL_INVALID_BUFFER_SIZE or CLError.CL_OUT_OF_HOST_MEMORY,
        _ => false,
    };
}

/// <summary>Does things on a device; what its driver throws becomes a failure of kind Device.</summary>
/// <param name="device">The device.</param>
/// <param name="memory">Its memory.</param>
internal sealed class DeviceWork(EngineDescription device, DeviceMemory memory)
{
    /// <summary>Does something.</summary>
    /// <param name="doing">What is done, such as "to solve the rows".</param>
    /// <param name="operation">Does it.</param>
    public T Do<T>(string doing, Func<T> operation) => Do(doing, operation, operation => operation());

    /// <summary>Does something with an input.</summary>
    /// <param name="doing">What is done.</param>
    /// <param name="input">What a lambda cannot capture, such as a span.</param>
    /// <param name="operation">Does it.</param>
    public void Do<TInput>(string doing, TInput input, Action<TInput> operation)
        where TInput : allows ref struct => Do(doing, input, input =>
    {
        operation(input);
        return true;
    });

    /// <summary>The same, with a result.</summary>
    public T Do<TInput, T>(string doing, TInput input, Func<TInput, T> operation)
        where TInput : allows ref struct
    {
        try
        {
            return operation(input);
        }
        catch (Exception exception) when (DeviceErrors.IsOfDevice(exception))
        {
            throw DeviceErrors.Translate(exception, device, memory.Bound, doing);
        }
    }
}
