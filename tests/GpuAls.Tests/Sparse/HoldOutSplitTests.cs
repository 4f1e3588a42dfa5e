using CsCheck;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Sparse;

public sealed class HoldOutSplitTests
{
    [Test]
    public void PerUser_AnyPlays_DividesThemByTheFraction() =>
        Gen.Select(Gen.Int[0, 12].Array[1, 8], Gen.Double[0, 0.99], Gen.Int).Sample((lengths, fraction, seed) =>
        {
            var plays = TestMatrices.Plays(12, lengths, seed);
            var split = HoldOutSplit.PerUser(plays, fraction, seed);
            return Enumerable.Range(0, plays.RowCount).All(user =>
                split.Test.RowLength(user) == (int)(fraction * plays.RowLength(user))
                && Row(split.Train, user).Concat(Row(split.Test, user)).Order()
                    .SequenceEqual(Row(plays, user).Order()));
        });

    [Test]
    public void PerUser_AnotherSeed_HoldsOutOtherPlays()
    {
        var plays = TestMatrices.Plays(50, [40, 40], seed: 1);

        Assert.That(
            HoldOutSplit.PerUser(plays, 0.5, 2).Test.Indices.ToArray(),
            Is.Not.EqualTo(HoldOutSplit.PerUser(plays, 0.5, 1).Test.Indices.ToArray()));
    }

    [Test]
    public void LeaveOut_AnyPlays_HoldsOutAsManyOfEachUserWhoHasMore() =>
        Gen.Select(Gen.Int[0, 12].Array[1, 8], Gen.Int[1, 6], Gen.Int).Sample((lengths, count, seed) =>
        {
            var plays = TestMatrices.Plays(12, lengths, seed);
            var split = HoldOutSplit.LeaveOut(plays, count, seed);
            return Enumerable.Range(0, plays.RowCount)
                .All(user => split.Test.RowLength(user) == (plays.RowLength(user) > count ? count : 0))
                    && IsWhole(plays, split);
        });

    [Test]
    public void Random_AnyPlays_DividesThem() =>
        Gen.Select(Gen.Int[0, 12].Array[1, 8], Gen.Double[0, 1], Gen.Int).Sample((lengths, fraction, seed) =>
            TestMatrices.Plays(12, lengths, seed) is var plays
                && IsWhole(plays, HoldOutSplit.Random(plays, fraction, seed)));

    /// <summary>Of 10,000 plays 20 % are 2,000, give or take 4 standard deviations of 40.</summary>
    [Test]
    public void Random_ManyPlays_HoldsOutTheFraction() =>
        Assert.That(
            HoldOutSplit.Random(
                TestMatrices.Plays(100, [.. Enumerable.Repeat(100, 100)], seed: 1), 0.2, 7).Test.EntryCount,
            Is.EqualTo(2000).Within(160));

    [Test]
    public void Fold_AllFolds_HoldOutEachPlayOnce()
    {
        var plays = TestMatrices.Plays(40, [40, 3, 0, 27], seed: 5);

        var heldOut = Enumerable.Range(0, 3).Select(fold => HoldOutSplit.Fold(plays, fold, 3, seed: 9)).ToArray();

        foreach (var split in heldOut) Assert.That(IsWhole(plays, split));
        for (var user = 0; user < plays.RowCount; user++)
            Assert.That(heldOut.SelectMany(split => Row(split.Test, user)).Order(), Is.EqualTo(Row(plays, user)));
        Assert.That(heldOut.Select(split => split.Test.EntryCount), Is.All.GreaterThan(10));
    }

    private static bool IsWhole(CsrMatrix plays, HoldOutSplit split) => Enumerable.Range(0, plays.RowCount).All(user =>
        Row(split.Train, user).Concat(Row(split.Test, user)).Order().SequenceEqual(Row(plays, user).Order()));

    private static IEnumerable<(int, float)> Row(CsrMatrix matrix, int row) =>
        matrix.RowIndices(row).ToArray().Zip(matrix.RowValues(row).ToArray());
}
