using System.Runtime.InteropServices;
using GpuAls.Kernels;
using ILGPU;

namespace GpuAls;

/// <summary>
/// A block of rows on its way to the device. Its arrays share one buffer of longs on both host and device, so that a
/// block is a single copy: the schedule (if any), indptr, indices, values.
/// </summary>
/// <param name="plays">The whole matrix.</param>
/// <param name="size">The rows and their size.</param>
internal sealed class PlaysSlice(CsrMatrix plays, SliceSize size)
{
    private RowSchedule? _schedule;

    /// <summary>The rows and their size.</summary>
    public SliceSize Size => size;

    private int IndptrStart => (int)size.ScheduleLongs;

    private int ColumnsStart => IndptrStart + size.Rows.Count + 1;

    private int ValuesStart => ColumnsStart + (int)size.ColumnLongs;

    /// <summary>Writes the rows into a host buffer.</summary>
    /// <param name="buffer">[Size.Length].</param>
    public void Write(Span<long> buffer)
    {
        var source = plays.Indptr.Slice(size.Rows.Start, size.Rows.Count + 1);
        if (size.ScheduleLongs > 0) DeviceSchedule.Write(_schedule = RowSchedule.Of(source), buffer);
        for (var row = 0; row < source.Length; row++) buffer[IndptrStart + row] = source[row] - source[0];
        var (first, count) = ((int)source[0], (int)size.EntryCount);
        plays.Indices.Slice(first, count).CopyTo(MemoryMarshal.Cast<long, int>(buffer[ColumnsStart..ValuesStart]));
        plays.Values.Slice(first, count).CopyTo(MemoryMarshal.Cast<long, float>(buffer[ValuesStart..]));
    }

    /// <summary>The rows on the device.</summary>
    /// <param name="buffer">[Size.Length], as written by <see cref="Write"/>.</param>
    public PlaysBlock On(ArrayView<long> buffer) => new(
        size.Rows,
        buffer.Part(IndptrStart, size.Rows.Count + 1),
        buffer.Part(ColumnsStart, size.ColumnLongs).Cast<int>().Part(0, size.EntryCount),
        buffer.Part(ValuesStart, size.ColumnLongs).Cast<float>().Part(0, size.EntryCount),
        _schedule is null ? null : new DeviceSchedule(_schedule, buffer.Part(0, size.ScheduleLongs)));

    /// <summary>Copies all rows of the matrix to the device, whatever their size.</summary>
    /// <param name="staging">Performs the copy.</param>
    /// <param name="buffer">[Size.Length].</param>
    public PlaysBlock Upload(Staging staging, ArrayView<long> buffer)
    {
        var schedule = new long[size.ScheduleLongs];
        DeviceSchedule.Write(_schedule = RowSchedule.Of(plays.Indptr), schedule);
        staging.Upload(schedule, buffer.Part(0, size.ScheduleLongs));
        var block = On(buffer);
        staging.Upload(plays.Indptr, block.Indptr);
        staging.Upload(plays.Indices, block.Indices);
        staging.Upload(plays.Values, block.Values);
        return block;
    }
}

/// <summary>The size of a range of rows in device memory.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="EntryCount">Number of plays.</param>
/// <param name="TaskCount">Number of tasks in their schedule.</param>
/// <param name="IsScheduled">Whether they are to be solved, rather than only summed over or used as a mask.</param>
internal readonly record struct SliceSize(RowRange Rows, long EntryCount, long TaskCount, bool IsScheduled)
{
    private const int EntriesOfALong = 2;

    /// <summary>Longs in the schedule; always even.</summary>
    public long ScheduleLongs => IsScheduled ? DeviceSchedule.Length(TaskCount) : 0;

    /// <summary>Longs in the columns, and equally in the values.</summary>
    public long ColumnLongs => (EntryCount + EntriesOfALong - 1) / EntriesOfALong;

    /// <summary>Total longs.</summary>
    public long Length => ScheduleLongs + Rows.Count + 1 + (2 * ColumnLongs);

    /// <summary>Total bytes.</summary>
    public long Bytes => Length * sizeof(long);

    /// <summary>An empty range that starts at a row.</summary>
    public static SliceSize From(int firstRow, bool isScheduled) => new(new RowRange(firstRow, 0), 0, 0, isScheduled);

    /// <summary>All rows of a matrix.</summary>
    public static SliceSize Of(CsrMatrix plays, bool isScheduled)
    {
        var size = From(0, isScheduled);
        for (var row = 0; row < plays.RowCount; row++) size = size.With(plays.RowLength(row));
        return size;
    }

    /// <summary>The range with one more row.</summary>
    /// <param name="length">Number of plays in the row.</param>
    public SliceSize With(int length) => new(
        Rows with { Count = Rows.Count + 1 },
        EntryCount + length,
        TaskCount + RowSchedule.TasksOf(length),
        IsScheduled);
}

/// <summary>
/// A range of rows of a CSR matrix in device memory: a matrix of its own, whose row 0 is row <c>Rows.Start</c> of the
/// whole.
/// </summary>
/// <param name="Rows">The rows.</param>
/// <param name="Indptr">[Rows.Count + 1], where each row starts in this block.</param>
/// <param name="Indices">[entries], columns.</param>
/// <param name="Values">[entries].</param>
/// <param name="Schedule">The order in which the rows are solved; null if they are not.</param>
internal readonly record struct PlaysBlock(
    RowRange Rows, ArrayView<long> Indptr, ArrayView<int> Indices, ArrayView<float> Values, DeviceSchedule? Schedule);

/// <summary>Splits plays into blocks of whole rows.</summary>
internal static class PlaysCut
{
    /// <summary>
    /// Blocks of as many rows as fit, in row order. A row that is larger than a block gets one of its own.
    /// </summary>
    /// <param name="plays">[rows, columns].</param>
    /// <param name="isScheduled">Whether the rows are to be solved.</param>
    /// <param name="blockBytes">Maximum bytes of a block, and of the additional memory its rows need.</param>
    /// <param name="rowBytes">Additional bytes per row.</param>
    public static List<PlaysSlice> Blocks(CsrMatrix plays, bool isScheduled, long blockBytes, long rowBytes)
    {
        var blocks = new List<PlaysSlice>();
        for (var row = 0; row < plays.RowCount; row += blocks[^1].Size.Rows.Count)
            blocks.Add(new PlaysSlice(plays, Next(plays, SliceSize.From(row, isScheduled), blockBytes, rowBytes)));
        return blocks;
    }

    /// <summary>
    /// Bytes of the longest row as a block of its own, or of its additional memory if that is larger.
    /// </summary>
    public static long LargestRow(int longestRow, bool isScheduled, long rowBytes) =>
        Bytes(SliceSize.From(0, isScheduled).With(longestRow), rowBytes);

    private static SliceSize Next(CsrMatrix plays, SliceSize size, long blockBytes, long rowBytes)
    {
        for (var row = size.Rows.Start; row < plays.RowCount; row++)
        {
            var longer = size.With(plays.RowLength(row));
            if (size.Rows.Count > 0 && Bytes(longer, rowBytes) > blockBytes) break;
            size = longer;
        }

        return size;
    }

    private static long Bytes(SliceSize size, long rowBytes) => Math.Max(size.Bytes, size.Rows.Count * rowBytes);
}
