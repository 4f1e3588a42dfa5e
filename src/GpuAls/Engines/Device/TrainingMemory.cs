using GpuAls.Kernels;
using GpuAls.Kernels.Launching;
using ILGPU.Runtime;

namespace GpuAls;

/// <summary>The least memory that a training takes of a device: with plays that are streamed a row at a time.</summary>
/// <param name="Shape">What is trained.</param>
/// <param name="FactorBytes">Both factor matrices.</param>
/// <param name="ScratchBytes">What operations take beside that, the search for lists afterwards too.</param>
/// <param name="RowBytes">The longest row, twice.</param>
internal readonly record struct TrainingMemory(TrainingShape Shape, long FactorBytes, long ScratchBytes, long RowBytes)
{

    /// <summary>Lists that are made after a training, as a rule; longer ones may need more.</summary>
    private const int ListLength = 10;

    /// <summary>All of it.</summary>
    public long Bytes => FactorBytes + ScratchBytes + RowBytes;

    /// <summary>What some training takes.</summary>
    public static TrainingMemory Of(Accelerator accelerator, TrainingShape shape)
    {
        var rank4 = Float4.CountFor(shape.Rank);
        var scratch = new LaunchScratch(rank4, Math.Max(shape.UserCount, shape.ItemCount), shape.LongestRow, shape.PlayCount).BytesOn(accelerator);
        var row = Staging.Slots * PlaysCut.LargestRow(shape.LongestRow, isScheduled: true, rowBytes: 0);
        return new TrainingMemory(
            shape, ((long)shape.UserCount + shape.ItemCount) * rank4 * Float4.Bytes, Math.Max(scratch, DeviceTopK.LeastBytes(shape.LongestRow, ListLength) - row), row);
    }

    /// <summary>Why it cannot be done, and what to change.</summary>
    /// <param name="device">The device.</param>
    /// <param name="boundBytes">What it has.</param>
    public string Shortage(EngineDescription device, long boundBytes) =>
        $"{device} has {ByteSize.Text(boundBytes)} of memory for gpuals, and this training needs at least {ByteSize.Text(Bytes)}: {ByteSize.Text(FactorBytes)} for the "
        + $"factors of {Counted.Of(Shape.UserCount, "user")} and {Counted.Of(Shape.ItemCount, "item")} at rank {Shape.Rank}, {ByteSize.Text(ScratchBytes)} to work in, "
        + $"{ByteSize.Text(RowBytes)} for the longest row of plays. {DeviceErrors.Remedy}";
}
