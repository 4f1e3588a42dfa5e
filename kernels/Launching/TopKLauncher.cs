using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>Launches the scoring of queries against all items.</summary>
public sealed class TopKLauncher
{
    private readonly AcceleratorStream _stream;
    private readonly Lazy<Action<AcceleratorStream, KernelConfig, TopKArguments>> _kernel;

    /// <param name="accelerator">Where to launch; the kernel is compiled when first needed.</param>
    public TopKLauncher(Accelerator accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        _stream = accelerator.DefaultStream;
        _kernel = KernelCatalog.TopK.LoadOn(accelerator);
    }

    /// <summary>Launches the search for the k best items of each query.</summary>
    public void Launch(in TopKArguments arguments)
    {
        if (arguments.QueryCount == 0) return;
        var groups = (arguments.QueryCount + TopKKernel.TileQueries - 1) / TopKKernel.TileQueries;
        _kernel.Value(_stream, new KernelConfig(groups, TopKKernel.GroupSize), arguments);
    }
}
