using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

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
