using CsCheck;
using GpuAls.App;
using GpuAls.Bench.Scaling;

namespace GpuAls.Tests.Bench.Scaling;

/// <summary>Rows counted by length stand for the rows themselves.</summary>
public sealed class LengthRunsTests
{
    [Test]
    public void ByCost_AnyLengths_GivesEachProcessTheRowsOfRowShares() =>
        Gen.Select(Gen.Int[0, 30].Array[0, 80], Gen.Int[1, 9], Gen.Int[0, 3]).Sample((lengths, size, perRow) =>
        {
            lengths = [.. lengths.OrderDescending()];
            double Cost(int length) => perRow + (length * length); // sums of whole numbers have no rounding
            var expected = RowShares.ByCost(lengths, size, Cost);

            var shares = LengthRuns.Of(lengths).ByCost(size, Cost);

            for (var process = 0; process < size; process++)
                Assert.That(
                    Rows(shares[process]),
                    Is.EqualTo(lengths[expected.Start(process)..expected.Start(process + 1)]));
        });

    [TestCase(64)]
    [TestCase(128)]
    public void ByCost_TheWorkOfAPlanAndTheHistoriesOfASample_DiffersByARowAtMost(int rank)
    {
        var lengths = HistoryLengths.Create(new SampleOptions { Users = 20_000, Items = 5_000, Plays = 900_000 });
        lengths = [.. lengths.OrderDescending()];
        var cost = new TrainingPlan(rank, 0, SumPrecision.Fp32).WorkOf;
        var expected = RowShares.ByCost(lengths, 64, cost);

        var shares = LengthRuns.Of(lengths).ByCost(64, cost);

        long start = 0;
        for (var process = 0; process < 64; start += shares[process++].RowCount)
            Assert.That(start, Is.EqualTo(expected.Start(process)).Within(1), $"process {process}");
        Assert.That(start, Is.EqualTo(lengths.Length));
    }

    /// <summary>A sample gives what rounding down leaves over to some of its users.</summary>
    [Test]
    public void PowerLaw_TheSizesOfASample_HasItsHistories()
    {
        var options = new SampleOptions { Users = 3_000, Items = 900, Plays = 70_000 };
        var expected = HistoryLengths.Create(options).OrderDescending().ToArray();

        var runs = LengthRuns.PowerLaw(options.Users, options.Plays, 0.6, 1, options.Items / 2);

        var actual = Rows(runs);
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        Assert.That(actual.Zip(expected, (one, other) => Math.Abs(one - other)).Max(), Is.LessThanOrEqualTo(1));
    }

    [TestCase(10_000_000, 1_000_000_000, 0.6, 1, 500_000)]
    [TestCase(1_000_000_000, 100_000_000_000, 0.6, 1, 50_000_000)]
    [TestCase(100_000_000, 100_000_000_000, 0.8, 5, 1_000_000_000)]
    public void PowerLaw_ManyRows_HasThemAndTheirPlays(int rows, long plays, double exponent, double shift, int longest)
    {
        var runs = LengthRuns.PowerLaw(rows, plays, exponent, shift, longest);

        Assert.That(runs.RowCount, Is.EqualTo(rows));
        Assert.That(runs.PlayCount, Is.EqualTo((double)plays).Within(LengthRuns.Tolerance * plays));
        Assert.That(runs.Runs.Zip(runs.Runs.Skip(1)).All(pair => pair.First.Length > pair.Second.Length), Is.True);
    }

    private static int[] Rows(LengthRuns runs) =>
        [.. runs.Runs.SelectMany(run => Enumerable.Repeat(run.Length, (int)run.Rows))];
}
