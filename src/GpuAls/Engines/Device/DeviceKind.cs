using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>Kinds of devices.</summary>
[JsonConverter(typeof(WordConverter<DeviceKind>))]
public enum DeviceKind
{
    /// <summary>CUDA where it is usable, else a GPU through OpenCL, else the CPU.</summary>
    [JsonStringEnumMemberName("auto")]
    Auto,

    /// <summary>The host engine: SIMD on all cores.</summary>
    [JsonStringEnumMemberName("cpu")]
    Cpu,

    /// <summary>An NVIDIA GPU.</summary>
    [JsonStringEnumMemberName("cuda")]
    Cuda,

    /// <summary>A device with an OpenCL driver.</summary>
    [JsonStringEnumMemberName("opencl")]
    OpenCl,

    /// <summary>The device kernels run by an emulator on the CPU: for tests, thousands of times slower than <see cref="Cpu"/>.</summary>
    [JsonStringEnumMemberName("emulated")]
    Emulated,
}
