using System.Globalization;
using System.Runtime.InteropServices;

namespace GpuAls.Bench;

/// <summary>What measured: the line above every table.</summary>
internal static class Machine
{
    private const double Gibibyte = 1 << 30;

    public static string Line { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"{ProcessorName.Read()}, {Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Gibibyte:F0} GiB; {RuntimeInformation.OSDescription}; {RuntimeInformation.FrameworkDescription}; gpuals {ProductVersion.Text}");
}
