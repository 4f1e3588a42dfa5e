namespace GpuAls;

/// <summary>
/// What Linux knows of an NVIDIA GPU whose driver library is missing, so that an error can say what to install. Other
/// systems have no such files, and nothing is said of them.
/// </summary>
/// <param name="root">The root of the file system; another one in tests.</param>
internal sealed class NvidiaDriver(string root)
{
    private const string VendorId = "0x10de";
    private const string DisplayClass = "0x03";
    private const string Toolkit = "run the container with --gpus all and NVIDIA_DRIVER_CAPABILITIES=compute,utility";

    private bool IsContainer => File.Exists(At(".dockerenv")) || File.Exists(At("run/.containerenv"));

    private bool IsOnBus => Directory.Exists(At("sys/bus/pci/devices"))
        && Directory.EnumerateDirectories(At("sys/bus/pci/devices")).Any(IsNvidiaDisplay);

    private string Packages => Version is { } version
        ? $"install libcuda1 (Debian) or libnvidia-compute-{version.Split('.')[0]} (Ubuntu), version {version} like "
            + "the kernel module"
        : "install libcuda1 (Debian) or libnvidia-compute (Ubuntu), in the version of the kernel module";

    /// <summary>The version of the kernel module, such as 570.86.15.</summary>
    private string? Version => Read(At("proc/driver/nvidia"), "version").Split(' ', '\n')
        .FirstOrDefault(word => System.Version.TryParse(word, out _));

    /// <summary>Why CUDA cannot be used although there is a GPU, and what to do; null if there is no GPU.</summary>
    public string? WhyMissing()
    {
        if (Directory.Exists(At("dev")) && Directory.EnumerateFileSystemEntries(At("dev"), "nvidia?").Any(IsNumbered))
            return "there is an NVIDIA GPU (/dev/nvidia0), but the driver's library libcuda.so.1 isn't installed; "
                + (IsContainer ? Toolkit : Packages);
        return IsOnBus
            ? "there is an NVIDIA GPU, but its driver isn't loaded; "
                + (IsContainer ? "run the container with --gpus all" : "install the NVIDIA driver and restart")
            : null;
    }

    private static bool IsNvidiaDisplay(string device) => Read(device, "vendor") == VendorId
        && Read(device, "class").StartsWith(DisplayClass, StringComparison.Ordinal);

    private static bool IsNumbered(string path) => char.IsAsciiDigit(path[^1]);

    private static string Read(string folder, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, file)).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private string At(string path) => Path.Combine(root, path);
}
