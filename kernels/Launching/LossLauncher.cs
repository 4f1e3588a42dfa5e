using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>Sums over rows in fp64: a sum a group on the device, those in their order on the host.</summary>
public sealed class LossLauncher : IDisposable
{
    private const int Groups = 512;

    private readonly AcceleratorStream _stream;
    private readonly Lazy<Action<AcceleratorStream, KernelConfig, LossArguments>> _plays;
    private readonly Lazy<Action<AcceleratorStream, KernelConfig, NormArguments>> _squaredNorm;
    private readonly ReusableBuffer<double> _partials;

    /// <param name="accelerator">Where to launch; kernels are compiled when first needed.</param>
    public LossLauncher(Accelerator accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        _stream = accelerator.DefaultStream;
        _partials = new ReusableBuffer<double>(accelerator);
        _plays = KernelCatalog.Loss.LoadOn(accelerator);
        _squaredNorm = KernelCatalog.SquaredNorm.LoadOn(accelerator);
    }

    /// <summary>Σ rhs·(1 - x·y)² + (gram - rhs)·(x·y)² over all plays.</summary>
    /// <param name="arguments">All but <see cref="LossArguments.Partials"/>, which is kept here.</param>
    public double Plays(LossArguments arguments)
    {
        var groups = Math.Clamp(arguments.RowCount, 1, Groups);
        arguments.Partials = _partials.Take(groups);
        _plays.Value(_stream, new KernelConfig(groups, LossKernels.GroupSize), arguments);
        return Total(arguments.Partials);
    }

    /// <summary>Σ weight[row]·|x[row]|².</summary>
    /// <param name="factors">[rows, rank4].</param>
    /// <param name="weights">[rows].</param>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="rank4">Float4s in a row.</param>
    public double SquaredNorm(ArrayView<Float4> factors, ArrayView<float> weights, int rowCount, int rank4)
    {
        if (rowCount == 0) return 0;
        var groups = Math.Clamp(rowCount / LossKernels.GroupSize, 1, Groups);
        var partials = _partials.Take(groups);
        var arguments = new NormArguments { Factors = factors, Weights = weights.SubView(0, rowCount), Partials = partials, Rank4 = rank4 };
        _squaredNorm.Value(_stream, new KernelConfig(groups, LossKernels.GroupSize), arguments);
        return Total(partials);
    }

    /// <inheritdoc/>
    public void Dispose() => _partials.Dispose();

    private static double Total(ArrayView<double> partials)
    {
        var sums = new double[partials.Length];
        Transfer.ToHost(partials, sums);
        double total = 0;
        foreach (var sum in sums) total += sum;
        return total;
    }
}
