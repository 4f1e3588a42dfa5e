using System.Globalization;

namespace GpuAls;

/// <summary>What the user asked to compute on.</summary>
/// <param name="Kind">Which kind of device.</param>
/// <param name="Index">Which one of its kind, from 0.</param>
public sealed record DeviceRequest(DeviceKind Kind, int Index = 0)
{
    /// <summary>The most bytes to take of the device's memory; null for what is free.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Why auto is to mean the processor; null where a GPU can do the work too.</summary>
    public string? WhyProcessor { get; init; }

    /// <summary>The forms that <see cref="Parse"/> takes.</summary>
    public const string Forms = "auto, cpu, cuda, cuda:N, opencl, opencl:N or emulated";

    /// <summary>Reads a request such as <c>cuda:1</c>.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: another text.</exception>
    public static DeviceRequest Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text switch
        {
            "auto" => new DeviceRequest(DeviceKind.Auto),
            "cpu" => new DeviceRequest(DeviceKind.Cpu),
            "cuda" => new DeviceRequest(DeviceKind.Cuda),
            "opencl" => new DeviceRequest(DeviceKind.OpenCl),
            "emulated" => new DeviceRequest(DeviceKind.Emulated),
            _ when Numbered(text, "cuda:") is { } index => new DeviceRequest(DeviceKind.Cuda, index),
            _ when Numbered(text, "opencl:") is { } index => new DeviceRequest(DeviceKind.OpenCl, index),
            _ => throw new GpuAlsException(FailureKind.Usage, $"--device is '{text}'; expected {Forms}."),
        };
    }

    private static int? Numbered(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.Ordinal)
        && int.TryParse(text.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;
}
