namespace GpuAls.Kernels.Launching;

/// <summary>Every kernel there is: launchers load from here, so that checks over the list miss none.</summary>
public static class KernelCatalog
{
    /// <summary>The compute capability with tensor cores for tf32.</summary>
    internal const int TensorArchitecture = 80;

    internal static readonly KernelDefinition<RowSolveArguments> RowSolve = OfTeams("row solve", TeamRowSolve.Kernel);
    internal static readonly KernelDefinition<RowSolveArguments> PanelRowSolve = OfTeams("row solve, rank > 152", Kernels.PanelRowSolve.Kernel);
    internal static readonly KernelDefinition<RowSolveArguments> LongRowSolve = OfTeams("long rows, solve", TeamRowSolve.LongRowKernel);
    internal static readonly KernelDefinition<RowSolveArguments> SegmentSums = OfTeams("long rows, sums of segments", LongRows.Sums);
    internal static readonly KernelDefinition<RowSolveArguments> SegmentResiduals = OfTeams("long rows, residuals of segments", LongRows.Residuals);
    internal static readonly KernelDefinition<RowSolveArguments> TensorRowSolve = OnTensorCores("row solve, tf32", Kernels.TensorRowSolve.Kernel, TeamPlan.MaximumGroupSize);
    internal static readonly KernelDefinition<RowSolveArguments> TensorPanelRowSolve = OnTensorCores("row solve, tf32, rank > 152", Kernels.TensorRowSolve.PanelKernel, TeamPlan.MaximumGroupSize);
    internal static readonly KernelDefinition<RowSolveArguments> TensorSums = OnTensorCores("long rows, tf32, sums of segments", Kernels.TensorSums.Kernel, LaunchPlan.MaximumGroupSize);
    internal static readonly KernelDefinition<RowSolveArguments> ConjugateGradient = new("conjugate gradient", ConjugateGradientKernel.Kernel, ConjugateGradientKernel.MaximumGroupSize);
    internal static readonly KernelDefinition<GramianArguments> GramianSlices = new("Gramian, slices", GramianKernels.Slices, GramianLauncher.MaximumGroupSize);
    internal static readonly KernelDefinition<GramianArguments> GramianReduce = new("Gramian, sum of slices", GramianKernels.Reduce, GramianLauncher.ReduceGroupSize);
    internal static readonly KernelDefinition<LossArguments> LossFirstSegments = new("loss of the plays", LossKernels.FirstSegments, LossKernels.GroupSize);
    internal static readonly KernelDefinition<LossArguments> LossLaterSegments = new("loss, segments of long rows", LossKernels.LaterSegments, LossKernels.GroupSize);
    internal static readonly KernelDefinition<LossArguments> LossRowTotals = new("loss, sums of segments", LossKernels.RowTotals, LossKernels.GroupSize);
    internal static readonly KernelDefinition<NormArguments> SquaredNorm = new("loss, squared norm", LossKernels.SquaredNorm, LossKernels.GroupSize);
    internal static readonly KernelDefinition<TopKArguments> TopK = new("top-k", TopKKernel.Search, TopKPlace.GroupSize);
    internal static readonly KernelDefinition<TopKArguments> TopKMerge = new("top-k, merge of splits", Kernels.TopKMerge.Splits, BitonicSort.Threads);

    /// <summary>All kernels.</summary>
    public static IReadOnlyList<KernelDefinition> All { get; } =
        [
            RowSolve, PanelRowSolve, LongRowSolve, SegmentSums, SegmentResiduals, ConjugateGradient, TensorRowSolve, TensorPanelRowSolve, TensorSums,
            GramianSlices, GramianReduce, LossFirstSegments, LossLaterSegments, LossRowTotals, SquaredNorm, TopK, TopKMerge,
        ];

    private static KernelDefinition<RowSolveArguments> OfTeams(string name, Action<RowSolveArguments> body) =>
        new(name, body, TeamPlan.MaximumGroupSize) { GroupsAtATime = TeamPlan.GroupsAtATime };

    private static KernelDefinition<RowSolveArguments> OnTensorCores(string name, Action<RowSolveArguments> body, int maximumGroupSize) =>
        new(name, body, maximumGroupSize) { MinimumArchitecture = TensorArchitecture };
}
