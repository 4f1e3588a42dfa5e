using CsCheck;

namespace GpuAls.Tests.Processes;

/// <summary>Rows shared out by their work: contiguous, complete, and as even as the longest row allows.</summary>
public sealed class RowSharesTests
{
    [TestCase(new[] { 5, 5, 5, 5 }, 2, new[] { 0, 2, 4 })]
    [TestCase(new[] { 200, 0, 0, 0, 0, 0 }, 2, new[] { 0, 1, 6 })]
    [TestCase(new[] { 1, 2 }, 4, new[] { 0, 1, 1, 2, 2 })]
    [TestCase(new int[0], 3, new[] { 0, 0, 0, 0 })]
    public void ByCost_RowsOfSuchLengths_SharesTheWork(int[] lengths, int size, int[] expected) =>
        Assert.That(RowShares.ByCost(lengths, size, length => length + 1).Starts, Is.EqualTo(expected));

    [Test]
    public void ByCost_AnyLengths_LeavesNoProcessMoreThanItsShareAndARow() =>
        Gen.Select(Gen.Int[0, 100].Array[0, 60], Gen.Int[1, 9], Gen.Double[0, 5]).Sample((lengths, size, perRow) =>
        {
            double Cost(int length) => perRow + (length * length);
            var shares = RowShares.ByCost(lengths, size, Cost);

            var (share, longest) = (lengths.Sum(Cost) / size, lengths.Select(Cost).DefaultIfEmpty().Max());
            var works = Enumerable.Range(0, size)
                .Select(process => lengths.AsSpan(shares.Start(process), shares.Count(process)).ToArray().Sum(Cost));
            Assert.That(works, Is.All.LessThanOrEqualTo((share + longest) * (1 + 1e-9)));
            Assert.That(shares.RowCount, Is.EqualTo(lengths.Length));
            for (var row = 0; row < lengths.Length; row++)
            {
                var owner = shares.OwnerOf(row);
                Assert.That(row - shares.Start(owner), Is.InRange(0, shares.Count(owner) - 1));
            }
        });
}
