using CsCheck;

namespace GpuAls.Tests.Processes;

/// <summary>Rows cut into chunks that all processes agree on.</summary>
public sealed class SharedChunksTests
{
    [Test]
    public void Rows_AnyLengths_AreThoseOfEachProcessInOrder() =>
        Gen.Select(Gen.Int[0, 100].Array[0, 200], Gen.Int[1, 5], Gen.Int[1, 20]).Sample((lengths, size, smallest) =>
        {
            var shares = RowShares.ByCost(lengths, size, length => length + 1);

            var chunks = new SharedChunks(shares, lengths, rank: 3, length => length + 1, smallest);

            for (var process = 0; process < size; process++)
            {
                var next = shares.Start(process);
                for (var chunk = 0; chunk < chunks.Count; chunk++)
                {
                    var rows = chunks.Rows(process, chunk);
                    Assert.That(rows.Start, Is.EqualTo(next));
                    next += rows.Count;
                }

                Assert.That(next, Is.EqualTo(shares.Start(process) + shares.Count(process)));
            }
        });

    [TestCase(1, 1_000_000, 64, 1)]
    [TestCase(2, 4_000, 64, 1)]
    [TestCase(2, 9_000, 64, 2)]
    [TestCase(2, 1_000_000, 64, 8)]
    [TestCase(4, 40_000_000, 128, 20)] // 5.1 billion values, at most 2²⁸ at a time
    public void Count_OfSoManyRows_IsWorthTheMessages(int size, int rows, int rank, int expected) =>
        Assert.That(
            new SharedChunks(RowShares.Even(rows, size), new int[rows], rank, _ => 1).Count, Is.EqualTo(expected));
}
