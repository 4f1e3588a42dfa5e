using GpuAls.Evaluation;
using GpuAls.Indexing;
using GpuAls.Sparse;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Evaluation;

public sealed class SplitterTests
{
    /// <summary>
    /// Of 10 rows the newest 3 would be held out, from time 7 on; one more row has time 7, so all with it are trained on, and 2 are left to
    /// test with: user 1 played item 2 (9), and user 0 item 0 again (8), which is trained on.
    /// </summary>
    [Test]
    public void Split_ByTime_HoldsOutTheNewestRows()
    {
        var rows = Rows((0, 0, 1), (0, 0, 8), (0, 1, 2), (1, 0, 7), (1, 1, 3), (1, 2, 9), (2, 2, 7), (2, 1, 4), (2, 0, 5), (0, 2, 6));

        var heldOut = Splitter.Split(rows, Plays(rows), SplitOptions.Default with { Kind = SplitKind.Time, TestFraction = 0.3 }).Single();

        Assert.That(heldOut.Counts, Is.EqualTo(new HeldOutCounts { Pairs = 1, RepeatedPairs = 1, UnseenUsers = 0, UnseenItems = 0, UnseenPairs = 0 }));
        // Users 0 and 2 have three pairs to train on, user 1 has two. Item 1 has three, 0 too, 2 has two. What came later adds nothing.
        Assert.That(heldOut.Train.ByUser.Dense(), Is.EqualTo(new double[,] { { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1, 0 } }));
        Assert.That(heldOut.Test.Dense(), Is.EqualTo(new double[,] { { 0, 0, 0 }, { 0, 0, 0 }, { 0, 0, 1 } }));
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

        var seed = Enumerable.Range(0, 100).First(seed => HoldOutSplit.Random(Plays(rows).ByUser, 0.5, seed).Train.EntryCount == 0);

        Assert.That(
            () => Splitter.Split(rows, Plays(rows), SplitOptions.Default with { TestFraction = 0.5, Seed = seed }).ToList(),
            Throws.TypeOf<GpuAlsException>().With.Message.Contains("none is left to train on"));
    }

    /// <summary>The matrices of a copy: they take the rows they are made of.</summary>
    private static InteractionMatrix Plays(IndexedInteractions rows) => CsrBuilder.Build(rows.Where(_ => true));

    private static IndexedInteractions Rows(params (int User, int Item, long Time)[] rows) => new()
    {
        Users = new IdIndex<int>([.. Enumerable.Range(0, rows.Max(row => row.User) + 1)]),
        Items = new IdIndex<int>([.. Enumerable.Range(0, rows.Max(row => row.Item) + 1)]),
        UserIndices = [.. rows.Select(row => row.User)],
        ItemIndices = [.. rows.Select(row => row.Item)],
        Weights = null,
        Times = [.. rows.Select(row => row.Time)],
        Statistics = new ReadStatistics { Files = 1, Rows = rows.Length, ZeroWeightRows = 0, BadRows = 0 },
    };
}
