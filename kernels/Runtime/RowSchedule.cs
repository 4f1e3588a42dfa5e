using System.Runtime.InteropServices;
using ILGPU;

namespace GpuAls.Kernels.Launching;

/// <summary>
/// The order in which rows are solved: from the one with most plays to those with none, so that the teams of a group have about as
/// much to do and no long row begins last. Rows beyond <see cref="LongestRow"/> are cut into segments. How a row is summed
/// depends on its own plays alone.
/// </summary>
public sealed class RowSchedule
{
    /// <summary>Plays of the longest row that one team solves alone.</summary>
    public const int LongestRow = 2_048;

    /// <summary>Plays of a segment, at least.</summary>
    public const int SegmentLength = 1_024;

    /// <summary>Segments of a row, at most.</summary>
    public const int MostSegments = 256;

    private RowSchedule(RowTask[] rows, RowTask[] longRows, RowTask[] segments) => (Rows, LongRows, Segments) = (rows, longRows, segments);

    /// <summary>All rows, those with most plays first, rows with as many by number: first the long ones.</summary>
    public ReadOnlyMemory<RowTask> Rows { get; }

    /// <summary>The long rows in the same order, with segments for entries.</summary>
    public ReadOnlyMemory<RowTask> LongRows { get; }

    /// <summary>The segments of the long rows, row by row.</summary>
    public ReadOnlyMemory<RowTask> Segments { get; }

    /// <summary>Schedules all rows of a CSR matrix, or of a block of its rows.</summary>
    /// <param name="indptr">[rows + 1]; plays are counted from indptr[0].</param>
    public static RowSchedule Of(ReadOnlySpan<long> indptr)
    {
        var rows = Sort(indptr, out var longCount);
        var longRows = new RowTask[longCount];
        var segments = new List<RowTask>();
        for (var i = 0; i < longCount; i++)
        {
            var first = segments.Count;
            segments.AddRange(Cut(rows[i]));
            longRows[i] = new RowTask(first, segments.Count - first, rows[i].Row);
        }

        return new RowSchedule(rows, longRows, [.. segments]);
    }

    /// <summary>Tasks of a row in all three lists.</summary>
    /// <param name="length">Its plays.</param>
    public static int TasksOf(int length) => length <= LongestRow ? 1 : 2 + ((length - 1) / LengthOfSegments(length)) + 1;

    /// <summary>Sorts rows by counting their lengths; the few long ones by comparing them.</summary>
    private static RowTask[] Sort(ReadOnlySpan<long> indptr, out int longCount)
    {
        var ends = Ends(indptr);
        longCount = ends[LongestRow + 1];
        var rows = new RowTask[indptr.Length - 1];
        for (var row = rows.Length - 1; row >= 0; row--)
        {
            var length = checked((int)(indptr[row + 1] - indptr[row]));
            rows[--ends[Math.Min(length, LongestRow + 1)]] = new RowTask(indptr[row] - indptr[0], length, row);
        }

        Array.Sort(rows, 0, longCount, Comparer<RowTask>.Create((a, b) => a.Length != b.Length ? b.Length.CompareTo(a.Length) : a.Row.CompareTo(b.Row)));
        return rows;
    }

    /// <summary>[LongestRow + 2], for each length, and last for all that are longer, the position after the last row that has it.</summary>
    private static int[] Ends(ReadOnlySpan<long> indptr)
    {
        var ends = new int[LongestRow + 2];
        for (var row = 0; row < indptr.Length - 1; row++) ends[Math.Min(indptr[row + 1] - indptr[row], LongestRow + 1)]++;
        for (var length = LongestRow; length >= 0; length--) ends[length] += ends[length + 1];
        return ends;
    }

    private static IEnumerable<RowTask> Cut(RowTask row)
    {
        var length = LengthOfSegments(row.Length);
        for (var first = 0; first < row.Length; first += length) yield return new RowTask(row.First + first, Math.Min(length, row.Length - first), row.Row);
    }

    /// <summary>Plays of all segments of a row but the last: whole stages, so that only the last has slots without a play.</summary>
    private static int LengthOfSegments(int rowLength)
    {
        var length = Math.Max(SegmentLength, ((rowLength - 1) / MostSegments) + 1);
        return (length + TeamLayout.StageRows - 1) / TeamLayout.StageRows * TeamLayout.StageRows;
    }
}

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

    /// <summary>The long rows on the host; their positions in <see cref="LongRows"/> are the same.</summary>
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
