using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>Sums YᵀY on the device and brings it back.</summary>
public sealed class GramianLauncher : IDisposable
{
    private const int MaximumStageRows = 32;
    private const int MinimumSliceRows = 256;
    internal const int MaximumGroupSize = 256;
    internal const int ReduceGroupSize = 128;
    private const long MaximumPartials = 8L << 20;

    private readonly Accelerator _accelerator;
    private readonly Lazy<Action<AcceleratorStream, KernelConfig, GramianArguments>> _slices;
    private readonly Lazy<Action<AcceleratorStream, KernelConfig, GramianArguments>> _reduce;
    private readonly ReusableBuffer<double> _partials;
    private readonly ReusableBuffer<double> _gramian;

    /// <param name="accelerator">Where to launch; kernels are compiled when first needed.</param>
    public GramianLauncher(Accelerator accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        _accelerator = accelerator;
        _partials = new ReusableBuffer<double>(accelerator);
        _gramian = new ReusableBuffer<double>(accelerator);
        _slices = KernelCatalog.GramianSlices.LoadOn(accelerator);
        _reduce = KernelCatalog.GramianReduce.LoadOn(accelerator);
    }

    /// <summary>YᵀY over some rows.</summary>
    /// <param name="factors">[all rows, rank4].</param>
    /// <param name="firstRow">First row of the sum.</param>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="rank4">Float4s in a row.</param>
    /// <param name="gramian">[4·rank4, 4·rank4], both triangles are written.</param>
    public void Sum(ArrayView<Float4> factors, int firstRow, int rowCount, int rank4, Span<double> gramian)
    {
        var tiles = TriangleIndex.Count(rank4);
        var slices = SliceCount(rowCount, tiles);
        var arguments = new GramianArguments
        {
            Factors = factors,
            Partials = _partials.Take(16L * tiles * slices),
            Gramian = _gramian.Take(gramian.Length),
            FirstRow = firstRow,
            RowCount = rowCount,
            SliceRows = (rowCount + slices - 1) / slices,
            SliceCount = slices,
            Rank4 = rank4,
            StageRows = LaunchPlan.StageRows(_accelerator, rank4, MaximumStageRows),
        };
        var group = Math.Min(LaunchPlan.GroupSize(tiles), Math.Min(MaximumGroupSize, LaunchPlan.LargestGroup(_accelerator)));
        var grid = new Index2D(slices, (tiles + group - 1) / group);
        _slices.Value(_accelerator.DefaultStream, new KernelConfig(grid, new Index2D(group, 1), LaunchPlan.Shared(arguments.StageRows * rank4)), arguments);
        _reduce.Value(_accelerator.DefaultStream, new KernelConfig(((16 * tiles) + ReduceGroupSize - 1) / ReduceGroupSize, ReduceGroupSize), arguments);
        Transfer.ToHost(arguments.Gramian, gramian);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _partials.Dispose();
        _gramian.Dispose();
    }

    /// <summary>Depends on the shape alone, so that a device sums in the same order each time.</summary>
    private static int SliceCount(int rowCount, int tiles)
    {
        var affordable = (int)Math.Max(1, MaximumPartials / (16L * tiles));
        return Math.Clamp(rowCount / MinimumSliceRows, 1, Math.Min(256, affordable));
    }
}
