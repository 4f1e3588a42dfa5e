using CsCheck;
using GpuAls.Tests.Processes;

namespace GpuAls.Tests.Indexing;

/// <summary>Processes that read an input together number its ids as one that reads all.</summary>
public sealed class SharedLoadTests
{
    private static readonly Gen<int> Sizes = Gen.OneOf(2, 3, 5);
    private static readonly Gen<int> RoundBytes = Gen.OneOf(1, 100, IdExchange.UsualRoundBytes);

    [Test]
    public void Load_AnyIds_AreThoseOfOneProcess() => Gen.Select(
        BatchesSource.Alike.Where(batches => batches.Any(batch => batch.Rows.Any(row => row.Weight != 0))),
        Sizes,
        RoundBytes).Sample((batches, size, roundBytes) =>
    {
        var schema = new InteractionSchema { TimeColumn = "time", OnBadRow = OnBadRow.Skip };
        var source = new BatchesSource(batches, schema);
        var expected = InteractionLoader.LoadAsync(source, null, CancellationToken.None).GetAwaiter().GetResult();
        var (shares, failures) = Load(source, size, roundBytes);

        Assert.That(failures, Is.All.Null);
        foreach (var (rows, rowsOfUsers) in shares)
        {
            Assert.That(rows.Users.Type, Is.EqualTo(expected.Users.Type));
            Assert.That(Texts(rows.Users), Is.EqualTo(Texts(expected.Users)));
            Assert.That(Texts(rows.Items), Is.EqualTo(Texts(expected.Items)));
            Assert.That(rows.Statistics, Is.EqualTo(expected.Statistics));
            Assert.That(rows.TimeKind, Is.EqualTo(expected.TimeKind));
            Assert.That(
                rowsOfUsers,
                Is.EqualTo(Enumerable.Range(0, expected.Users.Count)
                    .Select(user => expected.UserIndices.Count(of => of == user))));
        }

        Assert.That(shares.SelectMany(share => share.Rows.UserIndices), Is.EqualTo(expected.UserIndices));
        Assert.That(shares.SelectMany(share => share.Rows.ItemIndices), Is.EqualTo(expected.ItemIndices));
        Assert.That(shares.SelectMany(share => share.Rows.Times!), Is.EqualTo(expected.Times));
    }, iter: 200, threads: 1);

    [Test]
    public void Load_AnyFindings_FailAsInOneProcess() => Gen.Select(
        BatchesSource.Any, Sizes, Gen.Enum<OnBadRow>()).Sample((batches, size, onBadRow) =>
    {
        var schema = new InteractionSchema { WeightColumn = "weight", TimeColumn = "time", OnBadRow = onBadRow };
        var source = new BatchesSource(batches, schema);
        var expected = Failure(() =>
            InteractionLoader.LoadAsync(source, null, CancellationToken.None).GetAwaiter().GetResult());
        var (_, failures) = Load(source, size, IdExchange.UsualRoundBytes);

        Assert.That(failures.Select(failure => failure?.Message), Is.All.EqualTo(expected?.Message));
    }, iter: 300, threads: 1);

    [Test]
    public void Load_MoreRowsThanAProcessMayHold_SaysWhichProcess()
    {
        var rows = Enumerable.Range(0, 30).Select(row => (row, row, 1f, 0L)).ToArray();
        var source = new BatchesSource(
            [
                new(IdKinds.Words, IdKinds.Words, default, rows[..9]),
                new(IdKinds.Words, IdKinds.Words, default, rows),
            ],
            new InteractionSchema());

        var (_, failures) = Load(source, 2, IdExchange.UsualRoundBytes, mostRows: 20);

        Assert.That(
            failures[1]!.Message,
            Does.StartWith("the share of process 1 of 2 has more than 20 rows. Start more processes, "));
    }

    /// <summary>Many ids with equal numbers of rows: the ranges that processes sort are about equally long.</summary>
    [Test]
    public void Load_ManyIds_SharesTheirSort()
    {
        const int Size = 4;
        var rows = Enumerable.Range(0, 40_000).Select(row => (row, row % 7, 1f, 0L)).Chunk(2_000)
            .Select(chunk => new TestBatch(IdKinds.Words, IdKinds.Narrow, default, chunk)).ToArray();
        var counted = new List<int>[Size];
        var group = new ThreadGroup(Size);
        group.Run(member =>
        {
            var counts = counted[member.Rank] = [];
            return Load(new BatchesSource(rows, new InteractionSchema()), new Counting(member, counts), 1 << 14);
        });

        Assert.That(group.Failures, Is.All.Null);
        // An id is answered twice, and each process has a quarter of them; a round takes few of these.
        Assert.That(counted.Select(counts => counts.Sum()), Is.All.InRange(16_000, 24_000));
        Assert.That(counted.SelectMany(counts => counts), Is.All.LessThan(2_000));
    }

    private static (IndexedInteractions Rows, int[] RowsOfUsers) Load(
        IInteractionSource source, IProcessGroup group, int roundBytes, int mostRows = int.MaxValue) =>
        InteractionLoader.LoadShareAsync(source, group, null, CancellationToken.None, mostRows, roundBytes)
            .GetAwaiter().GetResult();

    private static ((IndexedInteractions Rows, int[] RowsOfUsers)[] Shares, IReadOnlyList<Exception?> Failures) Load(
        IInteractionSource source, int size, int roundBytes, int mostRows = int.MaxValue)
    {
        var group = new ThreadGroup(size);
        return (group.Run(member => Load(source, member, roundBytes, mostRows)), group.Failures);
    }

    private static GpuAlsException? Failure(Action work)
    {
        try
        {
            work();
            return null;
        }
        catch (GpuAlsException failure)
        {
            return failure;
        }
    }

    private static IEnumerable<string> Texts(IdIndex ids) => Enumerable.Range(0, ids.Count).Select(ids.Format);

    /// <summary>Counts the answers that a process sends.</summary>
    private sealed class Counting(IProcessGroup group, List<int> counts) : IProcessGroup
    {
        public int Rank => group.Rank;

        public int Size => group.Size;

        public int LocalRank => group.LocalRank;

        public string HostOf(int process) => group.HostOf(process);

        public void AllGather<T>(Span<T> values, ReadOnlySpan<long> starts, ReadOnlySpan<long> counts)
            where T : unmanaged => group.AllGather(values, starts, counts);

        public T[] AllToAll<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> countsOfOthers, out long[] received)
            where T : unmanaged
        {
            if (typeof(T) == typeof(int)) counts.Add(values.Length);
            return group.AllToAll(values, countsOfOthers, out received);
        }

        public void Broadcast<T>(Span<T> values, int root)
            where T : unmanaged => group.Broadcast(values, root);
    }
}
