namespace GpuAls.Tests.Engines.Device;

/// <summary>What is said of an NVIDIA GPU whose driver library is missing.</summary>
public sealed class NvidiaDriverTests
{
    private TempFolder _root = null!;

    [SetUp]
    public void MakeRoot() => _root = new TempFolder();

    [TearDown]
    public void RemoveRoot() => _root.Dispose();

    [Test]
    public void WhyMissing_NoGpu_SaysNothing()
    {
        Write("dev/nvidiactl", "");
        Write("sys/bus/pci/devices/0000:00:02.0/vendor", "0x8086\n");
        Write("sys/bus/pci/devices/0000:00:02.0/class", "0x030000\n");

        Assert.That(new NvidiaDriver(_root.Root).WhyMissing(), Is.Null);
        Assert.That(new NvidiaDriver(_root.At("absent")).WhyMissing(), Is.Null);
    }

    [Test]
    public void WhyMissing_DeviceFileWithoutLibrary_NamesThePackages()
    {
        Write("dev/nvidia0", "");
        Write(
            "proc/driver/nvidia/version",
            "NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.86.15  Thu Jan 23 2025\nGCC version:  12.2.0\n");

        Assert.That(new NvidiaDriver(_root.Root).WhyMissing(), Is.EqualTo(
            "there is an NVIDIA GPU (/dev/nvidia0), but the driver's library libcuda.so.1 isn't installed; install "
            + "libcuda1 (Debian) or libnvidia-compute-570 (Ubuntu), version 570.86.15 like the kernel module"));
    }

    [Test]
    public void WhyMissing_DeviceFileInContainer_NamesTheToolkit()
    {
        Write("dev/nvidia0", "");
        Write(".dockerenv", "");

        Assert.That(
            new NvidiaDriver(_root.Root).WhyMissing(), Does.EndWith("NVIDIA_DRIVER_CAPABILITIES=compute,utility"));
    }

    [Test]
    public void WhyMissing_OnlyOnTheBus_SaysThatNoDriverIsLoaded()
    {
        Write("sys/bus/pci/devices/0000:00:1e.0/vendor", "0x10de\n");
        Write("sys/bus/pci/devices/0000:00:1e.0/class", "0x030200\n");

        Assert.That(new NvidiaDriver(_root.Root).WhyMissing(), Does.Contain("install the NVIDIA driver"));
    }

    [Test]
    public void WhyMissing_SoundCardOfNvidia_IsNoGpu()
    {
        Write("sys/bus/pci/devices/0000:00:1e.1/vendor", "0x10de\n");
        Write("sys/bus/pci/devices/0000:00:1e.1/class", "0x040300\n");

        Assert.That(new NvidiaDriver(_root.Root).WhyMissing(), Is.Null);
    }

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root.At(file))!);
        File.WriteAllText(_root.At(file), text);
    }
}
