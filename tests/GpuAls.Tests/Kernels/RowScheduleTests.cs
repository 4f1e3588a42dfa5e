using CsCheck;
using GpuAls.Kernels;

namespace GpuAls.Tests.Kernels;

public sealed class RowScheduleTests
{
    private const int Longest = RowSchedule.LongestRow;

    private static readonly Gen<int> Length = Gen.Frequency(
        (5, Gen.Int[0, 9]), (3, Gen.Int[0, Longest + 1]), (2, Gen.Int[Longest - 1, 3 * Longest]),
        (1, Gen.Int[Longest, 100 * Longest]));

    private static readonly Gen<long[]> Indptr = Gen.Select(Gen.Int[0, 1_000_000_000], Length.Array[0, 40], IndptrOf);

    private static long[] IndptrOf(int first, int[] lengths)
    {
        var indptr = new long[lengths.Length + 1];
        indptr[0] = first;
        for (var row = 0; row < lengths.Length; row++) indptr[row + 1] = indptr[row] + lengths[row];
        return indptr;
    }

    [Test]
    public void Rows_AreAllThere_LongestFirst_EqualOnesByNumber() => Indptr.Sample(indptr =>
    {
        var rows = RowSchedule.Of(indptr).Rows.ToArray();

        var expected = Enumerable.Range(0, indptr.Length - 1).OrderByDescending(row => indptr[row + 1] - indptr[row]);
        Assert.That(rows.Select(task => task.Row), Is.EqualTo(expected));
        Assert.That(
            rows.Select(Plays),
            Is.EqualTo(expected.Select(row => (indptr[row] - indptr[0], indptr[row + 1] - indptr[0]))));
    });

    [Test]
    public void LongRows_AreThoseThatOneTeamDoesNotSolveAlone() => Indptr.Sample(indptr =>
    {
        var schedule = RowSchedule.Of(indptr);

        var expected = schedule.Rows.ToArray().Where(task => task.Length > Longest);
        Assert.That(
            schedule.LongRows.ToArray().Select(task => task.Row), Is.EqualTo(expected.Select(task => task.Row)));
    });

    [Test]
    public void Segments_OfARow_FollowEachOtherFromItsFirstPlayToItsLast() => Indptr.Sample(indptr =>
    {
        var schedule = RowSchedule.Of(indptr);
        var segments = schedule.Segments.ToArray();

        var next = 0L;
        foreach (var row in schedule.LongRows.ToArray())
        {
            Assert.That(row.First, Is.EqualTo(next));
            next += row.Length;
            var own = segments[(int)row.First..(int)next];
            Assert.That(own.Select(task => task.Row), Is.All.EqualTo(row.Row));
            Assert.That(own[0].First, Is.EqualTo(indptr[row.Row] - indptr[0]));
            Assert.That(
                own[1..].Select(task => task.First), Is.EqualTo(own[..^1].Select(task => task.First + task.Length)));
            Assert.That(own[^1].First + own[^1].Length, Is.EqualTo(indptr[row.Row + 1] - indptr[0]));
        }

        Assert.That(next, Is.EqualTo(segments.Length));
    });

    [Test]
    public void Segments_AreFewAndLong_InWholeStages() => Indptr.Sample(indptr =>
    {
        var schedule = RowSchedule.Of(indptr);
        var segments = schedule.Segments.ToArray();

        foreach (var row in schedule.LongRows.ToArray())
        {
            var own = segments.Skip((int)row.First).Take(row.Length).Select(task => task.Length).ToArray();
            Assert.That(own, Has.Length.InRange(2, RowSchedule.MostSegments));
            Assert.That(own[..^1], Is.All.EqualTo(own[0]));
            Assert.That(own[0], Is.GreaterThanOrEqualTo(RowSchedule.SegmentLength));
            Assert.That(own[0] % TeamLayout.StageRows, Is.Zero);
            Assert.That(own[^1], Is.InRange(1, own[0]));
        }
    });

    [Test]
    public void TasksOf_CountsThoseOfARow() => Length.Sample(length =>
    {
        var schedule = RowSchedule.Of([0, length]);

        Assert.That(
            RowSchedule.TasksOf(length),
            Is.EqualTo(schedule.Rows.Length + schedule.LongRows.Length + schedule.Segments.Length));
    });

    [Test]
    public void Segments_DependOnTheirRowAlone() => Indptr.Sample(indptr =>
    {
        var whole = RowSchedule.Of(indptr).Segments.ToArray();

        var rowByRow =
            from row in Enumerable.Range(0, indptr.Length - 1)
            from task in RowSchedule.Of(indptr.AsSpan(row, 2)).Segments.ToArray()
            select (row, task.First + indptr[row] - indptr[0], task.Length);

        Assert.That(whole.Select(task => (task.Row, task.First, task.Length)), Is.EquivalentTo(rowByRow));
    });

    private static (long First, long End) Plays(RowTask task) => (task.First, task.First + task.Length);
}
