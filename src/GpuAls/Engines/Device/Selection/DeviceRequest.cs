using System.Globalization;
using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>The device that the user requested.</summary>
/// <param name="Kind">Kind of device.</param>
/// <param name="Index">
/// Index among the devices of its kind; null for the first one, or for one each where several processes of a machine
/// ask.
/// </param>
internal sealed record DeviceRequest(DeviceKind Kind, int? Index = null)
{
    /// <summary>Which process of the machine asks.</summary>
    public LocalProcess Process { get; init; } = LocalProcess.Alone;

    /// <summary>Maximum bytes of device memory to use; null for all that is free.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Why auto is to mean the CPU; null where a GPU can do the work too.</summary>
    public string? WhyCpu { get; init; }

    /// <summary>The request as <see cref="Parse"/> reads it.</summary>
    internal string Text =>
        Index is null or 0 ? Words.Of(Kind) : string.Create(CultureInfo.InvariantCulture, $"{Words.Of(Kind)}:{Index}");

    /// <summary>The forms that <see cref="Parse"/> accepts.</summary>
    public const string Forms = "auto, cpu, cuda, cuda:N, opencl, opencl:N or emulated";

    /// <summary>Parses a request such as <c>cuda:1</c>.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: the text has another form.</exception>
    public static DeviceRequest Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(':');
        var isKnown = Words.TryParse<DeviceKind>(parts[0], out var kind);
        if (isKnown && parts.Length == 1) return new DeviceRequest(kind);
        if (isKnown && parts.Length == 2 && kind is DeviceKind.Cuda or DeviceKind.OpenCl
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            return new DeviceRequest(kind, index);
        throw new GpuAlsException(FailureKind.Usage, $"--device is '{text}'; expected {Forms}.");
    }
}

/// <summary>One of the processes of a job that run on one machine.</summary>
/// <param name="Rank">Which of them, from 0.</param>
/// <param name="Count">How many there are.</param>
internal sealed record LocalProcess(int Rank, int Count)
{
    private const string OnlineProcessors = "/sys/devices/system/cpu/online";

    /// <summary>The only one.</summary>
    public static LocalProcess Alone { get; } = new(0, 1);

    /// <summary>
    /// Threads for the host engine: the CPUs that the launcher bound this process to, else its part of all.
    /// </summary>
    public int Threads
    {
        get
        {
            var usable = Environment.ProcessorCount;
            return usable * Count <= Online() ? usable : Math.Max(1, usable / Count);
        }
    }

    /// <summary>CPUs of the machine, whether this process may use them or not; 0 where that is not known.</summary>
    private static int Online()
    {
        if (!File.Exists(OnlineProcessors)) return 0;
        return File.ReadAllText(OnlineProcessors).Trim().Split(',').Sum(range =>
            range.Split('-') is [var first, var last]
                ? int.Parse(last, CultureInfo.InvariantCulture) - int.Parse(first, CultureInfo.InvariantCulture) + 1
                : 1);
    }
}

/// <summary>Kinds of devices.</summary>
[JsonConverter(typeof(WordConverter<DeviceKind>))]
internal enum DeviceKind
{
    /// <summary>CUDA if usable, otherwise a GPU through OpenCL, otherwise the CPU.</summary>
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

    /// <summary>
    /// The device kernels, emulated on the CPU. For tests: thousands of times slower than <see cref="Cpu"/>.
    /// </summary>
    [JsonStringEnumMemberName("emulated")]
    Emulated,
}
