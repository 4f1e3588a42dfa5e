using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels;

/// <summary>Computes YᵀY on the device and copies it to the host.</summary>
public sealed class GramianLauncher : IDisposable
{
    private const int MaximumStageFloat4s = 2_048;
    private const int MaximumTeams = 8;
    private const int MinimumTeamRows = 64;
    private const int MaximumGroups = 256;
    private const int ElementsOfTile = Tile8.Width * Tile8.Width;
    internal const int MaximumGroupSize = 256;
    internal const int ReduceGroupSize = 128;
    private const long MaximumPartials = 8L << 20;

    private readonly Accelerator _accelerator;
    private readonly DeviceKernel<GramianArguments> _slices;
    private readonly DeviceKernel<GramianArguments> _blockSlices;
    private readonly DeviceKernel<GramianArguments> _reduce;
    private readonly ReusableBuffer<Double4> _partials;
    private readonly ReusableBuffer<double> _gramian;

    /// <param name="accelerator">The device. Kernels are compiled when first needed.</param>
    public GramianLauncher(Accelerator accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        _accelerator = accelerator;
        _partials = new ReusableBuffer<Double4>(accelerator);
        _gramian = new ReusableBuffer<double>(accelerator);
        _slices = KernelCatalog.GramianSlices.LoadOn(accelerator);
        _blockSlices = KernelCatalog.GramianBlockSlices.LoadOn(accelerator);
        _reduce = KernelCatalog.GramianReduce.LoadOn(accelerator);
    }

    /// <summary>The kernels for a rank.</summary>
    public IEnumerable<DeviceKernel> Kernels(int rank4) =>
        [Plan.For(_accelerator, 1, rank4).IsInBlocks ? _blockSlices : _slices, _reduce];

    /// <summary>YᵀY over some rows, with the same bits whether they are on the device all at once or not.</summary>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="rank4">Float4s in a row.</param>
    /// <param name="windowRows">
    /// Rows that are on the device at a time, at least <see cref="SliceRows"/>; all of them in one window if possible.
    /// </param>
    /// <param name="window">
    /// Gives rows, [count, rank4], by the first of them and their number; those of the window before may be gone.
    /// </param>
    /// <param name="gramian">[4·rank4, 4·rank4]; both triangles are written.</param>
    public void Sum(
        int rowCount, int rank4, int windowRows, Func<int, int, ArrayView<Float4>> window, Span<double> gramian)
    {
        ArgumentNullException.ThrowIfNull(window);
        var plan = Plan.For(_accelerator, rowCount, rank4);
        var sliceRows = plan.SliceRows(rowCount);
        var partials = _partials.Take(plan.Partials);
        var arguments = new GramianArguments
        {
            Gramian = _gramian.Take(gramian.Length),
            SliceRows = sliceRows,
            SliceCount = plan.Groups * plan.Teams,
            Teams = plan.Teams,
            Rank4 = rank4,
            Block8 = plan.Block8,
        };
        var stream = _accelerator.DefaultStream;
        var slices = plan.IsInBlocks ? _blockSlices : _slices;
        var windowGroups = Math.Clamp(windowRows / sliceRows, 1, plan.Groups);
        for (var group = 0; group < plan.Groups; group += windowGroups)
        {
            var groups = Math.Min(windowGroups, plan.Groups - group);
            var first = Math.Min(group * sliceRows, rowCount); // the last slices may be empty
            arguments.RowCount = Math.Min(groups * sliceRows, rowCount - first);
            arguments.Factors = window(first, arguments.RowCount);
            arguments.Partials = partials.SubView(plan.Partials / plan.Groups * group);
            slices.Launch(stream, plan.Config(groups, rank4 / 2), arguments);
        }

        arguments.Partials = partials;
        var reduceGroups = ((ElementsOfTile * plan.Tiles) + ReduceGroupSize - 1) / ReduceGroupSize;
        _reduce.Launch(stream, new KernelConfig(reduceGroups, ReduceGroupSize), arguments);
        Transfer.ToHost(arguments.Gramian, gramian);
    }

    /// <summary>Rows that are summed together, and so must be on the device at a time.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="rank4">Float4s in a row.</param>
    public static int SliceRows(Accelerator accelerator, int rowCount, int rank4)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        return Plan.For(accelerator, rowCount, rank4).SliceRows(rowCount);
    }

    /// <summary>Upper bound on the device memory kept for matrices of up to this many rows, in bytes.</summary>
    internal static long ScratchBytes(Accelerator accelerator, int rowCount, int rank4)
    {
        var rank = (long)rank4 * Float4.Width;
        var partials = Plan.For(accelerator, rowCount, rank4).Partials * Float4.Width;
        return (partials + (rank * rank)) * sizeof(double);
    }

    /// <summary>Frees the device memory kept between launches; the next launch allocates it again.</summary>
    public void Release()
    {
        _partials.Dispose();
        _gramian.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => Release();

    /// <summary>
    /// How the rows are split. Depends only on the shape and the device's largest group, so that a device always sums
    /// in the same order.
    /// </summary>
    /// <param name="Tiles">Tiles of the lower triangle.</param>
    /// <param name="Teams">Teams per group.</param>
    /// <param name="GroupSize">Threads per group.</param>
    /// <param name="Groups">Slices of the rows.</param>
    /// <param name="Block8">Eights of factors in a block; 0 if a group stages whole rows.</param>
    private readonly record struct Plan(int Tiles, int Teams, int GroupSize, int Groups, int Block8)
    {
        /// <summary>Whether rows are staged block by block.</summary>
        public bool IsInBlocks => Block8 > 0;

        /// <summary>Number of Double4s for all slices.</summary>
        public long Partials => (long)ElementsOfTile / Float4.Width * Tiles * Groups * Teams;

        public static Plan For(Accelerator accelerator, int rowCount, int rank4)
        {
            var tiles = TriangleIndex.Count(rank4 / 2);
            var largest = Math.Min(MaximumGroupSize, LaunchPlan.LargestGroup(accelerator));
            var teamLength = 2 * GramianStage.HalfLength(rank4 / 2);
            var teams = Math.Clamp(Math.Min(largest / tiles, MaximumStageFloat4s / teamLength), 1, MaximumTeams);
            var affordable = (int)Math.Max(1, MaximumPartials / ((long)ElementsOfTile * tiles * teams));
            var groups = Math.Clamp(rowCount / (MinimumTeamRows * teams), 1, Math.Min(MaximumGroups, affordable));
            if (teamLength * Float4.Bytes <= LaunchPlan.SharedBytes(accelerator))
                return new Plan(tiles, teams, Math.Min(LaunchPlan.GroupSize(teams * tiles), largest), groups, 0);
            var block8 = (int)Math.Sqrt(largest);
            return new Plan(tiles, 1, LaunchPlan.GroupSize(block8 * block8), groups, block8);
        }

        /// <summary>Rows of a slice; the last one may be shorter.</summary>
        public int SliceRows(int rowCount) => Math.Max(1, (rowCount + Groups - 1) / Groups);

        /// <summary>The launch of some slices.</summary>
        public KernelConfig Config(int groups, int rank8)
        {
            var blocks = IsInBlocks ? TriangleIndex.Count((rank8 + Block8 - 1) / Block8) : 0;
            var grid = new Index2D(groups, IsInBlocks ? blocks : (Tiles + GroupSize - 1) / GroupSize);
            var staged = IsInBlocks ? 4 * GramianStage.HalfLength(Block8) : 2 * Teams * GramianStage.HalfLength(rank8);
            return new KernelConfig(grid, new Index2D(GroupSize, 1), LaunchPlan.Shared(staged));
        }
    }
}
