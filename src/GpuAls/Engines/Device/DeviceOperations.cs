using System.Runtime.InteropServices;
using GpuAls.Kernels;
using ILGPU;

namespace GpuAls;

/// <summary>
/// The operations of <see cref="DeviceEngine"/>: copies small inputs to the device, launches kernels, and waits for
/// results. Shapes have been checked.
/// </summary>
internal sealed class DeviceOperations : IDisposable
{
    private readonly DeviceStore _store;
    private readonly PlaysPass _pass;
    private readonly GramianLauncher _gramian;
    private readonly LossLauncher _loss;
    private readonly CombineLauncher _combine;
    private readonly SweepLauncher _sweep;
    private readonly DeviceTopK _topK;
    private readonly ReusableBuffer<Float4> _baseMatrix;
    private readonly ReusableBuffer<Float4> _baseTiles;
    private readonly ReusableBuffer<float> _rowWeights;
    private readonly ReusableBuffer<int> _status;

    /// <param name="store">The device's memory.</param>
    /// <param name="pass">Passes plays to the kernels.</param>
    /// <param name="threadCount">Threads of the CPU for what is done beside the device.</param>
    public DeviceOperations(DeviceStore store, PlaysPass pass, Func<int> threadCount)
    {
        var accelerator = store.Accelerator;
        (_store, _pass) = (store, pass);
        RowSolve = new RowSolveLauncher(accelerator);
        Dual = new DeviceDual(store, RowSolve.Dual, threadCount);
        _sweep = new SweepLauncher(accelerator, RowSolve);
        _gramian = new GramianLauncher(accelerator);
        _loss = new LossLauncher(accelerator);
        _combine = new CombineLauncher(accelerator);
        _topK = new DeviceTopK(store, pass, Release);
        _baseMatrix = new ReusableBuffer<Float4>(accelerator);
        _baseTiles = new ReusableBuffer<Float4>(accelerator);
        _rowWeights = new ReusableBuffer<float>(accelerator);
        _status = new ReusableBuffer<int>(accelerator);
    }

    /// <summary>Solves rows.</summary>
    public RowSolveLauncher RowSolve { get; }

    /// <summary>What the dual equations of rows with few plays share.</summary>
    public DeviceDual Dual { get; }

    /// <summary>The kernels that make lists.</summary>
    public IEnumerable<DeviceKernel> TopKKernels => _topK.Kernels;

    /// <summary>The kernels of a training, in the order of its first iteration.</summary>
    public IEnumerable<DeviceKernel> TrainingKernels(TrainingPlan plan) =>
        [
            .. _gramian.Kernels(Float4.CountFor(plan.Rank)),
            .. plan.BlockSize > 0
                ? _sweep.Kernels(Float4.CountFor(Math.Min(plan.BlockSize, plan.Rank)))
                : RowSolve.Kernels(
                    Float4.CountFor(plan.Rank), plan.ConjugateGradientSteps == 0, plan.Precision == SumPrecision.Tf32),
            .. plan.IsAccelerated ? [_combine.Kernel, _loss.NormKernel] : Array.Empty<DeviceKernel>(),
        ];

    /// <summary>The kernels that a training needs besides, if there are enough rows for dual equations.</summary>
    public IEnumerable<DeviceKernel> DualKernels(TrainingPlan plan) =>
        plan.Solver == Solver.Cholesky && plan.Precision == SumPrecision.Fp32
            && DualLauncher.LongestRow(_store.Accelerator, plan.Rank) > 0 ? RowSolve.Dual.Kernels : [];

    public void Gramian(DeviceFactors factors, RowRange rows, int blockRows, Span<double> sums) => Gramian(
        factors.Rank, rows, blockRows, rows.Count, window => factors.Rows(window.Start, window.Count), sums);

    /// <summary>The Gramian of factors that come to the device in windows, with the same bits.</summary>
    /// <param name="rank">Number of factors.</param>
    /// <param name="rows">The rows to sum over.</param>
    /// <param name="blockRows">Rows of a block.</param>
    /// <param name="windowRows">Rows of a window.</param>
    /// <param name="window">Brings a window, [rows, Rank4], which replaces the one before.</param>
    /// <param name="sums">[blocks, rank, rank].</param>
    public void Gramian(
        int rank, RowRange rows, int blockRows, int windowRows, Func<RowRange, ArrayView<Float4>> window,
        Span<double> sums)
    {
        var rank4 = Float4.CountFor(rank);
        _store.MakeRoom(new LaunchScratch(rank4, rows.Count, 0, 0));
        var paddedRank = rank4 * Float4.Width;
        var padded = new double[paddedRank * paddedRank];
        for (var first = 0; first < rows.Count; first += blockRows)
        {
            var start = rows.Start + first;
            _gramian.Sum(
                Math.Min(blockRows, rows.Count - first), rank4, windowRows,
                (row, count) => window(new RowRange(start + row, count)), padded);
            var sum = sums.Slice(first / blockRows * rank * rank, rank * rank);
            for (var row = 0; row < rank; row++)
                padded.AsSpan(row * paddedRank, rank).CopyTo(sum.Slice(row * rank, rank));
        }
    }

    /// <summary>What a solve works in.</summary>
    /// <param name="problem">The solve.</param>
    /// <param name="basis">That of its dual equations; null if it has none.</param>
    public static LaunchScratch ScratchOf(in RowSolveProblem problem, DualBasis? basis)
    {
        var plays = (DevicePlays)problem.Plays;
        return plays.Scratch with
        {
            Rank4 = Float4.CountFor(problem.Target.Rank), // no factors may be on the device yet
            RotatedRows = basis?.IsRotated != true ? 0
                : problem.FixedFactors is DeviceFactors { RowCount: var rows } ? rows
                : 1, // those of the plays of a block come with its factors
            RowCount = problem.BlockSize == 0 ? plays.RowCount : Math.Max(plays.RowCount, plays.ColumnCount),
            OnTensorCores = problem.Precision == SumPrecision.Tf32,
            BlockSize = problem.BlockSize,
        };
    }

    public RowSolveReport SolveRows(in RowSolveProblem problem) => SolveRows(problem, Dual.Basis(problem));

    /// <summary>Solves rows, some of them through dual equations if there is a basis for these.</summary>
    public RowSolveReport SolveRows(in RowSolveProblem problem, DualBasis? basis)
    {
        var plays = (DevicePlays)problem.Plays;
        _store.MakeRoom(ScratchOf(problem, basis));
        var target = (DeviceFactors)problem.Target;
        target.Changing();
        var padded = target.Rank4 * Float4.Width;
        var baseMatrix = BaseMatrix.Of(problem.Gramian, target.Rank, problem.Weights.UnobservedWeight, padded);
        var shared = new RowSolveArguments
        {
            Fixed = ((DeviceFactors)problem.FixedFactors).View,
            BaseMatrix = _baseMatrix.Fill(MemoryMarshal.Cast<float, Float4>(baseMatrix)),
            BaseTiles = _baseTiles.Fill(MemoryMarshal.Cast<float, Float4>(TilesOf(baseMatrix, padded, problem))),
            Regularization = _rowWeights.Fill(problem.Regularization),
            Target = target.View,
            Status = _status.Take(plays.RowCount).SubView(0, plays.RowCount),
            FirstTargetRow = problem.Rows.Start,
            Rank = target.Rank,
            Rank4 = target.Rank4,
            GramOffset = problem.Weights.GramOffset,
            RhsOffset = problem.Weights.RhsOffset,
            IsExplicit = problem.Weights.IsExplicit ? 1 : 0,
            RefinedCondition = RowSolveReport.RefinedCondition,
            LargestCondition = RowSolveReport.Fp64Condition,
            UsesTensorCores = problem.Precision == SumPrecision.Tf32 ? 1 : 0,
            Steps = problem.ConjugateGradientSteps,
        };
        if (problem.Pull is { } pull)
            (shared.Right, shared.HasRight) =
                (((DeviceFactors)pull).Rows(problem.Rows.Start, problem.Rows.Count), 1);
        DualTerms? dual = basis is null
            ? null : Dual.Terms(basis, (DeviceFactors)problem.FixedFactors, problem.HasMore);
        foreach (var block in _pass.Blocks(plays, isScheduled: true))
        {
            try
            {
                problem.Cancellation.ThrowIfCancellationRequested();
                if (problem.BlockSize == 0)
                    RowSolve.Launch(
                        _store.Accelerator.DefaultStream, block.Schedule!, Of(shared, block), dual,
                        problem.Cancellation);
                else
                    _sweep.Launch(
                        block.Schedule!, Of(shared, block), Blocks(shared.BaseTiles, target.Rank, problem.BlockSize),
                        problem.BlockSize, problem.Weights.UnobservedWeight > 0, problem.Cancellation);
                if (dual is not null) SolveAgain(Of(shared, block), block.Rows, plays.Matrix);
            }
            catch (OperationCanceledException)
            {
                _store.Accelerator.Synchronize(); // What is queued uses memory that is about to be freed.
                throw;
            }
        }

        return Fp64Fallback.Solve(problem, Unsolved(shared.Status));
    }

    public double PlaysLoss(
        DevicePlays plays, DeviceFactors rowFactors, int firstRow, DeviceFactors columnFactors,
        in ConfidenceWeights weights)
    {
        _store.MakeRoom(plays.Scratch);
        var shared = new LossArguments
        {
            ColumnFactors = columnFactors.View,
            Rank4 = rowFactors.Rank4,
            GramOffset = weights.GramOffset,
            RhsOffset = weights.RhsOffset,
            IsExplicit = weights.IsExplicit ? 1 : 0,
        };
        var rowSums = new double[plays.RowCount];
        foreach (var block in _pass.Blocks(plays, isScheduled: false))
            _loss.Plays(Of(shared, block, rowFactors, firstRow), rowSums.AsSpan(block.Rows.Start, block.Rows.Count));

        // Added in row order.
        double loss = 0;
        foreach (var sum in rowSums) loss += sum;
        return loss;
    }

    public double WeightedSquaredNorm(DeviceFactors factors, RowRange rows, ReadOnlySpan<float> rowWeights)
    {
        _store.MakeRoom(new LaunchScratch(factors.Rank4, factors.RowCount, 0, 0));
        var weights = _rowWeights.Fill(rowWeights);
        return _loss.SquaredNorm(factors.Rows(rows.Start, rows.Count), weights, rows.Count, factors.Rank4);
    }

    public void Combine(DeviceFactors target, float a, DeviceFactors x, float b, DeviceFactors y)
    {
        target.Changing();
        _combine.Launch(target.View, a, x.View, b, y.View);
    }

    public void TopK(in TopKQuery query, bool prunes, Span<int> indices, Span<float> scores) =>
        _topK.Search(query, prunes, indices, scores);

    public void Dispose()
    {
        Release();
        _topK.Dispose();
    }

    /// <summary>Frees the device memory that operations keep between calls.</summary>
    public void Release()
    {
        RowSolve.Release();
        Dual.Release();
        _sweep.Release();
        _gramian.Release();
        _loss.Release();
        _baseMatrix.Dispose();
        _baseTiles.Dispose();
        _rowWeights.Dispose();
        _status.Dispose();
    }

    /// <summary>The tiles of α₀·YᵀY: of the whole matrix, or of each block of a sweep, one after another.</summary>
    private static float[] TilesOf(float[] baseMatrix, int padded, in RowSolveProblem problem)
    {
        if (problem.BlockSize == 0) return BaseTiles.Of(baseMatrix, padded);
        var tiles = new List<float>();
        for (var first = 0; first < padded; first += problem.BlockSize)
        {
            var size = Math.Min(problem.BlockSize, padded - first);
            var block = new float[size * size];
            for (var row = 0; row < size; row++)
                baseMatrix.AsSpan(((first + row) * padded) + first, size).CopyTo(block.AsSpan(row * size));
            tiles.AddRange(BaseTiles.Of(block, size));
        }

        return [.. tiles];
    }

    /// <summary>The tiles of each block.</summary>
    private static List<ArrayView<Float4>> Blocks(ArrayView<Float4> tiles, int rank, int blockSize)
    {
        var blocks = new List<ArrayView<Float4>>();
        for (int first = 0, factor = 0; factor < rank; factor += blockSize)
        {
            var padded = Float4.CountFor(Math.Min(blockSize, rank - factor)) * Float4.Width;
            var length = BaseTiles.LengthOf(padded) / Float4.Width;
            blocks.Add(tiles.SubView(first, length));
            first += length;
        }

        return blocks;
    }

    private static RowSolveArguments Of(RowSolveArguments shared, PlaysBlock block)
    {
        shared.Indices = block.Indices;
        shared.Values = block.Values;
        shared.Regularization = shared.Regularization.SubView(block.Rows.Start, block.Rows.Count);
        shared.Status = shared.Status.SubView(block.Rows.Start, block.Rows.Count);
        if (shared.HasRight != 0)
            shared.Right = shared.Right.SubView(
                (long)block.Rows.Start * shared.Rank4, (long)block.Rows.Count * shared.Rank4);
        shared.FirstTargetRow += block.Rows.Start;
        return shared;
    }

    private static LossArguments Of(LossArguments shared, PlaysBlock block, DeviceFactors rowFactors, int firstRow)
    {
        shared.Indptr = block.Indptr;
        shared.Indices = block.Indices;
        shared.Values = block.Values;
        shared.RowFactors = rowFactors.Rows(firstRow + block.Rows.Start, block.Rows.Count);
        shared.RowCount = block.Rows.Count;
        return shared;
    }

    /// <summary>Solves the rows of a block through normal equations whose dual equations did not solve them.</summary>
    private void SolveAgain(RowSolveArguments arguments, RowRange rows, CsrMatrix plays)
    {
        var status = StatusOf(arguments.Status);
        var indptr = plays.Indptr.Slice(rows.Start, rows.Count + 1);
        var again = new List<RowTask>();
        for (var row = 0; row < status.Length; row++)
        {
            if (status[row] == RowSolveStatus.AsksForNormalEquation)
                again.Add(new RowTask(indptr[row] - indptr[0], (int)(indptr[row + 1] - indptr[row]), row));
        }

        if (again.Count == 0) return;
        again.Sort((a, b) => a.Length != b.Length ? b.Length.CompareTo(a.Length) : a.Row.CompareTo(b.Row));
        RowSolve.SolveAgain(_store.Accelerator.DefaultStream, CollectionsMarshal.AsSpan(again), arguments);
    }

    private static int[] Unsolved(ArrayView<int> status)
    {
        var rows = StatusOf(status);
        return [.. Enumerable.Range(0, rows.Length).Where(row => rows[row] != RowSolveStatus.Solved)];
    }

    private static int[] StatusOf(ArrayView<int> status)
    {
        var rows = new int[status.Length];
        Transfer.ToHost(status, rows);
        return rows;
    }
}

/// <summary>The part of the left side shared by all rows, in the form the kernels read.</summary>
internal static class BaseMatrix
{
    /// <summary>
    /// α₀·YᵀY, padded with ones on the diagonal, so that the padding can be factored and its unknowns are 0.
    /// </summary>
    /// <param name="gramian">YᵀY, [rank, rank].</param>
    /// <param name="rank">Number of factors.</param>
    /// <param name="unobservedWeight">α₀.</param>
    /// <param name="padded">The rank rounded up to a multiple of eight.</param>
    /// <returns>[padded, padded].</returns>
    public static float[] Of(ReadOnlySpan<double> gramian, int rank, float unobservedWeight, int padded)
    {
        var matrix = new float[padded * padded];
        for (var row = 0; row < rank; row++)
        {
            for (var column = 0; column < rank; column++)
                matrix[(row * padded) + column] = (float)(unobservedWeight * gramian[(row * rank) + column]);
        }

        for (var row = rank; row < padded; row++) matrix[(row * padded) + row] = 1;
        return matrix;
    }
}
