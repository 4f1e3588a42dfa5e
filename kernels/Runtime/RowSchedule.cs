using System.Runtime.InteropServices;
using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// The order in which rows are solved: by falling number of plays, so that the teams of a group have similar work and
/// no long row starts last. Rows longer than <see cref="LongestRow"/> are split into segments. How a row is summed
/// depends only on its own plays.
/// </summary>
public sealed class RowSchedule
{
    /// <summary>The largest number of plays in a row that one team solves alone.</summary>
    public const int LongestRow = 2_048;

    /// <summary>Minimum plays per segment.</summary>
    public const int SegmentLength = 1_024;

    /// <summary>Maximum segments per row.</summary>
    public const int MostSegments = 256;

    private static readonly Comparer<RowTask> LongestFirst = Comparer<RowTask>.Create(
        (a, b) => a.Length != b.Length ? b.Length.CompareTo(a.Length) : a.Row.CompareTo(b.Row));

    private RowSchedule(RowTask[] rows, RowTask[] longRows, RowTask[] segments) =>
        (Rows, LongRows, Segments) = (rows, longRows, segments);

    /// <summary>All rows, by falling number of plays, then by index. The long rows come first.</summary>
    public ReadOnlyMemory<RowTask> Rows { get; }

    /// <summary>The long rows in the same order, with segments as entries.</summary>
    public ReadOnlyMemory<RowTask> LongRows { get; }

    /// <summary>The segments of the long rows, row by row.</summary>
    public ReadOnlyMemory<RowTask> Segments { get; }

    /// <summary>Schedules all rows of a CSR matrix, or of a block of its rows.</summary>
    /// <param name="indptr">[rows + 1]; plays are numbered from indptr[0].</param>
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

    /// <summary>Number of tasks for a row in all three lists.</summary>
    /// <param name="length">Number of plays in the row.</param>
    public static int TasksOf(int length) =>
        length <= LongestRow ? 1 : 2 + ((length - 1) / LengthOfSegments(length)) + 1;

    /// <summary>Counting sort by length; the few long rows are sorted by comparison.</summary>
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

        Array.Sort(rows, 0, longCount, LongestFirst);
        return rows;
    }

    /// <summary>
    /// [LongestRow + 2], for each length the end (exclusive) of its rows; the last element is for all longer rows.
    /// </summary>
    private static int[] Ends(ReadOnlySpan<long> indptr)
    {
        var ends = new int[LongestRow + 2];
        for (var row = 0; row < indptr.Length - 1; row++)
            ends[Math.Min(indptr[row + 1] - indptr[row], LongestRow + 1)]++;
        for (var length = LongestRow; length >= 0; length--) ends[length] += ends[length + 1];
        return ends;
    }

    private static IEnumerable<RowTask> Cut(RowTask row)
    {
        var length = LengthOfSegments(row.Length);
        for (var first = 0; first < row.Length; first += length)
            yield return new RowTask(row.First + first, Math.Min(length, row.Length - first), row.Row);
    }

    /// <summary>
    /// Plays per segment, except the last one: a multiple of the stage size, so that only the last segment has empty
    /// slots.
    /// </summary>
    private static int LengthOfSegments(int rowLength)
    {
        var length = Math.Max(SegmentLength, ((rowLength - 1) / MostSegments) + 1);
        return (length + TeamLayout.StageRows - 1) / TeamLayout.StageRows * TeamLayout.StageRows;
    }
}

/// <summary>
/// A <see cref="RowSchedule"/> in device memory: its three lists, one after another, in a buffer owned by the caller.
/// </summary>
public sealed class DeviceSchedule
{
    private const int TaskLongs = 2;
    private const int Samples = 1_024;
    private const int LongestCounted = 256;

    /// <summary>[row / _step], plays of the rows before each sampled one.</summary>
    private readonly long[] _playsBefore;
    private readonly int _step;
    private readonly long _plays;

    /// <summary>[LongestCounted + 1], for each length the number of longer rows.</summary>
    private readonly int[] _longer = new int[LongestCounted + 1];

    /// <param name="schedule">The schedule, as written by <see cref="Write"/>.</param>
    /// <param name="buffer">
    /// Where the schedule is stored; must start at an even index of its buffer, because a task takes two elements.
    /// </param>
    public DeviceSchedule(RowSchedule schedule, ArrayView<long> buffer)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        var tasks = buffer.Cast<RowTask>();
        Rows = tasks.Part(0, schedule.Rows.Length);
        LongRows = tasks.Part(Rows.Length, schedule.LongRows.Length);
        Segments = tasks.Part(Rows.Length + LongRows.Length, schedule.Segments.Length);
        HostLongRows = schedule.LongRows;
        var rows = schedule.Rows.Span;
        _step = Math.Max(1, rows.Length / Samples);
        _playsBefore = new long[(rows.Length / _step) + 1];
        LongRowPlays = new int[schedule.LongRows.Length];
        for (var row = 0; row < rows.Length; row++)
        {
            if (row % _step == 0) _playsBefore[row / _step] = _plays;
            if (row < LongRowPlays.Length) LongRowPlays[row] = rows[row].Length;
            _plays += rows[row].Length;
            if (rows[row].Length > 0) _longer[Math.Min(rows[row].Length, LongestCounted + 1) - 1]++;
        }

        for (var length = LongestCounted; length > 0; length--) _longer[length - 1] += _longer[length];
    }

    /// <summary>All rows, the long ones first.</summary>
    internal ArrayView<RowTask> Rows { get; }

    /// <summary>Segments of the long rows.</summary>
    internal ArrayView<RowTask> Segments { get; }

    /// <summary>The long rows on the host, in the same order as <see cref="LongRows"/>.</summary>
    internal ReadOnlyMemory<RowTask> HostLongRows { get; }

    /// <summary>The long rows, with segments as entries.</summary>
    internal ArrayView<RowTask> LongRows { get; }

    /// <summary>Number of plays of each long row.</summary>
    internal int[] LongRowPlays { get; }

    /// <summary>The first row, in the order of <see cref="Rows"/>, with no more plays.</summary>
    /// <param name="length">Number of plays, up to 256.</param>
    internal int FirstUpTo(int length) => _longer[length];

    /// <summary>Some rows in parts of about as much work.</summary>
    /// <param name="first">The first row, in the order of <see cref="Rows"/>.</param>
    /// <param name="cost">What a row costs.</param>
    /// <param name="block">Work of a part.</param>
    /// <param name="before">The end of the rows, exclusive; null for all from the first on.</param>
    internal IEnumerable<(ArrayView<RowTask> Rows, long Work)> Parts(
        int first, RowCost cost, long block, int? before = null)
    {
        var count = before ?? (int)Rows.Length;
        for (var end = first; end < count;)
        {
            end = (int)Math.Min(((long)(end / _step) + 1) * _step, count);
            var work = cost.Of(PlaysBefore(end) - PlaysBefore(first), end - first);
            if (work < block && end < count) continue;
            yield return (Rows.Part(first, end - first), work);
            first = end;
        }
    }

    /// <summary>Number of elements needed to hold a schedule.</summary>
    /// <param name="taskCount">Number of tasks in all three lists.</param>
    public static long Length(long taskCount) => TaskLongs * taskCount;

    private long PlaysBefore(int row) => row == Rows.Length ? _plays : _playsBefore[row / _step];

    /// <summary>Writes a schedule into a host buffer of <see cref="Length"/>.</summary>
    public static void Write(RowSchedule schedule, Span<long> buffer)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ReadOnlySpan<ReadOnlyMemory<RowTask>> lists = [schedule.Rows, schedule.LongRows, schedule.Segments];
        foreach (var list in lists)
        {
            MemoryMarshal.Cast<RowTask, long>(list.Span).CopyTo(buffer);
            buffer = buffer[(TaskLongs * list.Length)..];
        }
    }
}
