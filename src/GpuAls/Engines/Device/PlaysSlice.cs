using System.Runtime.InteropServices;
using GpuAls.Kernels.Launching;
using ILGPU;

namespace GpuAls;

/// <summary>
/// A block of rows on its way to the device. Its arrays lie in one buffer of longs, on the host and on the device alike, so that a
/// block is one copy: the schedule if there is one, indptr, indices, values.
/// </summary>
/// <param name="plays">The whole matrix.</param>
/// <param name="size">Which rows.</param>
internal sealed class PlaysSlice(CsrMatrix plays, SliceSize size)
{
    private RowSchedule? _schedule;

    /// <summary>Which rows, and how large they are.</summary>
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
    /// <param name="buffer">[Size.Length], what <see cref="Write"/> wrote.</param>
    public PlaysBlock On(ArrayView<long> buffer) => new(
        size.Rows,
        buffer.Part(IndptrStart, size.Rows.Count + 1),
        buffer.Part(ColumnsStart, size.ColumnLongs).Cast<int>().Part(0, size.EntryCount),
        buffer.Part(ValuesStart, size.ColumnLongs).Cast<float>().Part(0, size.EntryCount),
        _schedule is null ? null : new DeviceSchedule(_schedule, buffer.Part(0, size.ScheduleLongs)));

    /// <summary>Copies all rows of the matrix to the device, however large they are.</summary>
    /// <param name="staging">The way there.</param>
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
