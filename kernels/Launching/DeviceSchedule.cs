using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>A <see cref="RowSchedule"/> in device memory.</summary>
/// <param name="accelerator">Where the memory lies.</param>
public sealed class DeviceSchedule(Accelerator accelerator) : IDisposable
{
    private readonly ReusableBuffer<RowTask> _rows = new(accelerator);
    private readonly ReusableBuffer<RowTask> _longRows = new(accelerator);
    private readonly ReusableBuffer<RowTask> _segments = new(accelerator);

    /// <summary>All rows, the long ones first.</summary>
    internal ArrayView<RowTask> Rows { get; private set; }

    /// <summary>The rows after the long ones.</summary>
    internal ArrayView<RowTask> ShortRows => Rows.SubView(LongRows.Length, Rows.Length - LongRows.Length);

    /// <summary>Segments of the long rows.</summary>
    internal ArrayView<RowTask> Segments { get; private set; }

    /// <summary>The long rows on the host; their places in <see cref="LongRows"/> are the same.</summary>
    internal ReadOnlyMemory<RowTask> HostLongRows { get; private set; }

    /// <summary>The long rows, with segments for entries.</summary>
    internal ArrayView<RowTask> LongRows { get; private set; }

    /// <summary>Takes a schedule's place.</summary>
    public void Fill(RowSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        Rows = Fill(_rows, schedule.Rows);
        LongRows = Fill(_longRows, schedule.LongRows);
        Segments = Fill(_segments, schedule.Segments);
        HostLongRows = schedule.LongRows;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _longRows.Dispose();
        _segments.Dispose();
    }

    private static ArrayView<RowTask> Fill(ReusableBuffer<RowTask> buffer, ReadOnlyMemory<RowTask> tasks) => buffer.Fill(tasks.Span).SubView(0, tasks.Length);
}
