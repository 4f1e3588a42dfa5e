namespace GpuAls.Tests.Processes;

public sealed class MeteredProcessGroupTests
{
    private const int Size = 3;

    [Test]
    public void Traffic_OfEachCall_IsWhatTheProcessGaveToOthers()
    {
        var traffic = new ThreadGroup(Size).Run(member =>
        {
            var group = new MeteredProcessGroup(member);
            // 1, 2 and 3 values of processes 0, 1 and 2.
            group.AllGather(new float[6].AsSpan(), [0, 1, 3], [1, 2, 3]);
            // 10 values for process 0, 20 for 1, 30 for 2.
            group.AllToAll<double>(new double[60], [10, 20, 30], out _);
            group.Broadcast(new int[7].AsSpan(), root: 1);
            group.BeginAllGather(new byte[3].AsMemory(), [0, 1, 2], [1, 1, 1]).Wait();
            return group.Traffic;
        });

        Assert.That(
            traffic.Select(of => of.AllGatherBytes),
            Is.EqualTo(new[] { (1 * 4 * 2) + 2, (2 * 4 * 2) + 2, (3 * 4 * 2) + 2 }));
        Assert.That(traffic.Select(of => of.AllToAllBytes), Is.EqualTo(new[] { 50 * 8, 40 * 8, 30 * 8 }));
        Assert.That(traffic.Select(of => of.BroadcastBytes), Is.EqualTo(new[] { 0, 7 * 4 * 2, 0 }));
        Assert.That(traffic.Select(of => of.Bytes), Is.EqualTo(new[] { 410, 394, 266 }));
        Assert.That(traffic.Select(of => of.Calls), Is.All.EqualTo(4));
    }

    [Test]
    public void Calls_AreThoseOfTheGroup()
    {
        var results = new ThreadGroup(Size).Run(member =>
        {
            var group = new MeteredProcessGroup(member);
            Assert.That(
                (group.Rank, group.Size, group.LocalRank), Is.EqualTo((member.Rank, Size, member.LocalRank)));
            var sent = Enumerable.Range(0, Size).Select(to => (10 * group.Rank) + to).ToArray();
            var exchanged = group.AllToAll<int>(sent, [1, 1, 1], out var received);
            return (Gathered: group.AllGather(group.Rank), exchanged, received);
        });

        for (var rank = 0; rank < Size; rank++)
        {
            Assert.That(results[rank].Gathered, Is.EqualTo(new[] { 0, 1, 2 }));
            Assert.That(results[rank].exchanged, Is.EqualTo(new[] { rank, 10 + rank, 20 + rank }));
            Assert.That(results[rank].received, Is.EqualTo(new long[] { 1, 1, 1 }));
        }
    }

    [Test]
    public void Seconds_OneProcessIsLate_AreFewestForIt()
    {
        using var others = new CountdownEvent(Size - 1);
        var seconds = new ThreadGroup(Size).Run(member =>
        {
            var group = new MeteredProcessGroup(member);
            if (group.Rank == 1)
            {
                others.Wait();
                Thread.Sleep(300);
            }
            else
            {
                others.Signal();
            }

            group.Meet();
            return group.Traffic.Seconds;
        });

        Assert.That(seconds[1], Is.LessThan(seconds.Where((_, rank) => rank != 1).Min()));
        Assert.That(seconds[0], Is.GreaterThan(0.1));
    }

    [Test]
    public void Seconds_OfACallBesideOtherWork_AreThoseWaitedForItsEnd()
    {
        using var waits = new ManualResetEventSlim();
        using var hasWaited = new ManualResetEventSlim();
        var seconds = new ThreadGroup(Size).Run(member =>
        {
            var group = new MeteredProcessGroup(member);
            if (group.Rank == 1)
            {
                waits.Wait();
                Thread.Sleep(300);
            }

            var call = group.BeginAllGather(new byte[Size].AsMemory(), [0, 1, 2], [1, 1, 1]);
            if (group.Rank == 2) waits.Set();
            if (group.Rank == 0) hasWaited.Wait(); // works until the call has ended
            call.Wait();
            if (group.Rank == 2) hasWaited.Set();
            return group.Traffic.Seconds;
        });

        Assert.That(seconds[2], Is.GreaterThan(0.1));
        Assert.That(seconds[0], Is.LessThan(seconds[2] / 2));
    }
}
