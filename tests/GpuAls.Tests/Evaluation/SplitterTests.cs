using CsCheck;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Evaluation;

public sealed class SplitterTests
{
    /// <summary>
    /// Of 10 rows the newest 3 would be held out, from time 7 on; one more row has time 7, so all with it are trained
    /// on, and 2 are left to test with: user 1 played item 2 (9), and user 0 item 0 again (8), which is trained on.
    /// </summary>
    [Test]
    public void Split_ByTime_HoldsOutTheNewestRows()
    {
        var rows = Rows(
            (0, 0, 1),
            (0, 0, 8),
            (0, 1, 2),
            (1, 0, 7),
            (1, 1, 3),
            (1, 2, 9),
            (2, 2, 7),
            (2, 1, 4),
            (2, 0, 5),
            (0, 2, 6));

        var heldOut = Splitter.Split(
            rows, Plays(rows), SplitOptions.Default with { Kind = SplitKind.Time, TestFraction = 0.3 }).Single();

        Assert.That(
            heldOut.Counts,
            Is.EqualTo(
                new HeldOutCounts { Pairs = 1, RepeatedPairs = 1, UnseenUsers = 0, UnseenItems = 0, UnseenPairs = 0 }));
        // Users 0 and 2 have three pairs to train on, user 1 has two. Item 1 has three, 0 too, 2 has two. What came
        // later adds nothing.
        Assert.That(heldOut.Train.ByUser.Dense(), Is.EqualTo(new double[,] { { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1, 0 } }));
        Assert.That(heldOut.Test.Dense(), Is.EqualTo(new double[,] { { 0, 0, 0 }, { 0, 0, 0 }, { 0, 0, 1 } }));
    }

    /// <summary>
    /// User 0 played item 0 last, and before: the pair is held out, so that nothing later is trained on. User 1's
    /// newest is item 2. User 2 has one pair only.
    /// </summary>
    [Test]
    public void Split_LeaveLast_HoldsOutTheNewestPairOfEachUserWhoHasMore()
    {
        var rows = Rows((0, 0, 1), (1, 1, 7), (0, 1, 4), (0, 0, 9), (1, 2, 8), (2, 1, 99), (2, 1, 3), (1, 0, -5));

        var heldOut =
            Splitter.Split(rows, Plays(rows), SplitOptions.Default with { Kind = SplitKind.LeaveLast }).Single();

        Assert.That(
            heldOut.Counts,
            Is.EqualTo(
                new HeldOutCounts { Pairs = 2, RepeatedPairs = 0, UnseenUsers = 0, UnseenItems = 1, UnseenPairs = 1 }));
        // The training part's own index: users 1 (2 pairs), 0 and 2; items 1 (3 pairs) and 0. Item 2 is unseen.
        Assert.That(heldOut.Train.ByUser.Dense(), Is.EqualTo(new double[,] { { 1, 1 }, { 1, 0 }, { 2, 0 } }));
        Assert.That(heldOut.Test.Dense(), Is.EqualTo(new double[,] { { 0, 0, 1 }, { 0, 2, 0 }, { 0, 0, 0 } }));
    }

    /// <summary>Users, items and times of so few values that many are equal.</summary>
    private static readonly Gen<(int User, int Item, long Time)[]> AnyRows =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 5], Gen.Long[-3, 3]).Array[1, 40]
            .Where(rows => rows
                .GroupBy(row => row.Item1).Any(user => user.Select(row => row.Item2).Distinct().Count() > 1));

    [Test]
    public void Split_LeaveLastOfAnyRows_LeavesNothingNewerToTrainOn() =>
        Gen.Select(AnyRows, Gen.Int[1, 3]).Sample((rows, count) =>
    {
        var split = LeaveLast(rows, count, seed: 1);

        return rows.GroupBy(row => row.User).All(user =>
        {
            var newest =
                user.GroupBy(row => row.Item).ToDictionary(pair => pair.Key, pair => pair.Max(row => row.Time));
            var (trained, held) =
                (split.Train.RowIndices(user.Key).ToArray(), split.Test.RowIndices(user.Key).ToArray());
            return held.Length == (newest.Count > count ? count : 0)
                && trained.Concat(held).Order().SequenceEqual(newest.Keys.Order())
                && held.All(item => trained.All(other => newest[other] <= newest[item]));
        });
    });

    [Test]
    public void Split_LeaveLastOfRowsInAnyOrder_IsTheSame() => Gen.Select(AnyRows, Gen.Int).Sample((rows, seed) =>
    {
        var shuffled = rows.ToArray();
        new Random(seed).Shuffle(shuffled);

        return LeaveLast(shuffled, 1, seed).Test.Dense().Cast<double>()
            .SequenceEqual(LeaveLast(rows, 1, seed).Test.Dense().Cast<double>());
    });

    /// <summary>
    /// Each of 5 items of one time is held out of 400 users 80 times, give or take 4 standard deviations of 8.
    /// </summary>
    [Test]
    public void Split_LeaveLastOfEqualTimes_IsDrawnBySeed()
    {
        (int, int, long)[] rows =
            [.. Enumerable.Range(0, 400 * 6).Select(row => (row / 6, row % 6, row % 6 == 5 ? 1L : 2))];

        var (one, same, other) =
            (LeaveLast(rows, 1, seed: 3), LeaveLast(rows, 1, seed: 3), LeaveLast(rows, 1, seed: 4));

        var counts = one.Test.Indices.ToArray().CountBy(item => item).ToDictionary();
        Assert.That(
            Enumerable.Range(0, 6).Select(item => counts.GetValueOrDefault(item)),
            Is.EqualTo(new[] { 80, 80, 80, 80, 80, 0 }).Within(32));
        Assert.That(counts, Does.Not.ContainKey(5));
        Assert.That(same.Test.Indices.ToArray(), Is.EqualTo(one.Test.Indices.ToArray()));
        Assert.That(other.Test.Indices.ToArray(), Is.Not.EqualTo(one.Test.Indices.ToArray()));
        var options = SplitOptions.Default with { Kind = SplitKind.LeaveLast, Seed = 3 };
        Assert.That(Test(rows, options with { Seed = 4 }), Is.Not.EqualTo(Test(rows, options)));
    }

    /// <summary>The newest pair has weights that add up to 0, so that it is no play.</summary>
    [Test]
    public void Split_LeaveLastOfCancelledPairs_PassesThemOver()
    {
        var rows = Rows([1, 1, -1, 1, 1], (0, 2, 5), (0, 0, 9), (0, 0, 8), (0, 1, 1), (1, 0, 3));
        var plays = Plays(rows).ByUser;

        var split = HoldOutSplit.LeaveLast(plays, PairTimes.Newest(rows, plays), 1, seed: 1);

        Assert.That(split.Test.Dense(), Is.EqualTo(new double[,] { { 0, 0, 1 }, { 0, 0, 0 } }));
    }

    [Test]
    public void Split_ByTimeThatIsAlwaysTheSame_Fails()
    {
        var rows = Rows((0, 0, 1), (0, 1, 1), (1, 0, 1));

        Assert.That(
            () => Splitter.Split(rows, Plays(rows), SplitOptions.Default with { Kind = SplitKind.Time }).ToList(),
            Throws.TypeOf<GpuAlsException>().With.Message.Contains("have the newest time"));
    }

    [Test]
    public void Split_Folds_HoldOutEachPairOnce()
    {
        var rows = Rows([.. Enumerable.Range(0, 60).Select(row => (row / 6, row % 6, 0L))]);

        var folds = Splitter.Split(rows, Plays(rows), SplitOptions.Default with { Folds = 4 }).ToArray();

        Assert.That(folds, Has.Length.EqualTo(4));
        Assert.That(folds.Sum(fold => fold.Counts.Pairs), Is.EqualTo(60));
        foreach (var fold in folds) Assert.That(fold.Train.ByUser.EntryCount + fold.Counts.Pairs, Is.EqualTo(60));
    }

    [Test]
    public void Split_OfFewPlays_MayLeaveNoneToTrainOn()
    {
        var rows = Rows((0, 0, 1));

        var seed = Enumerable.Range(0, 100)
            .First(seed => HoldOutSplit.Random(Plays(rows).ByUser, 0.5, seed).Train.EntryCount == 0);

        Assert.That(
            () => Splitter.Split(
                rows, Plays(rows), SplitOptions.Default with { TestFraction = 0.5, Seed = seed }).ToList(),
            Throws.TypeOf<GpuAlsException>().With.Message.Contains("leaves none to train on"));
    }

    private static HoldOutSplit LeaveLast((int User, int Item, long Time)[] rows, int count, long seed)
    {
        var all = Rows(rows);
        var plays = Plays(all).ByUser;
        return HoldOutSplit.LeaveLast(plays, PairTimes.Newest(all, plays), count, seed);
    }

    /// <summary>The matrices of a copy: they take the rows they are made of.</summary>
    private static InteractionMatrix Plays(IndexedInteractions rows) => CsrBuilder.Build(rows.Where(_ => true));

    private static double[,] Test((int, int, long)[] rows, SplitOptions options)
    {
        var all = Rows(rows);
        return Splitter.Split(all, Plays(all), options).Single().Test.Dense();
    }

    private static IndexedInteractions Rows(params (int User, int Item, long Time)[] rows) => Rows(null, rows);

    private static IndexedInteractions Rows(float[]? weights, params (int User, int Item, long Time)[] rows) => new()
    {
        Users = new IdIndex<int>([.. Enumerable.Range(0, rows.Max(row => row.User) + 1)]),
        Items = new IdIndex<int>([.. Enumerable.Range(0, rows.Max(row => row.Item) + 1)]),
        UserIndices = [.. rows.Select(row => row.User)],
        ItemIndices = [.. rows.Select(row => row.Item)],
        Weights = weights,
        Times = [.. rows.Select(row => row.Time)],
        Statistics = new ReadStatistics { Files = 1, Rows = rows.Length, ZeroWeightRows = 0, BadRows = 0 },
    };
}
