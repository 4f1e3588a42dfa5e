using CsCheck;
using GpuAls.Sparse;
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
                && Row(split.Train, user).Concat(Row(split.Test, user)).Order().SequenceEqual(Row(plays, user).Order()));
        });

    [Test]
    public void PerUser_AnotherSeed_HoldsOutOtherPlays()
    {
        var plays = TestMatrices.Plays(50, [40, 40], seed: 1);

        Assert.That(HoldOutSplit.PerUser(plays, 0.5, 2).Test.Indices.ToArray(), Is.Not.EqualTo(HoldOutSplit.PerUser(plays, 0.5, 1).Test.Indices.ToArray()));
    }

    private static IEnumerable<(int, float)> Row(CsrMatrix matrix, int row) => matrix.RowIndices(row).ToArray().Zip(matrix.RowValues(row).ToArray());
}
