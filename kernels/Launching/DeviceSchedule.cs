using System.Runtime.InteropServices;
using ILGPU;

namespace GpuAls.Kernels.Launching;

/// <summary>A <see cref="RowSchedule"/> in device memory: its three lists one after the other, in the memory of a buffer's owner.</summary>
public sealed class DeviceSchedule
{
    private const int TaskLongs = 2;

    /// <param name="schedule">The schedule, as it was written by <see cref="Write"/>.</param>
    /// <param name="buffer">Where it lies, from an even long of its buffer on, since a task is two.</param>
    public DeviceSchedule(RowSchedule schedule, ArrayView<long> buffer)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        var tasks = buffer.Cast<RowTask>();
        Rows = tasks.Part(0, schedule.Rows.Length);
        LongRows = tasks.Part(Rows.Length, schedule.LongRows.Length);
        Segments = tasks.Part(Rows.Length + LongRows.Length, schedule.Segments.Length);
        HostLongRows = schedule.LongRows;
    }

    /// <summary>All rows, the long ones first.</summary>
    internal ArrayView<RowTask> Rows { get; }

    /// <summary>The rows after the long ones.</summary>
    internal ArrayView<RowTask> ShortRows => Rows.Part(LongRows.Length, Rows.Length - LongRows.Length);

    /// <summary>Segments of the long rows.</summary>
    internal ArrayView<RowTask> Segments { get; }

    /// <summary>The long rows on the host; their places in <see cref="LongRows"/> are the same.</summary>
    internal ReadOnlyMemory<RowTask> HostLongRows { get; }

    /// <summary>The long rows, with segments for entries.</summary>
    internal ArrayView<RowTask> LongRows { get; }

    /// <summary>Longs that hold a schedule of some tasks.</summary>
    /// <param name="taskCount">Tasks of all three lists.</param>
    public static long Length(long taskCount) => TaskLongs * taskCount;

    /// <summary>Writes a schedule into a host buffer of <see cref="Length"/>.</summary>
    public static void Write(RowSchedule schedule, Span<long> buffer)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        foreach (var list in (ReadOnlySpan<ReadOnlyMemory<RowTask>>)[schedule.Rows, schedule.LongRows, schedule.Segments])
        {
            MemoryMarshal.Cast<RowTask, long>(list.Span).CopyTo(buffer);
            buffer = buffer[(TaskLongs * list.Length)..];
        }
    }
}
