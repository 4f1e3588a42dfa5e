using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels;

/// <summary>Sums over rows in fp64.</summary>
public sealed class LossLauncher : IDisposable
{
    private const int MostGroups = 512;

    private readonly AcceleratorStream _stream;
    private readonly DeviceKernel<LossArguments> _firstSegments;
    private readonly DeviceKernel<LossArguments> _laterSegments;
    private readonly DeviceKernel<LossArguments> _rowTotals;
    private readonly DeviceKernel<NormArguments> _squaredNorm;
    private readonly ReusableBuffer<double> _partials;
    private readonly ReusableBuffer<double> _rowSums;
    private readonly ReusableBuffer<double> _segmentSums;

    /// <param name="accelerator">The device. Kernels are compiled when first needed.</param>
    public LossLauncher(Accelerator accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        _stream = accelerator.DefaultStream;
        _partials = new ReusableBuffer<double>(accelerator);
        _rowSums = new ReusableBuffer<double>(accelerator);
        _segmentSums = new ReusableBuffer<double>(accelerator);
        _firstSegments = KernelCatalog.LossFirstSegments.LoadOn(accelerator);
        _laterSegments = KernelCatalog.LossLaterSegments.LoadOn(accelerator);
        _rowTotals = KernelCatalog.LossRowTotals.LoadOn(accelerator);
        _squaredNorm = KernelCatalog.SquaredNorm.LoadOn(accelerator);
    }

    /// <summary>The kernel of <see cref="SquaredNorm"/>.</summary>
    public DeviceKernel NormKernel => _squaredNorm;

    /// <summary>Upper bound on the device memory kept, in bytes.</summary>
    internal static long ScratchBytes(int rowCount, long entryCount) =>
        sizeof(double)
        * (MostGroups + Math.Max(1L, rowCount) + Math.Max(1, Groups(entryCount, LossKernels.SegmentPlays)));

    /// <summary>
    /// Σ rhs·(1 - x·y)² + (gram - rhs)·(x·y)² over the plays of each row. The bits of a row's sum depend only on its
    /// own plays and factors.
    /// </summary>
    /// <param name="arguments">The arguments; the sums are set here.</param>
    /// <param name="rowSums">[rows].</param>
    public void Plays(LossArguments arguments, Span<double> rowSums)
    {
        if (arguments.RowCount == 0) return;
        var windows = Groups(arguments.Indices.Length, LossKernels.SegmentPlays);
        arguments.RowSums = _rowSums.Take(arguments.RowCount);
        arguments.SegmentSums = _segmentSums.Take(windows);
        _firstSegments.Launch(_stream, Config(Groups(arguments.RowCount, LossKernels.Teams)), arguments);
        if (windows > 0) _laterSegments.Launch(_stream, Config(windows), arguments);
        _rowTotals.Launch(_stream, Config(Groups(arguments.RowCount, LossKernels.GroupSize)), arguments);
        Transfer.ToHost(arguments.RowSums, rowSums);
    }

    /// <summary>Σ weight[row]·|x[row]|².</summary>
    /// <param name="factors">[rows, rank4].</param>
    /// <param name="weights">[rows].</param>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="rank4">Float4s in a row.</param>
    public double SquaredNorm(ArrayView<Float4> factors, ArrayView<float> weights, int rowCount, int rank4)
    {
        if (rowCount == 0) return 0;
        var groups = Math.Clamp(rowCount / LossKernels.GroupSize, 1, MostGroups);
        var partials = _partials.Take(groups);
        var arguments = new NormArguments
        {
            Factors = factors,
            Weights = weights.SubView(0, rowCount),
            Partials = partials,
            Rank4 = rank4,
        };
        _squaredNorm.Launch(_stream, Config(groups), arguments);
        return Total(partials);
    }

    /// <summary>Frees the device memory kept between launches; the next launch allocates it again.</summary>
    public void Release()
    {
        _partials.Dispose();
        _rowSums.Dispose();
        _segmentSums.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => Release();

    private static int Groups(long work, int each) => (int)((work + each - 1) / each);

    private static KernelConfig Config(int groups) => new(groups, LossKernels.GroupSize);

    private static double Total(ArrayView<double> partials)
    {
        var sums = new double[partials.Length];
        Transfer.ToHost(partials, sums);
        double total = 0;
        foreach (var sum in sums) total += sum;
        return total;
    }
}
