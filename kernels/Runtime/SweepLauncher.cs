using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels;

/// <summary>
/// Launches sweeps of iALS++: for each block of factors the right sides, the exact solve of the block for all rows, the
/// step, and what it changes in the scores.
/// </summary>
public sealed class SweepLauncher : IDisposable
{
    private const int MostGroups = 4096;

    private readonly Accelerator _accelerator;
    private readonly RowSolveLauncher _rowSolve;
    private readonly DeviceKernel<SweepArguments> _pack;
    private readonly DeviceKernel<SweepArguments> _gradient;
    private readonly DeviceKernel<SweepArguments> _plays;
    private readonly DeviceKernel<SweepArguments> _scores;
    private readonly DeviceKernel<SweepArguments> _step;
    private readonly ReusableBuffer<Float4> _packed;
    private readonly ReusableBuffer<Float4> _right;
    private readonly ReusableBuffer<Float4> _steps;
    private readonly ReusableBuffer<float> _scoresOfPlays;
    private readonly ReusableBuffer<int> _status;

    /// <param name="accelerator">The device. Kernels are compiled when first needed.</param>
    /// <param name="rowSolve">Solves the blocks.</param>
    public SweepLauncher(Accelerator accelerator, RowSolveLauncher rowSolve)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        (_accelerator, _rowSolve) = (accelerator, rowSolve);
        _packed = new ReusableBuffer<Float4>(accelerator);
        _right = new ReusableBuffer<Float4>(accelerator);
        _steps = new ReusableBuffer<Float4>(accelerator);
        _scoresOfPlays = new ReusableBuffer<float>(accelerator);
        _status = new ReusableBuffer<int>(accelerator);
        _pack = KernelCatalog.SweepPack.LoadOn(accelerator);
        _gradient = KernelCatalog.SweepGradient.LoadOn(accelerator);
        _plays = KernelCatalog.SweepPlays.LoadOn(accelerator);
        _scores = KernelCatalog.SweepScores.LoadOn(accelerator);
        _step = KernelCatalog.SweepStep.LoadOn(accelerator);
    }

    /// <summary>The kernels of a sweep, in their order.</summary>
    public IEnumerable<DeviceKernel> Kernels(int block4) =>
        [_scores, _pack, _gradient, _plays, .. _rowSolve.Kernels(block4, isExact: true, usesTensorCores: false), _step];

    /// <summary>Upper bound on the device memory kept, in bytes, besides that of the row solve.</summary>
    /// <param name="rowCount">Rows of the larger matrix.</param>
    /// <param name="entryCount">Plays.</param>
    /// <param name="block4">Float4s in a row of a block.</param>
    internal static long ScratchBytes(int rowCount, long entryCount, int block4) =>
        (3L * Math.Max(1, rowCount) * block4 * Float4.Bytes) + (Math.Max(1, rowCount) * sizeof(int))
        + (Math.Max(1, entryCount) * sizeof(float));

    /// <summary>Sweeps once over the blocks of all rows. Returns when it is done.</summary>
    /// <param name="schedule">The order of the rows.</param>
    /// <param name="shared">The arguments of an exact solve of the same rows.</param>
    /// <param name="tiles">α₀·YᵀY of each block, as <see cref="BaseTiles"/> has it.</param>
    /// <param name="blockSize">Factors per block; the last block may have fewer.</param>
    /// <param name="hasShared">Whether α₀·YᵀY is not zero.</param>
    /// <param name="cancellation">Looked at after each block.</param>
    /// <exception cref="OperationCanceledException">It was stopped; nothing is queued any more.</exception>
    public void Launch(
        DeviceSchedule schedule, RowSolveArguments shared, IReadOnlyList<ArrayView<Float4>> tiles, int blockSize,
        bool hasShared, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(tiles);
        var (rows, columns) = (shared.Status.IntLength, shared.Fixed.Length / shared.Rank4);
        if (rows == 0) return;
        var stream = _accelerator.DefaultStream;
        var block4 = Float4.CountFor(Math.Min(blockSize, shared.Rank));
        var arguments = new SweepArguments
        {
            Indices = shared.Indices,
            Values = shared.Values,
            GramOffset = shared.GramOffset,
            IsExplicit = shared.IsExplicit,
            Scores = _scoresOfPlays.Take(shared.Indices.Length),
            Columns = shared.Fixed,
            Fixed = shared.Fixed,
            BaseMatrix = shared.BaseMatrix,
            Regularization = shared.Regularization,
            Target = shared.Target,
            Pull = shared.Right,
            HasPull = shared.HasRight,
            Steps = _steps.Take((long)rows * block4),
            BlockStatus = _status.Take(rows),
            Status = shared.Status,
            FirstTargetRow = shared.FirstTargetRow,
            RowCount = rows,
            Rank4 = shared.Rank4,
            Shared4 = hasShared ? shared.Rank4 : 0,
            Begins = 1,
        };
        LaunchScores(schedule, arguments);
        arguments.Begins = 0;
        for (var block = 0; block < tiles.Count; block++)
        {
            var size = Math.Min(blockSize, shared.Rank - (block * blockSize));
            arguments.Block4 = Float4.CountFor(size);
            arguments.First4 = block * blockSize / Float4.Width;
            arguments.Packed = _packed.Take(columns * arguments.Block4);
            arguments.Columns = arguments.Packed;
            arguments.Right = _right.Take((long)rows * arguments.Block4);
            _pack.Launch(
                stream, new KernelConfig(Groups(columns * arguments.Block4), SweepKernels.GroupSize), arguments);
            LaunchGradient(schedule, arguments);
            _rowSolve.Launch(
                stream, schedule, Solve(shared, arguments, tiles[block], size), cancellation: cancellation);
            _step.Launch(
                stream, new KernelConfig(Groups((long)rows * arguments.Block4), SweepKernels.GroupSize), arguments);
            if (block < tiles.Count - 1) LaunchScores(schedule, arguments);
            stream.Synchronize();
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Frees the device memory kept between launches; the next launch allocates it again.</summary>
    public void Release()
    {
        _packed.Dispose();
        _right.Dispose();
        _steps.Dispose();
        _scoresOfPlays.Dispose();
        _status.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => Release();

    /// <summary>The exact solve of a block: its unknowns are the step, and the rest is in its right side.</summary>
    private static RowSolveArguments Solve(
        RowSolveArguments shared, SweepArguments arguments, ArrayView<Float4> tiles, int size) => shared with
        {
            Fixed = arguments.Packed,
            BaseTiles = tiles,
            Target = arguments.Steps,
            Status = arguments.BlockStatus,
            FirstTargetRow = 0,
            Rank = size,
            Rank4 = arguments.Block4,
            Right = arguments.Right,
            HasRight = 1,
            RefinedCondition = float.MaxValue, // the next sweep begins with the residual of this one
        };

    private static int Groups(long work) => (int)Math.Clamp(work / SweepKernels.GroupSize, 1, MostGroups);

    private void LaunchGradient(DeviceSchedule schedule, SweepArguments arguments)
    {
        var across = (arguments.Block4 + SweepKernels.TileColumns4 - 1) / SweepKernels.TileColumns4;
        var down = (arguments.RowCount + SweepKernels.TileRows - 1) / SweepKernels.TileRows;
        _gradient.Launch(
            _accelerator.DefaultStream,
            LaunchPlan.Config(across * down, SweepKernels.GroupSize, SweepKernels.StageLength), arguments);
        arguments.Tasks = schedule.Rows;
        _plays.Launch(
            _accelerator.DefaultStream,
            LaunchPlan.Config(
                LaunchPlan.Groups(_accelerator, arguments.RowCount), SweepKernels.GroupSize, SweepKernels.GroupSize),
            arguments);
    }

    /// <summary>Launches over the segments of long rows, then over the other rows.</summary>
    private void LaunchScores(DeviceSchedule schedule, SweepArguments arguments)
    {
        var longRows = schedule.LongRowPlays.Length;
        foreach (var tasks in (ArrayView<RowTask>[])
            [schedule.Segments, schedule.Rows.Part(longRows, schedule.Rows.Length - longRows)])
        {
            if (tasks.Length == 0) continue;
            arguments.Tasks = tasks;
            _scores.Launch(
                _accelerator.DefaultStream,
                new KernelConfig(LaunchPlan.Groups(_accelerator, arguments.Tasks.IntLength), SweepKernels.GroupSize),
                arguments);
        }
    }
}
