using System.Text;
using CsCheck;
using GpuAls.Tests.Indexing;
using GpuAls.Tests.Processes;
using GpuAls.Tests.Reading;

namespace GpuAls.Tests.Training;

/// <summary>Processes that load plays together get the shares of what one process loads, bit for bit.</summary>
public sealed class SharedPlaysTests
{
    private static readonly Gen<AlsOptions> Worth = Gen.Select(
        Gen.OneOf<double?>(null, 0.5, 3.0),
        Gen.Bool,
        Gen.OneOf<double?>(null, 0.25),
        Gen.OneOf<int?>(null, 2, 3),
        Gen.OneOf<int?>(null, 2)).Select((halfLife, isAsOf, most, users, items) => AlsOptions.Default with
        {
            HalfLife = halfLife,
            AsOf = isAsOf && halfLife is not null ? DateTimeOffset.FromUnixTimeSeconds(1_700_500_000) : null,
            MaxWeight = most,
            MinUserPlays = users,
            MinItemPlays = items,
        });

    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Load_AnyPlays_AreSharesOfOneProcess() => Gen.Select(
        BatchesSource.Alike, Gen.OneOf(1, 2, 3, 5), Worth, Gen.Enum<Feedback>(), Gen.Bool, Gen.Double[0, 9]).Sample(
        (batches, size, worth, feedback, hasWeights, perRow) =>
    {
        var source = new BatchesSource(batches, new InteractionSchema
        {
            WeightColumn = hasWeights ? "weight" : null,
            TimeColumn = "time",
            Feedback = feedback,
            OnBadRow = OnBadRow.Skip,
        });
        CheckShares(source, size, worth, length => perRow + ((double)length * length));
    }, iter: 400, threads: 1);

    [Test]
    public void Load_FilesOfAllFormats_AreSharesOfOneProcess([Values(2, 3, 7)] int size)
    {
        var random = new Random(size);
        (string User, string Item, double Weight)[] rows = [.. Enumerable.Range(0, 60_000).Select(_ => (
            $"u{random.Next(1 + random.Next(5_000))}", $"i{random.Next(1 + random.Next(900))}",
            Math.Round(random.NextDouble() * 4) - 1))];
        for (var file = 0; file < 3; file++)
        {
            var part = rows[(file * 10_000)..((file + 1) * 10_000)];
            ParquetPlays.WriteAsync(
                _folder.At($"a{file}.parquet"),
                1 + (2 * file),
                ("user", part.Select(row => row.User).ToArray()),
                ("item", part.Select(row => row.Item).ToArray()),
                ("weight", part.Select(row => row.Weight).ToArray())).GetAwaiter().GetResult();
        }

        var csv = "user,item,weight\n" + string.Concat(rows[30_000..40_000].Select((row, i) =>
            $"\"{row.User}\",\"{row.Item}{(i % 9 == 0 ? "\n\"\"" : "")}\",{row.Weight}\n"));
        File.WriteAllText(_folder.At("b.csv"), csv);
        File.WriteAllBytes(_folder.At("c.csv.gz"), CompressedText.Of("c.csv.gz", Encoding.UTF8.GetBytes(csv)));
        File.WriteAllText(_folder.At("d.jsonl"), string.Concat(rows[40_000..].Select(row =>
            $$"""{"user":"{{row.User}}","item":"{{row.Item}}","weight":{{row.Weight}}}""" + "\n")));

        var schema = new InteractionSchema { WeightColumn = "weight" };
        var files = InputLocation.ResolveAsync([_folder.Root], CancellationToken.None).GetAwaiter().GetResult();
        var worth = AlsOptions.Default with { MinItemPlays = 3, MinUserPlays = 2, MaxWeight = 5 };
        CheckShares(new FileInteractionSource(files, schema), size, worth, length => length + 10);
        CheckShares(new FileInteractionSource(files, schema), size, AlsOptions.Default, length => length + 10);
    }

    [Test]
    public void Load_PlaysInMemory_AreSharesOfOneProcess([Values(1, 2, 5)] int size) =>
        CheckShares(
            new MemoryInteractionSource<Guid, ulong>(
                [.. Enumerable.Range(0, 3).Select(row => (new Guid(row, 0, 0, new byte[8]), ulong.MaxValue, 2f))],
                hasWeights: true,
                Feedback.Explicit),
            size,
            AlsOptions.Default,
            _ => 1);

    [Test]
    public void Load_WeightsThatOverflow_AreNamedByAll() => CheckShares(
        new MemoryInteractionSource<string, int>(
            [.. Enumerable.Range(0, 40).Select(row => ($"u{row % 9}", row % 4, row < 20 ? 1 : float.MaxValue))],
            hasWeights: true,
            Feedback.Implicit),
        3,
        AlsOptions.Default,
        length => length);

    [Test]
    public void Load_HalfLifeWithoutTimes_IsRefusedByAll() => CheckShares(
        new MemoryInteractionSource<string, int>([("u", 1, 1)], hasWeights: true, Feedback.Implicit),
        3,
        AlsOptions.Default with { HalfLife = 3 },
        length => length);

    /// <summary>A process holds about a quarter of the plays: no array is longer than the limit.</summary>
    [Test]
    public void Load_LimitOfRows_IsThatOfAProcess()
    {
        var plays = Enumerable.Range(0, 40_000).Select(row => ($"u{row % 997}", row % 401, 1f)).ToArray();
        var source = new MemoryInteractionSource<string, int>(plays, hasWeights: true, Feedback.Implicit);
        var most = 0;
        var group = new ThreadGroup(4);

        group.Run(member => Load(
            source,
            new Measured(member, sent => InterlockedMax(ref most, sent)),
            most: 11_000));

        Assert.That(group.Failures, Is.All.Null);
        Assert.That(most, Is.InRange(9_000, 11_000));
    }

    [Test]
    public void Load_UserWithMoreRowsThanAProcessMayHold_IsRefusedByAll()
    {
        var plays = Enumerable.Range(0, 40_000).Select(row => (row % 10 < 4 ? "most" : $"u{row}", row, 1f)).ToArray();
        var source = new MemoryInteractionSource<string, int>(plays, hasWeights: true, Feedback.Implicit);
        var group = new ThreadGroup(4);

        group.Run(member => Load(source, member, most: 11_000));

        Assert.That(
            group.Failures.Select(failure => failure?.Message),
            Is.All.StartsWith("process 0 of 4 would hold 16,000 plays, but can hold 11,000. Start more processes, "));
    }

    [Test]
    public void Load_LengthsAndCount_AreThoseOfAllProcesses()
    {
        var plays = Enumerable.Range(0, 1_000).Select(row => ($"u{row % 37}", row % 11, 1f)).ToArray();
        var source = new MemoryInteractionSource<string, int>(plays, hasWeights: true, Feedback.Implicit);
        var shares = new ThreadGroup(3).Run(member => Load(source, member));

        Assert.That(shares.Select(share => share.PlayCount), Is.All.EqualTo(37 * 11));
        Assert.That(shares.Select(share => share.ByUser.EntryCount).Sum(), Is.EqualTo(37 * 11));
        Assert.That(shares.Select(share => share.ByItem.EntryCount).Sum(), Is.EqualTo(37 * 11));
        Assert.That(shares.Select(share => share.UserLengths), Is.All.EqualTo(Enumerable.Repeat(11, 37)));
        Assert.That(shares.Select(share => share.ItemLengths), Is.All.EqualTo(Enumerable.Repeat(37, 11)));
    }

    [TestCase("user,item\nu,1\nv,2\n", "1 file of 18 bytes. Give")]
    [TestCase("user,item\nu,2\n", "1 file of 14 bytes, with other names or contents. Give")]
    public void Load_ProcessesThatSeeOtherFiles_AreRefused(string other, string difference)
    {
        File.WriteAllText(_folder.At("0.csv"), "user,item\nu,1\n");
        File.WriteAllText(_folder.At("1.csv"), other);
        var group = new ThreadGroup(2);

        group.Run(member => SharedPlays.SourceAsync(
            [_folder.At($"{member.Rank}.csv")], new InteractionSchema(), member, CancellationToken.None)
            .GetAwaiter().GetResult());

        Assert.That(
            group.Failures.Select(failure => failure?.Message),
            Is.All.StartsWith(
                $"processes see different plays: process 0 finds 1 file of 14 bytes and process 1 finds {difference}"));
    }

    private static InteractionMatrix Load(
        IInteractionSource source, IProcessGroup group, int most = int.MaxValue) => SharedPlays.LoadAsync(
        source, AlsOptions.Default, new PlaySharing(group, length => length) { Most = most })
        .GetAwaiter().GetResult().Plays;

    private static void CheckShares(IInteractionSource source, int size, AlsOptions worth, Func<int, double> cost)
    {
        InteractionMatrix? full = null;
        ReadStatistics? read = null;
        string? failure = null;
        try
        {
            var rows = InteractionLoader.LoadAsync(source, null, CancellationToken.None).GetAwaiter().GetResult();
            (read, full) = (rows.Statistics, PlayWorth.Build(rows, worth));
        }
        catch (GpuAlsException expected)
        {
            failure = expected.Message;
        }

        var group = new ThreadGroup(size);
        var shares = group.Run(member => (
            Expected: full?.ShareOf(member, cost),
            Shared: SharedPlays.LoadAsync(source, worth, new PlaySharing(member, cost)).GetAwaiter().GetResult()));

        Assert.That(group.Failures.Select(thrown => thrown?.Message), Is.All.EqualTo(failure));
        if (failure is not null) return;
        foreach (var (expected, (rows, plays)) in shares)
        {
            Assert.That(rows.Statistics, Is.EqualTo(read));
            CheckIds(plays.Users, expected!.Users);
            CheckIds(plays.Items, expected.Items);
            Assert.That(plays.UserShares.Starts, Is.EqualTo(expected.UserShares.Starts));
            Assert.That(plays.ItemShares.Starts, Is.EqualTo(expected.ItemShares.Starts));
            CheckRows(plays.ByUser, expected.ByUser);
            CheckRows(plays.ByItem, expected.ByItem);
            Assert.That(
                (plays.PlayCount, plays.CancelledPairs, plays.Feedback),
                Is.EqualTo((expected.PlayCount, expected.CancelledPairs, expected.Feedback)));
            Assert.That(plays.UserLengths, Is.EqualTo(expected.UserLengths));
            Assert.That(plays.ItemLengths, Is.EqualTo(expected.ItemLengths));
        }
    }

    private static void CheckIds(IdIndex ids, IdIndex expected)
    {
        Assert.That((ids.Type, ids.Count), Is.EqualTo((expected.Type, expected.Count)));
        for (var index = 0; index < ids.Count; index++)
            if (ids.Format(index) != expected.Format(index))
                Assert.Fail($"id {index} is {ids.Format(index)}; expected {expected.Format(index)}");
    }

    private static void CheckRows(CsrMatrix rows, CsrMatrix expected)
    {
        Assert.That(rows.ColumnCount, Is.EqualTo(expected.ColumnCount));
        Assert.That(rows.Indptr.SequenceEqual(expected.Indptr));
        Assert.That(rows.Indices.SequenceEqual(expected.Indices));
        Assert.That(Bits(rows).SequenceEqual(Bits(expected)));
    }

    private static int[] Bits(CsrMatrix rows) =>
        Array.ConvertAll(rows.Values.ToArray(), BitConverter.SingleToInt32Bits);

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref most)) < value && Interlocked.CompareExchange(ref most, value, seen) != seen)
        {
            // Another process was faster.
        }
    }

    /// <summary>Tells how many values each process sends or gets at once.</summary>
    private sealed class Measured(IProcessGroup group, Action<int> told) : IProcessGroup
    {
        public int Rank => group.Rank;

        public int Size => group.Size;

        public int LocalRank => group.LocalRank;

        public string HostOf(int process) => group.HostOf(process);

        public void AllGather<T>(Span<T> values, ReadOnlySpan<long> starts, ReadOnlySpan<long> counts)
            where T : unmanaged => group.AllGather(values, starts, counts);

        public T[] AllToAll<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> counts, out long[] received)
            where T : unmanaged
        {
            var got = group.AllToAll(values, counts, out received);
            if (typeof(T) != typeof(byte)) told(Math.Max(values.Length, got.Length));
            return got;
        }

        public void Broadcast<T>(Span<T> values, int root)
            where T : unmanaged => group.Broadcast(values, root);
    }
}
