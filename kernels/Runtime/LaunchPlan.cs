using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>What the launchers have in common: how many threads, how much shared memory.</summary>
internal static class LaunchPlan
{
    /// <summary>No group is larger: so many threads can have all the registers that a row solve needs, and nothing spills.</summary>
    public const int MaximumGroupSize = 256;

    /// <summary>Groups are whole warps.</summary>
    public const int ThreadMultiple = 32;

    private const int MaximumStageBytes = 24 * 1024;

    /// <summary>Groups launched for a multiprocessor, at most: several times as many as it holds, so that those that end early make room.</summary>
    internal const int GroupsPerMultiprocessor = 32;

    /// <summary>The threads of a group that covers some work: a whole number of warps.</summary>
    public static int GroupSize(int work) => (work + ThreadMultiple - 1) / ThreadMultiple * ThreadMultiple;

    /// <summary>The largest group of the device that a kernel may ask for.</summary>
    public static int LargestGroup(Accelerator accelerator) =>
        Math.Min(MaximumGroupSize, accelerator.MaxNumThreadsPerGroup) / ThreadMultiple * ThreadMultiple;

    /// <summary>Rows to stage in shared memory: as many as fit, between 1 and <paramref name="most"/>.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="rank4">Float4s in a row.</param>
    /// <param name="most">No more than these.</param>
    public static int StageRows(Accelerator accelerator, int rank4, int most)
    {
        var bytes = Math.Min(MaximumStageBytes, accelerator.MaxSharedMemoryPerGroup / 2);
        return Math.Clamp(bytes / (rank4 * Float4.Bytes), 1, most);
    }

    /// <summary>Groups that keep the device busy a few times over, and few enough that what each does once does not count.</summary>
    public static int Groups(Accelerator accelerator, int work) => Math.Clamp(work, 1, GroupsPerMultiprocessor * accelerator.NumMultiprocessors);

    /// <summary>Shared memory for some Float4s, asked for as kernels take it: as floats.</summary>
    public static SharedMemoryConfig Shared(int float4s) => SharedMemoryConfig.RequestDynamic<float>(float4s * Float4.Width);

    /// <summary>A launch along one dimension with shared memory.</summary>
    public static KernelConfig Config(int groups, int groupSize, int sharedFloat4s) =>
        new(new Index1D(groups), new Index1D(groupSize), Shared(sharedFloat4s));
}

/// <summary>
/// The most device memory that the launchers, and what is passed to them row by row, take for training and keep, known before it
/// is taken. A test holds it to what they do take.
/// </summary>
/// <param name="Rank4">Float4s in a row of factors; 0 where none are known.</param>
/// <param name="RowCount">Rows of the larger matrix.</param>
/// <param name="LongestRow">Plays of the longest row.</param>
/// <param name="EntryCount">Plays in all.</param>
public readonly record struct LaunchScratch(int Rank4, int RowCount, int LongestRow, long EntryCount)
{
    // λ and status.
    private const long BytesOfARow = sizeof(float) + sizeof(int);

    /// <summary>Whether rows are summed on tensor cores.</summary>
    public bool OnTensorCores { get; init; }

    /// <summary>Bytes on a device.</summary>
    public long BytesOn(Accelerator accelerator) =>
        (Rank4 == 0 ? 0 : OfFactors(accelerator)) + LossLauncher.ScratchBytes(RowCount, EntryCount) + (Math.Max(1, RowCount) * BytesOfARow);

    /// <summary>What serves either.</summary>
    public LaunchScratch Or(LaunchScratch other) => new(
        Math.Max(Rank4, other.Rank4), Math.Max(RowCount, other.RowCount), Math.Max(LongestRow, other.LongestRow), Math.Max(EntryCount, other.EntryCount))
    {
        OnTensorCores = OnTensorCores || other.OnTensorCores,
    };

    private long OfFactors(Accelerator accelerator)
    {
        var rank = (long)Rank4 * Float4.Width;
        return GramianLauncher.ScratchBytes(accelerator, RowCount, Rank4)
            + (rank * rank * sizeof(float)) // α₀·YᵀY as the row solves read it
            + RowSolveLauncher.ScratchBytes(accelerator, RowCount, Rank4)
            + (OnTensorCores ? RowSolveLauncher.SlotBytes(accelerator, RowCount, Rank4) : 0)
            + LongRowLauncher.ScratchBytes(LongestRow, EntryCount, Rank4);
    }
}
