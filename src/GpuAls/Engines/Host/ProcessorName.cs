namespace GpuAls;

/// <summary>What the processor calls itself.</summary>
internal static class ProcessorName
{
    private const string LinuxFile = "/proc/cpuinfo";
    private const string LinuxKey = "model name";

    public static string Read()
    {
        try
        {
            var line = OperatingSystem.IsLinux()
                ? File.ReadLines(LinuxFile).FirstOrDefault(line => line.StartsWith(LinuxKey, StringComparison.Ordinal))
                : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
            return line?.Split(':', 2)[^1].Trim() ?? Unknown();
        }
        catch (IOException)
        {
            return Unknown();
        }
    }

    private static string Unknown() => System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
}
