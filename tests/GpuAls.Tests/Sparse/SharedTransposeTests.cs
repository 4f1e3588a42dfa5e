using CsCheck;
using GpuAls.Tests.Processes;

namespace GpuAls.Tests.Sparse;

public sealed class SharedTransposeTests
{
    [Test]
    public void Of_AnySharesAndRounds_GivesTheColumnsOfTheWholeTransposed() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 12], Gen.Int[1, 9], Gen.Int[0, 80], Gen.Int[1, 40], Gen.Int).Sample(
            (processes, rowCount, columnCount, count, roundEntries, seed) =>
            {
                var random = new Random(seed);
                var whole = CsrBuilder.FromCoordinates(
                    rowCount, columnCount, Draw(rowCount), Draw(columnCount),
                    [.. Enumerable.Range(1, count).Select(entry => (float)entry)]);
                var expected = CsrBuilder.Transpose(whole);
                var (shares, columns) = (Cut(rowCount), Cut(columnCount));

                var own = new ThreadGroup(processes).Run(group => SharedTranspose.Of(
                    group, whole.Slice(shares.Start(group.Rank), shares.Count(group.Rank)), shares, columns,
                    expected.RowLengths(), most: 1_000, roundEntries));

                return own.Index().All(process =>
                {
                    var slice = expected.Slice(columns.Start(process.Index), columns.Count(process.Index));
                    return process.Item.Indptr.SequenceEqual(slice.Indptr)
                        && process.Item.Indices.SequenceEqual(slice.Indices)
                        && process.Item.Values.SequenceEqual(slice.Values)
                        && process.Item.ColumnCount == rowCount;
                });

                int[] Draw(int most) => [.. Enumerable.Range(0, count).Select(_ => random.Next(most))];

                RowShares Cut(int length) => new(
                    [0, .. Enumerable.Range(1, processes - 1).Select(_ => random.Next(length + 1)).Order(), length]);
            },
            iter: 300, threads: 1);

    [Test]
    public void Of_MoreThanAProcessMayHold_IsRefusedByAll()
    {
        var whole = CsrBuilder.FromCoordinates(2, 3, [0, 0, 1, 1, 1], [0, 1, 0, 1, 2], []);
        var (shares, columns) = (RowShares.Even(2, 2), new RowShares([0, 2, 3]));

        var refused = new ThreadGroup(2).Run(group => Assert.Throws<GpuAlsException>(() => SharedTranspose.Of(
            group, whole.Slice(group.Rank, 1), shares, columns, [2, 2, 1], most: 3))!.Message);

        Assert.That(refused, Is.All.EqualTo(
            "process 0 of 2 would hold 4 plays, but can hold 3. Start more processes, or sum the plays of each user "
            + "and item before training."));
    }
}
