using System.Globalization;

namespace GpuAls;

/// <summary>What the user asked to compute on.</summary>
/// <param name="Kind">Which kind of device.</param>
/// <param name="Index">Which one of its kind, from 0.</param>
public sealed record DeviceRequest(DeviceKind Kind, int Index = 0)
{
    /// <summary>The most bytes to take of the device's memory; null for what is free.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Why auto is to mean the CPU; null where a GPU can do the work too.</summary>
    public string? WhyCpu { get; init; }

    /// <summary>The request as <see cref="Parse"/> reads it.</summary>
    internal string Text => Index == 0 ? Words.Of(Kind) : string.Create(CultureInfo.InvariantCulture, $"{Words.Of(Kind)}:{Index}");

    /// <summary>The forms that <see cref="Parse"/> takes.</summary>
    public const string Forms = "auto, cpu, cuda, cuda:N, opencl, opencl:N or emulated";

    /// <summary>Reads a request such as <c>cuda:1</c>.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: another text.</exception>
    public static DeviceRequest Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(':');
        var isKnown = Words.TryParse<DeviceKind>(parts[0], out var kind);
        if (isKnown && parts.Length == 1) return new DeviceRequest(kind);
        if (isKnown && parts.Length == 2 && kind is DeviceKind.Cuda or DeviceKind.OpenCl
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index)) return new DeviceRequest(kind, index);
        throw new GpuAlsException(FailureKind.Usage, $"--device is '{text}'; expected {Forms}.");
    }
}
