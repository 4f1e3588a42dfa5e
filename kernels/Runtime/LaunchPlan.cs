using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels;

/// <summary>Launch sizes shared by all launchers: threads and shared memory.</summary>
internal static class LaunchPlan
{
    /// <summary>
    /// Maximum threads per group: the most for which each thread gets the registers a row solve needs without spilling.
    /// </summary>
    public const int MaximumGroupSize = 256;

    /// <summary>Groups are whole numbers of warps.</summary>
    public const int ThreadMultiple = 32;

    /// <summary>Maximum shared memory per group: what every GPU has, less what the driver may reserve.</summary>
    internal const int MaximumSharedBytes = 47 * 1024;

    /// <summary>
    /// Maximum groups launched per multiprocessor: several times as many as fit at once, to even out their run times.
    /// </summary>
    internal const int GroupsPerMultiprocessor = 32;

    /// <summary>Threads for a group with this much work, rounded up to whole warps.</summary>
    public static int GroupSize(int work) => (work + ThreadMultiple - 1) / ThreadMultiple * ThreadMultiple;

    /// <summary>The largest group that a kernel may use on the device.</summary>
    public static int LargestGroup(Accelerator accelerator) =>
        Math.Min(MaximumGroupSize, accelerator.MaxNumThreadsPerGroup) / ThreadMultiple * ThreadMultiple;

    /// <summary>The most shared memory that a group may use on the device.</summary>
    public static int SharedBytes(Accelerator accelerator) =>
        Math.Min(MaximumSharedBytes, accelerator.MaxSharedMemoryPerGroup);

    /// <summary>
    /// Number of groups: enough to keep the device busy several times over, but few enough that per-group setup is
    /// negligible.
    /// </summary>
    public static int Groups(Accelerator accelerator, int work) =>
        Math.Clamp(work, 1, GroupsPerMultiprocessor * accelerator.NumMultiprocessors);

    /// <summary>Dynamic shared memory for this many Float4s, declared as floats like in the kernels.</summary>
    public static SharedMemoryConfig Shared(int float4s) =>
        SharedMemoryConfig.RequestDynamic<float>(float4s * Float4.Width);

    /// <summary>A one-dimensional launch with shared memory.</summary>
    public static KernelConfig Config(int groups, int groupSize, int sharedFloat4s) =>
        new(new Index1D(groups), new Index1D(groupSize), Shared(sharedFloat4s));
}

/// <summary>
/// Upper bound on the device memory that the launchers and their per-row arguments allocate and keep during training,
/// computed in advance. A test compares it with what is actually allocated.
/// </summary>
/// <param name="Rank4">Float4s in a row of factors; 0 if unknown.</param>
/// <param name="RowCount">Rows of the larger matrix.</param>
/// <param name="LongestRow">Plays of the longest row.</param>
/// <param name="EntryCount">Total number of plays.</param>
public readonly record struct LaunchScratch(int Rank4, int RowCount, int LongestRow, long EntryCount)
{
    // λ and status
    private const long BytesOfARow = sizeof(float) + sizeof(int);

    /// <summary>Whether plays are summed on tensor cores.</summary>
    public bool OnTensorCores { get; init; }

    /// <summary>Factors solved at a time in sweeps; 0 for other solvers.</summary>
    public int BlockSize { get; init; }

    /// <summary>Fixed factors that are rotated for dual equations; 0 without these.</summary>
    public int RotatedRows { get; init; }

    /// <summary>Number of bytes on a device.</summary>
    public long BytesOn(Accelerator accelerator) =>
        (Rank4 == 0 ? 0 : OfFactors(accelerator))
        + LossLauncher.ScratchBytes(RowCount, EntryCount)
        + (Math.Max(1, RowCount) * BytesOfARow);

    /// <summary>An upper bound for both.</summary>
    public LaunchScratch Or(LaunchScratch other) => new(
        Math.Max(Rank4, other.Rank4), Math.Max(RowCount, other.RowCount),
        Math.Max(LongestRow, other.LongestRow), Math.Max(EntryCount, other.EntryCount))
    {
        OnTensorCores = OnTensorCores || other.OnTensorCores,
        BlockSize = Math.Max(BlockSize, other.BlockSize),
        RotatedRows = Math.Max(RotatedRows, other.RotatedRows),
    };

    private long OfFactors(Accelerator accelerator)
    {
        var rank = (long)Rank4 * Float4.Width;
        var solved4 = BlockSize == 0 ? Rank4 : Math.Min(Rank4, Float4.CountFor(BlockSize));
        return GramianLauncher.ScratchBytes(accelerator, RowCount, Rank4)
            + (rank * rank * sizeof(float)) // α₀·YᵀY as the row solves read it
            + RowSolveLauncher.ScratchBytes(accelerator, RowCount, solved4)
            + (OnTensorCores ? RowSolveLauncher.SlotBytes(accelerator, RowCount, Rank4) : 0)
            + (BlockSize == 0 ? 0 : SweepLauncher.ScratchBytes(RowCount, EntryCount, solved4))
            + (RotatedRows == 0 ? 0 : OfRotation())
            + LongRowLauncher.ScratchBytes(LongestRow, EntryCount, solved4);
    }

    /// <summary>The basis both ways, its values, the rotated factors, solutions, and rows to solve again.</summary>
    private long OfRotation()
    {
        var rank = (long)Rank4 * Float4.Width;
        return (((2 * rank) + 1) * rank * sizeof(float)) + ((long)RotatedRows * Rank4 * Float4.Bytes)
            + DualLauncher.ScratchBytes(RowCount, Rank4) + (Math.Max(1, RowCount) * (long)Interop.SizeOf<RowTask>());
    }
}
