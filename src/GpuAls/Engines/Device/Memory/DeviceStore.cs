using GpuAls.Kernels;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace GpuAls;

/// <summary>
/// Manages the device memory of an engine. Factors and scratch come first; plays stay in what is left and are evicted
/// when memory is needed, because they can be streamed instead.
/// </summary>
internal sealed class DeviceStore(Accelerator accelerator) : IDisposable
{
    private readonly List<DevicePlays> _resident = [];
    private LaunchScratch _largest;

    /// <summary>The device.</summary>
    public Accelerator Accelerator { get; } = accelerator;

    /// <summary>Tracks allocations and enforces the limit.</summary>
    public DeviceMemory Memory { get; } = DeviceMemory.Of(accelerator);

    /// <summary>For large copies between host and device.</summary>
    public Staging Staging { get; } = new(accelerator);

    /// <summary>Bytes of the plays that are resident on the device.</summary>
    public long PlaysBytes => _resident.Sum(plays => plays.Size.Bytes);

    /// <summary>Allocates memory for factors or a block of plays, evicting plays if needed.</summary>
    /// <exception cref="DeviceMemoryException">There is too little memory even without resident plays.</exception>
    public DeviceBuffer<T> Allocate<T>(long length)
        where T : unmanaged
    {
        while (Memory.Left < length * Interop.SizeOf<T>() && GiveUpPlays()) { }
        return Memory.Allocate<T>(length);
    }

    /// <summary>Records the rank of factors, on which the size of scratch depends.</summary>
    /// <param name="rank4">Float4s in a row.</param>
    public void Expect(int rank4) => _largest = _largest.Or(new LaunchScratch(rank4, 0, 0, 0));

    /// <summary>
    /// Bytes of scratch that operations have yet to allocate. Scratch allocated for a larger operation is not counted
    /// towards other needs.
    /// </summary>
    /// <param name="scratch">Sizes of the operations' inputs; the rank may be left out.</param>
    public long ScratchToCome(LaunchScratch scratch)
    {
        _largest = _largest.Or(scratch);
        return Math.Max(0, _largest.BytesOn(Accelerator) - Memory.Scratch);
    }

    /// <summary>Evicts plays until an operation's scratch fits.</summary>
    /// <param name="scratch">Sizes of the operation's inputs.</param>
    public void MakeRoom(LaunchScratch scratch)
    {
        while (Memory.Left < ScratchToCome(scratch) && GiveUpPlays()) { }
    }

    /// <summary>
    /// Bytes that the factors of a training leave for the rest; factors that would not lie in the memory of the host
    /// instead. 0 where all of them fit; null where no training has said what it needs.
    /// </summary>
    public long? SparedByFactors { get; set; }

    /// <summary>Whether factors are to lie in the memory of the host.</summary>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="bytes">Bytes of the factors.</param>
    public bool Spills(int rowCount, long bytes)
    {
        var left = Memory.Left + PlaysBytes - bytes;
        if (SparedByFactors is { } spared) return left < spared;
        // They would be of no use without room to search them, and for some more factors.
        return left + Memory.Scratch < 2 * DeviceTopK.LeastBytes(longestRow: 0, rowCount, TrainingMemory.ListLength);
    }

    /// <summary>Registers resident plays.</summary>
    public void Add(DevicePlays plays) => _resident.Add(plays);

    /// <summary>Unregisters resident plays.</summary>
    public void Remove(DevicePlays plays) => _resident.Remove(plays);

    /// <summary>Evicts the plays that were loaded last; they are streamed from now on.</summary>
    /// <returns>False if no plays are resident.</returns>
    public bool GiveUpPlays()
    {
        if (_resident.Count == 0) return false;
        _resident[^1].GiveUp();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => Staging.Dispose();
}

/// <summary>How much of a device's memory gpuals may use.</summary>
internal static class AvailableMemory
{
    private const long LargestReserve = 512L << 20;
    private const int ReserveShare = 16;

    /// <summary>
    /// The free memory reported by the driver, minus a reserve for kernel code and for rounding up sizes. The emulator
    /// uses host memory, which is not limited here.
    /// </summary>
    public static long Of(Accelerator accelerator)
    {
        if (accelerator is CPUAccelerator) return long.MaxValue;
        var free = accelerator is CudaAccelerator cuda ? cuda.GetFreeMemory() : accelerator.MemorySize;
        return Of(free, accelerator.MemorySize);
    }

    /// <summary>The same, for a device with this much memory.</summary>
    /// <param name="free">Free bytes; other programs may use more than the reserve.</param>
    /// <param name="size">Total bytes.</param>
    public static long Of(long free, long size) => Math.Max(0, free - Math.Min(LargestReserve, size / ReserveShare));
}

/// <summary>
/// The device memory for a training, with plays streamed one row at a time: with all factors on the device, and the
/// minimum, with the factors in host memory and only those for the longest row on the device.
/// </summary>
/// <param name="Shape">Size of the training.</param>
/// <param name="FactorBytes">The factor matrices.</param>
/// <param name="ScratchBytes">Scratch of all operations, including the search for lists afterwards.</param>
/// <param name="RowBytes">The longest row, twice.</param>
/// <param name="SliceBytes">The factors that the Gramian sums at a time.</param>
internal readonly record struct TrainingMemory(
    TrainingShape Shape, long FactorBytes, long ScratchBytes, long RowBytes, long SliceBytes)
{
    /// <summary>The usual list length after a training; longer lists may need more memory.</summary>
    public const int ListLength = 10;

    /// <summary>Of the scratch, the factors rotated for dual equations, of which a block needs its own only.</summary>
    public long RotatedBytes { get; init; }

    /// <summary>Total bytes with all factors.</summary>
    public long Bytes => FactorBytes + ScratchBytes + RowBytes;

    /// <summary>The factors of the longest row: of its plays, its own, and what it is pulled toward.</summary>
    public long RowFactorBytes => Math.Min(FactorBytes, DeviceFactors.BytesOf(Shape.LongestRow + 2, Shape.Rank));

    /// <summary>Total bytes with factors in host memory.</summary>
    public long LeastBytes => ScratchBytes - RotatedBytes + Math.Max(
        (2 * RowBytes) + (RotatedBytes > 0 ? 2 * RowFactorBytes : RowFactorBytes), SliceBytes);

    /// <summary>
    /// Bytes that factors leave for the rest where not all of them fit: the minimum, and half of what is more.
    /// </summary>
    /// <param name="boundBytes">The device's available memory.</param>
    public long Spared(long boundBytes) => LeastBytes + ((boundBytes - LeastBytes) / 2);

    /// <summary>
    /// Rows of factors that lie in host memory: users, items and what is kept besides are brought to the device in
    /// turn, where they fit.
    /// </summary>
    /// <param name="boundBytes">The device's available memory.</param>
    public long SpilledRows(long boundBytes)
    {
        if (Bytes <= boundBytes) return 0;
        var (left, spilled) = (boundBytes - Spared(boundBytes), 0L);
        foreach (var rows in (long[])[Shape.UserCount, Shape.ItemCount, Shape.KeptRows])
        {
            var bytes = rows * Float4.CountFor(Shape.Rank) * Float4.Bytes;
            if (bytes > left) spilled += rows;
            else left -= bytes;
        }

        return spilled;
    }

    /// <summary>Computes the memory for a training.</summary>
    public static TrainingMemory Of(Accelerator accelerator, TrainingShape shape)
    {
        var rank4 = Float4.CountFor(shape.Rank);
        var inputs = new LaunchScratch(
            rank4, Math.Max(shape.UserCount, shape.ItemCount), shape.LongestRow, shape.PlayCount)
        {
            BlockSize = shape.BlockSize,
            RotatedRows = RotatedRows(accelerator, shape),
        };
        var scratch = inputs.BytesOn(accelerator);
        var row = Staging.Slots * PlaysCut.LargestRow(shape.LongestRow, isScheduled: true, rowBytes: 0);
        return new TrainingMemory(
            shape,
            shape.FactorRows * rank4 * Float4.Bytes,
            Math.Max(scratch, DeviceTopK.LeastBytes(shape.LongestRow, shape.ItemCount, ListLength) - row),
            row,
            Math.Max(Slice(shape.UserCount), Slice(shape.ItemCount)))
        {
            RotatedBytes = Math.Max(0, inputs.RotatedRows - 1L) * rank4 * Float4.Bytes,
        };

        long Slice(int rows)
        {
            var block = Math.Min(rows, GramianBlocks.OnDevice.RowsOf(rows, shape.Rank));
            return DeviceFactors.BytesOf(GramianLauncher.SliceRows(accelerator, block, rank4), shape.Rank);
        }
    }

    /// <summary>Fixed factors of dual equations, where these may be used.</summary>
    private static int RotatedRows(Accelerator accelerator, TrainingShape shape)
    {
        var rows = Math.Max(shape.UserCount, shape.ItemCount);
        return shape.IsExact && rows >= DeviceDual.RowsForBasis(shape.Rank)
            && DualLauncher.LongestRow(accelerator, shape.Rank) > 0 ? rows : 0;
    }

    /// <summary>Explains why the training does not fit, and what to change.</summary>
    /// <param name="device">The device.</param>
    /// <param name="boundBytes">Its available memory.</param>
    public string Shortage(EngineDescription device, long boundBytes) =>
        $"{device} has {ByteSize.Text(boundBytes)} of memory for gpuals, and this training needs at least "
        + $"{ByteSize.Text(Math.Min(Bytes, LeastBytes))}: {ByteSize.Text(ScratchBytes)} to work in, the rest for the "
        + $"longest row of plays and for a part of the factors of {Counted.Of(Shape.UserCount, "user")} and "
        + $"{Counted.Of(Shape.ItemCount, "item")} at rank {Shape.Rank}. {DeviceErrors.Remedy}";
}
