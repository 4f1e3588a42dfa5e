using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>Sums YᵀY on the device and brings it back.</summary>
public sealed class GramianLauncher : IDisposable
{
    private const int MaximumStageFloat4s = 2_048;
    private const int MaximumTeams = 8;
    private const int MinimumTeamRows = 64;
    private const int ElementsOfTile = Tile8.Width * Tile8.Width;
    internal const int MaximumGroupSize = 256;
    internal const int ReduceGroupSize = 128;
    private const long MaximumPartials = 8L << 20;

    private readonly Accelerator _accelerator;
    private readonly Lazy<Action<AcceleratorStream, KernelConfig, GramianArguments>> _slices;
    private readonly Lazy<Action<AcceleratorStream, KernelConfig, GramianArguments>> _reduce;
    private readonly ReusableBuffer<Double4> _partials;
    private readonly ReusableBuffer<double> _gramian;

    /// <param name="accelerator">Where to launch; kernels are compiled when first needed.</param>
    public GramianLauncher(Accelerator accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        _accelerator = accelerator;
        _partials = new ReusableBuffer<Double4>(accelerator);
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
        var tiles = TriangleIndex.Count(rank4 / 2);
        var largest = Math.Min(MaximumGroupSize, LaunchPlan.LargestGroup(_accelerator));
        var teamFloat4s = 2 * GramianStage.HalfLength(rank4 / 2);
        var teams = Math.Clamp(Math.Min(largest / tiles, MaximumStageFloat4s / teamFloat4s), 1, MaximumTeams);
        var group = Math.Min(LaunchPlan.GroupSize(teams * tiles), largest);
        var groups = GroupCount(rowCount, tiles, teams);
        var arguments = new GramianArguments
        {
            Factors = factors,
            Partials = _partials.Take((long)ElementsOfTile / Float4.Width * tiles * groups * teams),
            Gramian = _gramian.Take(gramian.Length),
            FirstRow = firstRow,
            RowCount = rowCount,
            SliceRows = (rowCount + groups - 1) / groups,
            SliceCount = groups * teams,
            Teams = teams,
            Rank4 = rank4,
        };
        var grid = new Index2D(groups, (tiles + group - 1) / group);
        _slices.Value(_accelerator.DefaultStream, new KernelConfig(grid, new Index2D(group, 1), LaunchPlan.Shared(teams * teamFloat4s)), arguments);
        _reduce.Value(_accelerator.DefaultStream, new KernelConfig(((ElementsOfTile * tiles) + ReduceGroupSize - 1) / ReduceGroupSize, ReduceGroupSize), arguments);
        Transfer.ToHost(arguments.Gramian, gramian);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _partials.Dispose();
        _gramian.Dispose();
    }

    /// <summary>Depends on the shape and the device's largest group alone, so that a device sums in the same order each time.</summary>
    private static int GroupCount(int rowCount, int tiles, int teams)
    {
        var affordable = (int)Math.Max(1, MaximumPartials / ((long)ElementsOfTile * tiles * teams));
        return Math.Clamp(rowCount / (MinimumTeamRows * teams), 1, Math.Min(256, affordable));
    }
}
