using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels;

/// <summary>
/// Solves rows with few plays through as many unknowns as they have plays (<see cref="DualRowSolve"/>).
/// </summary>
public sealed class DualLauncher : IDisposable
{
    /// <summary>
    /// The limit for the largest diagonal element of I + Ŷ P⁻¹ Ŷᵀ ÷ the smallest squared pivot, up to which the error
    /// stays below 1e-4.
    /// </summary>
    private const float LargestCondition = 1e4f;

    /// <summary>Below this rank, normal equations are small already.</summary>
    private const int LeastRank = 16;

    /// <summary>Rows whose solutions wait at a time to be rotated back.</summary>
    private const int PartRows = 1 << 14;

    private readonly Accelerator _accelerator;
    private readonly DeviceKernel<RowSolveArguments> _solve;
    private readonly DeviceKernel<RotationArguments> _rotate;
    private readonly ReusableBuffer<Float4> _solutions;

    /// <param name="accelerator">The device. Kernels are compiled when first needed.</param>
    public DualLauncher(Accelerator accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        _accelerator = accelerator;
        _solutions = new ReusableBuffer<Float4>(accelerator);
        _solve = KernelCatalog.DualRowSolve.LoadOn(accelerator);
        _rotate = KernelCatalog.Rotation.LoadOn(accelerator);
    }

    /// <summary>Rows that were solved so, including those that asked for their normal equations; for tests.</summary>
    internal int SolvedRows { get; private set; }

    /// <summary>The kernels, in their order.</summary>
    public IEnumerable<DeviceKernel> Kernels => [_rotate, _solve];

    /// <summary>The most plays of a row that is solved so at a rank; 0 if none is.</summary>
    /// <param name="accelerator">The device, which must have a thread for each tile of the equations.</param>
    /// <param name="rank">Number of factors.</param>
    public static int LongestRow(Accelerator accelerator, int rank)
    {
        if (rank < LeastRank) return 0;
        var plays8 = rank * 7 / 8 / Tile8.Width;
        while (plays8 > 0 && !TeamPlan.ForPlays(accelerator, plays8).IsWhole) plays8--;
        return Tile8.Width * plays8;
    }

    /// <summary>Upper bound on the device memory kept for solutions, in bytes.</summary>
    internal static long ScratchBytes(int rowCount, int rank4) =>
        (long)Math.Min(rowCount, PartRows) * rank4 * Float4.Bytes;

    /// <summary>Rotates rows of factors into the basis.</summary>
    /// <param name="source">[rows, rank4].</param>
    /// <param name="matrix">[4·rank4, rank4].</param>
    /// <param name="target">[rows, rank4].</param>
    /// <param name="rank4">Float4s in a row.</param>
    public void Rotate(ArrayView<Float4> source, ArrayView<Float4> matrix, ArrayView<Float4> target, int rank4) =>
        Rotate(_accelerator.DefaultStream, new RotationArguments
        {
            Source = source,
            Matrix = matrix,
            Target = target,
            RowCount = (int)(target.Length / rank4),
            Rank4 = rank4,
        });

    /// <summary>Launches the solve of all rows that are short enough.</summary>
    /// <param name="stream">The stream on which launches are queued.</param>
    /// <param name="schedule">The order of the rows.</param>
    /// <param name="arguments">The arguments of the normal equations.</param>
    /// <param name="terms">What the rows share.</param>
    /// <param name="queued">Counts the work.</param>
    internal void Launch(
        AcceleratorStream stream, DeviceSchedule schedule, RowSolveArguments arguments, DualTerms terms,
        QueuedWork queued)
    {
        var factors4 = arguments.Rank4;
        arguments.Fixed = terms.Factors;
        arguments.Diagonal = terms.Diagonal;
        arguments.Factors4 = factors4;
        arguments.IsRotated = terms.IsRotated ? 1 : 0;
        arguments.HasRight = 0;
        arguments.Round = SolveRound.Rows;
        arguments.LargestCondition = LargestCondition;
        arguments.RefinedCondition = float.MaxValue;
        var end = (int)schedule.Rows.Length;
        for (var first = schedule.FirstUpTo(terms.LongestRow); first < end;)
        {
            var partEnd = Math.Min(end, first + PartRows);
            var rotated = arguments.IsRotated == 0 ? default : _solutions.Take((long)(partEnd - first) * factors4);
            var (start, work) = (first, 0L);
            for (var plays8 = (terms.LongestRow + 7) / 8; plays8 > 0; plays8--)
            {
                var from = Math.Max(start, schedule.FirstUpTo(8 * plays8));
                var until = plays8 == 1 ? partEnd : Math.Min(partEnd, schedule.FirstUpTo(8 * (plays8 - 1)));
                if (until <= from) continue;
                if (arguments.IsRotated != 0)
                    arguments.Target = rotated.Part((long)(from - start) * factors4, (long)(until - from) * factors4);
                Solve(stream, arguments with { Tasks = schedule.Rows.Part(from, until - from) }, plays8);
                work += RowCost.Dual(4 * factors4, 8 * plays8) * (until - from);
            }

            if (arguments.IsRotated != 0)
                Rotate(stream, new RotationArguments
                {
                    Source = rotated,
                    Matrix = terms.Back,
                    Target = terms.Target,
                    Tasks = schedule.Rows.Part(start, partEnd - start),
                    HasTasks = 1,
                    Status = arguments.Status,
                    FirstTargetRow = arguments.FirstTargetRow,
                    RowCount = partEnd - start,
                    Rank4 = factors4,
                });
            queued.Add(work);
            first = partEnd;
        }
    }

    /// <summary>Frees the device memory kept between launches; the next launch allocates it again.</summary>
    public void Release() => _solutions.Dispose();

    /// <inheritdoc/>
    public void Dispose() => Release();

    private void Solve(AcceleratorStream stream, RowSolveArguments arguments, int plays8)
    {
        var plan = TeamPlan.ForPlays(_accelerator, plays8);
        arguments.Layout = plan.Layout;
        arguments.Rank4 = 2 * plays8;
        SolvedRows += arguments.TaskCount;
        var groups = LaunchPlan.Groups(_accelerator, plan.GroupsFor(arguments.Tasks.IntLength));
        _solve.Launch(stream, plan.Config(groups), arguments);
    }

    private void Rotate(AcceleratorStream stream, RotationArguments arguments)
    {
        if (arguments.RowCount == 0) return;
        var groups = RotationKernel.Groups(arguments.RowCount, arguments.Rank4);
        _rotate.Launch(
            stream, LaunchPlan.Config(groups, RotationKernel.GroupSize, RotationKernel.StageLength), arguments);
    }
}

/// <summary>What the dual solves of a half-iteration share.</summary>
/// <param name="LongestRow">The most plays of a row that is solved so.</param>
/// <param name="Factors">y in the basis, [columns, rank4].</param>
/// <param name="Diagonal">The eigenvalues of α₀·YᵀY, [rank4], with ones in the padding.</param>
/// <param name="Back">From the basis, [4·rank4, rank4]; not used where the basis is the usual one.</param>
/// <param name="IsRotated">Whether it is not.</param>
public readonly record struct DualTerms(
    int LongestRow, ArrayView<Float4> Factors, ArrayView<Float4> Diagonal, ArrayView<Float4> Back, bool IsRotated)
{
    /// <summary>x, [target rows, rank4].</summary>
    internal ArrayView<Float4> Target { get; init; }
}
