using ILGPU.Runtime;

namespace GpuAls.Kernels;

/// <summary>Chooses and launches the kernels that solve the rows.</summary>
public sealed class RowSolveLauncher : IDisposable
{
    /// <summary>Maximum groups launched per multiprocessor if each needs memory for its L.</summary>
    internal const int PanelGroupsPerMultiprocessor = 4;

    private readonly Accelerator _accelerator;
    private readonly DeviceKernel<RowSolveArguments> _team;
    private readonly DeviceKernel<RowSolveArguments> _teamLong;
    private readonly DeviceKernel<RowSolveArguments> _panel;
    private readonly DeviceKernel<RowSolveArguments> _conjugateGradient;
    private readonly DeviceKernel<RowSolveArguments> _tensor;
    private readonly DeviceKernel<RowSolveArguments> _tensorPanel;
    private readonly LongRowLauncher _longRows;
    private readonly ReusableBuffer<Float4> _columns;
    private readonly ReusableBuffer<Float4> _sums;
    private readonly ReusableBuffer<RowTask> _again;

    /// <param name="accelerator">The device. Kernels are compiled when first needed.</param>
    public RowSolveLauncher(Accelerator accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        _accelerator = accelerator;
        BlockWork = QueuedWork.BlockOfMultiprocessor * accelerator.NumMultiprocessors;
        _columns = new ReusableBuffer<Float4>(accelerator);
        _sums = new ReusableBuffer<Float4>(accelerator);
        _again = new ReusableBuffer<RowTask>(accelerator);
        Dual = new DualLauncher(accelerator);
        _longRows = new LongRowLauncher(accelerator);
        _team = KernelCatalog.RowSolve.LoadOn(accelerator);
        _teamLong = KernelCatalog.LongRowSolve.LoadOn(accelerator);
        _panel = KernelCatalog.PanelRowSolve.LoadOn(accelerator);
        _conjugateGradient = KernelCatalog.ConjugateGradient.LoadOn(accelerator);
        _tensor = KernelCatalog.TensorRowSolve.LoadOn(accelerator);
        _tensorPanel = KernelCatalog.TensorPanelRowSolve.LoadOn(accelerator);
    }

    /// <summary>Solves rows with few plays.</summary>
    public DualLauncher Dual { get; }

    /// <summary>Multiplications after which the device is waited for, so that a run can be stopped.</summary>
    internal long BlockWork { get; set; }

    /// <summary>
    /// Launches the solve of all rows: exact, or by conjugate gradients if the arguments specify steps. Where that is
    /// more than a fraction of a second's work, it returns when most of it is done.
    /// </summary>
    /// <param name="stream">The stream on which launches are queued.</param>
    /// <param name="schedule">The order of the rows.</param>
    /// <param name="arguments">The arguments; tasks, layout and scratch memory are set here.</param>
    /// <param name="dual">
    /// What rows share that are solved through as many unknowns as they have plays; null if none is. They may ask for
    /// <see cref="SolveAgain"/>.
    /// </param>
    /// <param name="cancellation">Looked at each time the device was waited for.</param>
    /// <exception cref="OperationCanceledException">It was stopped; nothing is queued any more.</exception>
    public void Launch(
        AcceleratorStream stream, DeviceSchedule schedule, RowSolveArguments arguments,
        DualTerms? dual = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        var queued = new QueuedWork(stream, BlockWork, cancellation);
        if (arguments.Steps > 0) Improve(stream, schedule, arguments, queued);
        else Solve(stream, schedule, arguments, queued, dual);
    }

    /// <summary>Launches the solve through normal equations of rows that dual equations did not solve.</summary>
    /// <param name="stream">The stream on which launches are queued.</param>
    /// <param name="rows">The rows, by falling number of plays.</param>
    /// <param name="arguments">The arguments, as for all rows.</param>
    public void SolveAgain(AcceleratorStream stream, ReadOnlySpan<RowTask> rows, RowSolveArguments arguments)
    {
        var plan = TeamPlan.For(_accelerator, arguments.Rank4);
        arguments.Layout = plan.Layout;
        arguments.Tasks = _again.Fill(rows);
        Launch(stream, plan, arguments);
    }

    /// <summary>The kernels that a solve uses; those for long rows, which may not be needed, come last.</summary>
    /// <param name="rank4">Float4s in a row of factors.</param>
    /// <param name="isExact">False for conjugate gradients.</param>
    /// <param name="usesTensorCores">Whether plays are summed on tensor cores.</param>
    public IEnumerable<DeviceKernel> Kernels(int rank4, bool isExact, bool usesTensorCores)
    {
        if (!isExact) return [_conjugateGradient];
        var (rows, tensorRows, longRows) = TeamPlan.For(_accelerator, rank4).IsWhole
            ? (_team, _tensor, _teamLong) : (_panel, _tensorPanel, _panel);
        return [usesTensorCores ? tensorRows : rows, longRows, .. _longRows.Kernels(usesTensorCores)];
    }

    /// <summary>The largest rank of exact solves on a device, whose shared memory a row must fit in.</summary>
    public static int MaximumExactRank(Accelerator accelerator) => TeamPlan.MaximumRank(accelerator);

    /// <summary>The largest rank of conjugate gradients on a device, no more than a given one.</summary>
    public static int MaximumRankOfSteps(Accelerator accelerator, int rank)
    {
        var bytes = LaunchPlan.SharedBytes(accelerator);
        while (ConjugateGradientKernel.StageRows(bytes, Float4.CountFor(rank)) == 0) rank--;
        return rank;
    }

    /// <summary>Upper bound on the device memory kept for this many rows, in bytes, not counting long rows.</summary>
    internal static long ScratchBytes(Accelerator accelerator, int rowCount, int rank4) =>
        TeamPlan.For(accelerator, rank4).IsWhole
            ? 0 : (long)PanelGroups(accelerator, rowCount) * FactorColumns.Length(rank4 / 2) * Float4.Bytes;

    /// <summary>Upper bound on the device memory kept for sums computed on tensor cores, in bytes.</summary>
    internal static long SlotBytes(Accelerator accelerator, int rowCount, int rank4)
    {
        var plan = TeamPlan.For(accelerator, rank4);
        var slots = (long)PanelGroups(accelerator, plan.GroupsFor(rowCount)) * plan.Layout.Teams;
        return slots * SegmentSums.Length(rank4) * Float4.Bytes;
    }

    /// <summary>Frees the device memory kept between launches; the next launch allocates it again.</summary>
    public void Release()
    {
        _columns.Dispose();
        _sums.Dispose();
        _again.Dispose();
        Dual.Release();
        _longRows.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => Release();

    private void Solve(
        AcceleratorStream stream, DeviceSchedule schedule, RowSolveArguments arguments, QueuedWork queued,
        DualTerms? dual)
    {
        var plan = TeamPlan.For(_accelerator, arguments.Rank4);
        arguments.Layout = plan.Layout;

        // Longest work first.
        _longRows.Launch(stream, schedule, plan, arguments, queued, Launch);
        var (first, cost) = (schedule.LongRowPlays.Length, RowCost.Exact(arguments.Rank));
        int? end = dual is { } terms ? schedule.FirstUpTo(terms.LongestRow) : null;
        foreach (var (rows, work) in schedule.Parts(first, cost, queued.Block, end))
        {
            arguments.Tasks = rows;
            if (arguments.UsesTensorCores != 0) LaunchOnTensorCores(stream, plan, arguments);
            else Launch(stream, plan, arguments);
            queued.Add(work);
        }

        if (dual is { } shared)
            Dual.Launch(stream, schedule, arguments, shared with { Target = arguments.Target }, queued);
    }

    private void Launch(AcceleratorStream stream, TeamPlan plan, RowSolveArguments arguments)
    {
        if (arguments.TaskCount == 0) return;
        if (plan.IsWhole)
        {
            var kernel = arguments.Round == SolveRound.Rows ? _team : _teamLong;
            var teamGroups = LaunchPlan.Groups(_accelerator, plan.GroupsFor(arguments.TaskCount));
            kernel.Launch(stream, plan.Config(teamGroups), arguments);
            return;
        }

        var groups = PanelGroups(_accelerator, arguments.TaskCount);
        arguments.Columns = _columns.Take((long)groups * FactorColumns.Length(arguments.Rank4 / 2));
        _panel.Launch(stream, plan.Config(groups), arguments);
    }

    private static int PanelGroups(Accelerator accelerator, int tasks) =>
        Math.Min(tasks, PanelGroupsPerMultiprocessor * accelerator.NumMultiprocessors);

    private void LaunchOnTensorCores(AcceleratorStream stream, TeamPlan plan, RowSolveArguments arguments)
    {
        if (arguments.TaskCount == 0) return;
        var groups = PanelGroups(_accelerator, plan.GroupsFor(arguments.TaskCount));
        arguments.Round = SolveRound.SummedRows;
        arguments.Sums = _sums.Take((long)groups * plan.Layout.Teams * SegmentSums.Length(arguments.Rank4));
        if (!plan.IsWhole) arguments.Columns = _columns.Take((long)groups * FactorColumns.Length(arguments.Rank4 / 2));
        (plan.IsWhole ? _tensor : _tensorPanel).Launch(stream, plan.Config(groups), arguments);
    }

    private void Improve(
        AcceleratorStream stream, DeviceSchedule schedule, RowSolveArguments arguments, QueuedWork queued)
    {
        arguments.StageRows = ConjugateGradientKernel.StageRows(LaunchPlan.SharedBytes(_accelerator), arguments.Rank4);
        var shared = RowStage.Length(arguments.StageRows, arguments.Rank4);
        var groupSize = ConjugateGradientKernel.GroupSize(arguments.Rank4);
        var cost = RowCost.Steps(arguments.Rank, arguments.Steps);
        foreach (var (rows, work) in schedule.Parts(first: 0, cost, queued.Block))
        {
            arguments.Tasks = rows;
            var groups = LaunchPlan.Groups(_accelerator, arguments.TaskCount);
            _conjugateGradient.Launch(stream, LaunchPlan.Config(groups, groupSize, shared), arguments);
            queued.Add(work);
        }
    }
}
