using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace GpuAls.Kernels;

/// <summary>Every kernel. Launchers load their kernels from here, so that checks over the list miss none.</summary>
public static class KernelCatalog
{
    /// <summary>The compute capability with tensor cores for tf32.</summary>
    internal const int TensorArchitecture = 80;

    internal static readonly KernelDefinition<RowSolveArguments> RowSolve = OfTeams("row solve", TeamRowSolve.Kernel);
    internal static readonly KernelDefinition<RowSolveArguments> PanelRowSolve =
        OfTeams("row solve, rank > 152", Kernels.PanelRowSolve.Kernel);
    internal static readonly KernelDefinition<RowSolveArguments> DualRowSolve =
        OfTeams("row solve, dual", Kernels.DualRowSolve.SolveDual);
    internal static readonly KernelDefinition<RotationArguments> Rotation =
        new("rotation of factors", RotationKernel.Rotate, RotationKernel.GroupSize)
        {
            GroupsAtATime = RotationKernel.GroupsAtATime,
        };
    internal static readonly KernelDefinition<RowSolveArguments> LongRowSolve =
        OfTeams("long rows, solve", TeamRowSolve.LongRowKernel);
    internal static readonly KernelDefinition<RowSolveArguments> SegmentSums =
        OfTeams("long rows, sums of segments", LongRows.Sums);
    internal static readonly KernelDefinition<RowSolveArguments> SegmentResiduals =
        OfTeams("long rows, residuals of segments", LongRows.Residuals);
    internal static readonly KernelDefinition<RowSolveArguments> TensorRowSolve =
        OnTensorCores("row solve, tf32", Kernels.TensorRowSolve.Kernel, TeamPlan.MaximumGroupSize);
    internal static readonly KernelDefinition<RowSolveArguments> TensorPanelRowSolve =
        OnTensorCores("row solve, tf32, rank > 152", Kernels.TensorRowSolve.PanelKernel, TeamPlan.MaximumGroupSize);
    internal static readonly KernelDefinition<RowSolveArguments> TensorSums =
        OnTensorCores("long rows, tf32, sums of segments", Kernels.TensorSums.Kernel, LaunchPlan.MaximumGroupSize);
    internal static readonly KernelDefinition<RowSolveArguments> ConjugateGradient =
        new("conjugate gradient", ConjugateGradientKernel.Kernel, ConjugateGradientKernel.MaximumGroupSize);
    internal static readonly KernelDefinition<GramianArguments> GramianSlices =
        new("Gramian, slices", GramianKernels.Slices, GramianLauncher.MaximumGroupSize);
    internal static readonly KernelDefinition<GramianArguments> GramianBlockSlices =
        new("Gramian, slices, rank > 664", GramianKernels.BlockSlices, GramianLauncher.MaximumGroupSize);
    internal static readonly KernelDefinition<GramianArguments> GramianReduce =
        new("Gramian, sum of slices", GramianKernels.Reduce, GramianLauncher.ReduceGroupSize);
    internal static readonly KernelDefinition<LossArguments> LossFirstSegments =
        new("loss of the plays", LossKernels.FirstSegments, LossKernels.GroupSize);
    internal static readonly KernelDefinition<LossArguments> LossLaterSegments =
        new("loss, segments of long rows", LossKernels.LaterSegments, LossKernels.GroupSize);
    internal static readonly KernelDefinition<LossArguments> LossRowTotals =
        new("loss, sums of segments", LossKernels.RowTotals, LossKernels.GroupSize);
    internal static readonly KernelDefinition<NormArguments> SquaredNorm =
        new("loss, squared norm", LossKernels.SquaredNorm, LossKernels.GroupSize);
    internal static readonly KernelDefinition<CombineArguments> Combine =
        new("combination of factors", CombineKernel.Kernel, CombineKernel.GroupSize);
    internal static readonly KernelDefinition<SweepArguments> SweepPack =
        new("sweep, factors of a block", SweepKernels.Pack, SweepKernels.GroupSize);
    internal static readonly KernelDefinition<SweepArguments> SweepGradient =
        new("sweep, shared gradient", SweepKernels.SharedGradient, SweepKernels.GroupSize);
    internal static readonly KernelDefinition<SweepArguments> SweepPlays =
        new("sweep, gradient of plays", SweepKernels.PlaysGradient, SweepKernels.GroupSize);
    internal static readonly KernelDefinition<SweepArguments> SweepScores =
        new("sweep, scores", SweepKernels.Scores, SweepKernels.GroupSize);
    internal static readonly KernelDefinition<SweepArguments> SweepStep =
        new("sweep, step", SweepKernels.Step, SweepKernels.GroupSize);
    internal static readonly KernelDefinition<TopKArguments> TopK =
        new("top-k", TopKKernel.Search, TopKThread.GroupSize);
    internal static readonly KernelDefinition<TopKArguments> TopKMerge =
        new("top-k, merge of splits", Kernels.TopKMerge.Splits, BitonicSort.Threads);

    /// <summary>All kernels.</summary>
    public static IReadOnlyList<KernelDefinition> All { get; } =
        [
            RowSolve, PanelRowSolve, DualRowSolve, Rotation, LongRowSolve, SegmentSums, SegmentResiduals,
            ConjugateGradient,
            TensorRowSolve, TensorPanelRowSolve, TensorSums,
            GramianSlices, GramianBlockSlices, GramianReduce,
            LossFirstSegments, LossLaterSegments, LossRowTotals, SquaredNorm, Combine,
            SweepPack, SweepGradient, SweepPlays, SweepScores, SweepStep,
            TopK, TopKMerge,
        ];

    private static KernelDefinition<RowSolveArguments> OfTeams(string name, Action<RowSolveArguments> body) =>
        new(name, body, TeamPlan.MaximumGroupSize) { GroupsAtATime = TeamPlan.GroupsAtATime };

    private static KernelDefinition<RowSolveArguments> OnTensorCores(
        string name, Action<RowSolveArguments> body, int maximumGroupSize) =>
        new(name, body, maximumGroupSize) { MinimumArchitecture = TensorArchitecture };
}

/// <summary>A kernel, as launchers load it and as checks compile it without a device.</summary>
/// <param name="Name">Name in tables.</param>
/// <param name="Method">The static method.</param>
/// <param name="MaximumGroupSize">Maximum threads per group in any launch.</param>
public record KernelDefinition(string Name, MethodInfo Method, int MaximumGroupSize)
{
    /// <summary>Minimum CUDA compute capability, such as 80 for 8.0; 0 if the kernel runs on every device.</summary>
    public int MinimumArchitecture { get; init; }

    /// <summary>
    /// Groups that must fit on a multiprocessor at a time. With 1, ptxas uses as many registers as it likes; with none,
    /// it may spill to fit more groups.
    /// </summary>
    public int GroupsAtATime { get; init; } = 1;

    /// <summary>Launch bounds for the compiler.</summary>
    public KernelSpecialization Specialization => new(MaximumGroupSize, GroupsAtATime);

    /// <summary>The method, as ILGPU's backends expect it.</summary>
    public EntryPointDescription EntryPoint => EntryPointDescription.FromExplicitlyGroupedKernel(Method);
}

/// <summary>A kernel that takes one struct of arguments.</summary>
/// <typeparam name="TArguments">Type of the arguments.</typeparam>
/// <param name="Name">Name in tables.</param>
/// <param name="Body">The static method.</param>
/// <param name="MaximumGroupSize">Maximum threads per group in any launch.</param>
internal sealed record KernelDefinition<TArguments>(string Name, Action<TArguments> Body, int MaximumGroupSize)
    : KernelDefinition(Name, Body.Method, MaximumGroupSize)
    where TArguments : struct
{
    /// <summary>Loads the kernel on a device.</summary>
    public DeviceKernel<TArguments> LoadOn(Accelerator accelerator) =>
        new(() => LaunchTimer.Timed(Name, accelerator, accelerator.LoadKernel(Body, SpecializationOn(accelerator))));

    private KernelSpecialization SpecializationOn(Accelerator accelerator) =>
        MaximumGroupSize > accelerator.MaxNumThreadsPerGroup ? KernelSpecialization.Empty : Specialization;
}

/// <summary>A kernel on a device, compiled when first needed.</summary>
public abstract class DeviceKernel
{
    /// <summary>Whether it has been compiled.</summary>
    public abstract bool IsCompiled { get; }

    /// <summary>
    /// Compiles the kernel unless it has been compiled. May be called from any thread to which the device is bound.
    /// </summary>
    public abstract void Compile();
}

/// <summary>A kernel that takes one struct of arguments.</summary>
/// <typeparam name="TArguments">Type of the arguments.</typeparam>
/// <param name="load">Compiles the kernel.</param>
internal sealed class DeviceKernel<TArguments>(Func<Action<AcceleratorStream, KernelConfig, TArguments>> load)
    : DeviceKernel
    where TArguments : struct
{
    private readonly Lazy<Action<AcceleratorStream, KernelConfig, TArguments>> _launch = new(load);

    /// <inheritdoc/>
    public override bool IsCompiled => _launch.IsValueCreated;

    /// <inheritdoc/>
    public override void Compile() => _ = _launch.Value;

    /// <summary>Queues a launch.</summary>
    public void Launch(AcceleratorStream stream, KernelConfig config, TArguments arguments) =>
        _launch.Value(stream, config, arguments);
}

/// <summary>Whether a device has tensor cores for tf32.</summary>
public static class TensorCores
{
    /// <summary>Why the device has none, as a predicate ("is not a CUDA device"); null if it has them.</summary>
    public static string? WhyNone(Accelerator accelerator) => accelerator switch
    {
        CudaAccelerator cuda when cuda.Architecture >= CudaArchitecture.SM_80 => null,
        CudaAccelerator cuda => $"has compute capability {cuda.Architecture.Major}.{cuda.Architecture.Minor}",
        _ => "is not a CUDA device",
    };
}
