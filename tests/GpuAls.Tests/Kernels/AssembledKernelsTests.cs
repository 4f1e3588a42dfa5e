using GpuAls.Bench.Kernels;
using GpuAls.Kernels.Launching;

namespace GpuAls.Tests.Kernels;

/// <summary>What ptxas makes of every kernel on every architecture that the README names.</summary>
[Category("Assembled")]
public sealed class AssembledKernelsTests
{
    private static IEnumerable<TestCaseData> Kernels => KernelCatalog.All.Select(kernel => new TestCaseData(kernel).SetArgDisplayNames(kernel.Name));

    [TestCaseSource(nameof(Kernels))]
    public void Kernel_OnEveryArchitecture_SpillsNothing(KernelDefinition kernel)
    {
        if (!CudaTools.AreThere) Assert.Ignore("ptxas and nvdisasm are not on the PATH.");

        var spilled = StaticReport.ArchitecturesOf(kernel).Select(architecture => (architecture, StaticReport.Resources(kernel, architecture)))
            .Where(assembled => assembled.Item2.SpillBytes > 0 || assembled.Item2.StackBytes > 0);

        Assert.That(spilled, Is.Empty);
    }
}
