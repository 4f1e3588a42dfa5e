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
    private const int MaximumSlices = 256;
    private const long MaximumPartials = 8L << 20;
    private const long SegmentBytes = 64L << 20;
    private const int PanelGroupsPerMultiprocessor = 4;
    private const int LossPartials = 512;
    private const int Float4Bytes = Float4.Width * sizeof(float);

    // λ and status; the loss of a row.
    private const long BytesOfARow = sizeof(float) + sizeof(int) + sizeof(double);

    /// <summary>Bytes on a device.</summary>
    public long BytesOn(Accelerator accelerator) =>
        (Rank4 == 0 ? 0 : Gramian() + Columns(accelerator) + Segments()) + (LossPartials * sizeof(double)) + (Math.Max(1, RowCount) * BytesOfARow);

    /// <summary>Sums of slices, YᵀY, and α₀·YᵀY as the row solves read it.</summary>
    private long Gramian()
    {
        var tile = 16L * TriangleIndex.Count(Rank4);
        var rank = (long)Rank4 * Float4.Width;
        return (Math.Max(tile, Math.Min(MaximumSlices * tile, MaximumPartials)) * sizeof(double)) + (rank * rank * (sizeof(double) + sizeof(float)));
    }

    /// <summary>Factors that do not fit on the chip.</summary>
    private long Columns(Accelerator accelerator)
    {
        if (TeamPlan.For(accelerator, Rank4).IsWhole) return 0;
        var groups = Math.Min(RowCount, PanelGroupsPerMultiprocessor * accelerator.NumMultiprocessors);
        return (long)groups * FactorColumns.Length(Rank4 / 2) * Float4Bytes;
    }

    /// <summary>Sums of the segments of long rows.</summary>
    private long Segments()
    {
        if (LongestRow <= RowSchedule.LongestRow) return 0;
        var length = (long)SegmentSums.Length(Rank4) * Float4Bytes;
        var segments = (EntryCount / RowSchedule.SegmentLength) + (EntryCount / RowSchedule.LongestRow);
        return length * Math.Min(segments, Math.Max(RowSchedule.MostSegments, SegmentBytes / length));
    }
}
