namespace GpuAls.Tests.Engines.Device;

public sealed class AvailableMemoryTests
{
    [TestCase(16_000_000_000, 16_000_000_000, 15_463_129_088)]
    [TestCase(1_600_000_000, 1_600_000_000, 1_500_000_000)]
    [TestCase(300_000_000, 16_000_000_000, 0)]
    public void Of_FreeMemory_KeepsSomeBackAndIsNeverNegative(long free, long size, long available) =>
        Assert.That(AvailableMemory.Of(free, size), Is.EqualTo(available));
}
