using GpuAls.Kernels.Launching;

namespace GpuAls;

/// <summary>What some rows of plays take in the memory of a device.</summary>
/// <param name="Rows">Which rows.</param>
/// <param name="EntryCount">Their plays.</param>
/// <param name="TaskCount">Tasks of their schedule.</param>
/// <param name="IsScheduled">Whether they are to be solved, and not only summed over or used as a mask.</param>
internal readonly record struct SliceSize(RowRange Rows, long EntryCount, long TaskCount, bool IsScheduled)
{
    private const int EntriesOfALong = 2;

    /// <summary>Longs of the schedule: an even number.</summary>
    public long ScheduleLongs => IsScheduled ? DeviceSchedule.Length(TaskCount) : 0;

    /// <summary>Longs of the columns, and again of the values.</summary>
    public long ColumnLongs => (EntryCount + EntriesOfALong - 1) / EntriesOfALong;

    /// <summary>Longs in all.</summary>
    public long Length => ScheduleLongs + Rows.Count + 1 + (2 * ColumnLongs);

    /// <summary>Bytes in all.</summary>
    public long Bytes => Length * sizeof(long);

    /// <summary>No rows yet.</summary>
    public static SliceSize From(int firstRow, bool isScheduled) => new(new RowRange(firstRow, 0), 0, 0, isScheduled);

    /// <summary>All rows of a matrix.</summary>
    public static SliceSize Of(CsrMatrix plays, bool isScheduled)
    {
        var size = From(0, isScheduled);
        for (var row = 0; row < plays.RowCount; row++) size = size.With(plays.RowLength(row));
        return size;
    }

    /// <summary>One row more.</summary>
    /// <param name="length">Its plays.</param>
    public SliceSize With(int length) => new(
        Rows with { Count = Rows.Count + 1 }, EntryCount + length, TaskCount + RowSchedule.TasksOf(length), IsScheduled);
}
