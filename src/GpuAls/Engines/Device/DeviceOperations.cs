using System.Runtime.InteropServices;
using GpuAls.Kernels;
using GpuAls.Kernels.Launching;
using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Engines.Device;

/// <summary>
/// The operations of <see cref="DeviceEngine"/>: brings the small inputs over, launches, and waits for what it reads back.
/// Shapes have been checked.
/// </summary>
internal sealed class DeviceOperations : IDisposable
{
    private readonly Accelerator _accelerator;
    private readonly RowSolveLauncher _rowSolve;
    private readonly GramianLauncher _gramian;
    private readonly LossLauncher _loss;
    private readonly TopKLauncher _topK;
    private readonly ReusableBuffer<Float4> _baseMatrix;
    private readonly ReusableBuffer<float> _rowWeights;
    private readonly ReusableBuffer<int> _status;
    private readonly ReusableBuffer<int> _listIndices;
    private readonly ReusableBuffer<float> _listScores;

    public DeviceOperations(Accelerator accelerator)
    {
        _accelerator = accelerator;
        _rowSolve = new RowSolveLauncher(accelerator);
        _gramian = new GramianLauncher(accelerator);
        _loss = new LossLauncher(accelerator);
        _topK = new TopKLauncher(accelerator);
        _baseMatrix = new ReusableBuffer<Float4>(accelerator);
        _rowWeights = new ReusableBuffer<float>(accelerator);
        _status = new ReusableBuffer<int>(accelerator);
        _listIndices = new ReusableBuffer<int>(accelerator);
        _listScores = new ReusableBuffer<float>(accelerator);
    }

    public void Gramian(DeviceFactors factors, RowRange rows, Span<double> gramian)
    {
        var rank = factors.Rank;
        var paddedRank = factors.Rank4 * Float4.Width;
        var padded = new double[paddedRank * paddedRank];
        _gramian.Sum(factors.View, rows.Start, rows.Count, factors.Rank4, padded);
        for (var row = 0; row < rank; row++) padded.AsSpan(row * paddedRank, rank).CopyTo(gramian.Slice(row * rank, rank));
    }

    public RowSolveReport SolveRows(in RowSolveProblem problem)
    {
        var plays = (DevicePlays)problem.Plays;
        var target = (DeviceFactors)problem.Target;
        var status = _status.Take(plays.RowCount).SubView(0, plays.RowCount);
        _rowSolve.Launch(_accelerator.DefaultStream, plays.Schedule, new RowSolveArguments
        {
            Indices = plays.Indices,
            Values = plays.Values,
            Fixed = ((DeviceFactors)problem.FixedFactors).View,
            BaseMatrix = LoadBaseMatrix(problem.Gramian, target, problem.Weights.UnobservedWeight),
            Regularization = _rowWeights.Fill(problem.Regularization),
            Target = target.View,
            Status = status,
            FirstTargetRow = problem.FirstTargetRow,
            Rank = target.Rank,
            Rank4 = target.Rank4,
            GramOffset = problem.Weights.GramOffset,
            RhsOffset = problem.Weights.RhsOffset,
            RefinedCondition = RowSolveReport.RefinedCondition,
            LargestCondition = RowSolveReport.Fp64Condition,
            UsesTensorCores = problem.Precision == SumPrecision.Tf32 ? 1 : 0,
            Steps = problem.ConjugateGradientSteps,
        });
        return SolveInFp64(problem, Unsolved(status));
    }

    public double PlaysLoss(DevicePlays plays, DeviceFactors rowFactors, DeviceFactors columnFactors, in ConfidenceWeights weights) =>
        _loss.Plays(new LossArguments
        {
            Indptr = plays.Indptr,
            Indices = plays.Indices,
            Values = plays.Values,
            RowFactors = rowFactors.View,
            ColumnFactors = columnFactors.View,
            RowCount = plays.RowCount,
            Rank4 = rowFactors.Rank4,
            GramOffset = weights.GramOffset,
            RhsOffset = weights.RhsOffset,
        });

    public double WeightedSquaredNorm(DeviceFactors factors, ReadOnlySpan<float> rowWeights) =>
        _loss.SquaredNorm(factors.View, _rowWeights.Fill(rowWeights), factors.RowCount, factors.Rank4);

    public void TopK(in TopKQuery query, Span<int> indices, Span<float> scores)
    {
        var queries = (DeviceFactors)query.Queries;
        var items = (DeviceFactors)query.Items;
        var seen = (DevicePlays?)query.Seen;
        var listIndices = _listIndices.Take(indices.Length);
        var listScores = _listScores.Take(scores.Length);
        _topK.Launch(new TopKArguments
        {
            Queries = queries.View,
            Items = items.View,
            SeenIndptr = seen?.Indptr ?? ArrayView<long>.Empty,
            SeenIndices = seen?.Indices ?? ArrayView<int>.Empty,
            ListIndices = listIndices,
            ListScores = listScores,
            FirstQuery = query.Rows.Start,
            QueryCount = query.Rows.Count,
            ItemCount = items.RowCount,
            Rank4 = items.Rank4,
            K = query.K,
            HasSeen = seen is null ? 0 : 1,
        });
        Transfer.ToHost(listIndices, indices);
        Transfer.ToHost(listScores, scores);
    }

    public void Dispose()
    {
        _rowSolve.Dispose();
        _gramian.Dispose();
        _loss.Dispose();
        _baseMatrix.Dispose();
        _rowWeights.Dispose();
        _status.Dispose();
        _listIndices.Dispose();
        _listScores.Dispose();
    }

    private ArrayView<Float4> LoadBaseMatrix(ReadOnlySpan<double> gramian, DeviceFactors target, float unobservedWeight)
    {
        var padded = target.Rank4 * Float4.Width;
        var matrix = new float[padded * padded];
        BaseMatrix.Fill(gramian, target.Rank, unobservedWeight, matrix, padded);
        return _baseMatrix.Fill(MemoryMarshal.Cast<float, Float4>(matrix));
    }

    private static int[] Unsolved(ArrayView<int> status)
    {
        var rows = new int[status.Length];
        Transfer.ToHost(status, rows);
        return [.. Enumerable.Range(0, rows.Length).Where(row => rows[row] != RowSolveStatus.Solved)];
    }

    private static RowSolveReport SolveInFp64(in RowSolveProblem problem, int[] rows)
    {
        if (rows.Length == 0) return new RowSolveReport(0, 0, -1);
        var (fixedFactors, target, firstTargetRow) = ((DeviceFactors)problem.FixedFactors, (DeviceFactors)problem.Target, problem.FirstTargetRow);
        var rank = fixedFactors.Rank;
        var y = new float[(long)fixedFactors.RowCount * rank];
        fixedFactors.CopyTo(y);
        return Fp64Rows.Solve(
            problem, ((DevicePlays)problem.Plays).Matrix, rows, row => y.AsSpan(row * rank, rank), (row, x) => target.Write(firstTargetRow + row, x));
    }
}
