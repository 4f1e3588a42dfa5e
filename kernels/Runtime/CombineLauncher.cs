using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels;

/// <summary>Combines factor matrices element by element.</summary>
public sealed class CombineLauncher
{
    private const int MostGroups = 4096;

    private readonly AcceleratorStream _stream;
    private readonly DeviceKernel<CombineArguments> _kernel;

    /// <param name="accelerator">The device. The kernel is compiled when first needed.</param>
    public CombineLauncher(Accelerator accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        _stream = accelerator.DefaultStream;
        _kernel = KernelCatalog.Combine.LoadOn(accelerator);
    }

    /// <summary>The kernel.</summary>
    public DeviceKernel Kernel => _kernel;

    /// <summary>target ← a·x + b·y. Returns when it is done, since copies go through other streams.</summary>
    /// <param name="target">[length]; may be one of the others.</param>
    /// <param name="a">Factor of x.</param>
    /// <param name="x">[length].</param>
    /// <param name="b">Factor of y.</param>
    /// <param name="y">[length].</param>
    public void Launch(ArrayView<Float4> target, float a, ArrayView<Float4> x, float b, ArrayView<Float4> y)
    {
        if (target.Length == 0) return;
        var groups = Math.Min((target.Length + CombineKernel.GroupSize - 1) / CombineKernel.GroupSize, MostGroups);
        _kernel.Launch(
            _stream,
            new KernelConfig((int)groups, CombineKernel.GroupSize),
            new CombineArguments { Target = target, X = x, Y = y, A = a, B = b });
        _stream.Synchronize();
    }
}
