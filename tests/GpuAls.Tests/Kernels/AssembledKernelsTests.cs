using GpuAls.Bench.Kernels;
using GpuAls.Kernels;

namespace GpuAls.Tests.Kernels;

/// <summary>What ptxas makes of every kernel on every supported architecture.</summary>
[Category("Assembled")]
public sealed class AssembledKernelsTests
{
    private static IEnumerable<TestCaseData> Kernels =>
        KernelCatalog.All.Select(kernel => new TestCaseData(kernel).SetArgDisplayNames(kernel.Name));

    private static IEnumerable<TestCaseData> MultiplyingKernels =>
        new[] { KernelCatalog.RowSolve, KernelCatalog.PanelRowSolve, KernelCatalog.SegmentSums }.Select(
            kernel => new TestCaseData(kernel).SetArgDisplayNames(kernel.Name));

    [TestCaseSource(nameof(Kernels))]
    public void Kernel_OnEveryArchitecture_SpillsNothing(KernelDefinition kernel)
    {
        if (!CudaTools.AreThere) Assert.Ignore("ptxas and nvdisasm are not on the PATH.");

        var spilled = StaticReport.ArchitecturesOf(kernel)
            .Select(architecture => (architecture, StaticReport.Resources(kernel, architecture)))
            .Where(assembled => assembled.Item2.SpillBytes > 0 || assembled.Item2.StackBytes > 0);

        Assert.That(spilled, Is.Empty);
    }

    [TestCaseSource(nameof(MultiplyingKernels))]
    public void Kernel_LoopThatMultiplies_IsThreeQuartersMultiplications(KernelDefinition kernel)
    {
        if (!CudaTools.AreThere) Assert.Ignore("ptxas and nvdisasm are not on the PATH.");

        var shares = StaticReport.Architectures.Select(
            architecture => StaticReport.FmaShareOfBestLoop(kernel, architecture));

        Assert.That(shares, Is.All.GreaterThanOrEqualTo(0.75));
    }
}
