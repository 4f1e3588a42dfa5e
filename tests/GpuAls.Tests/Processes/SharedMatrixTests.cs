using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Processes;

/// <summary>Plays whose rows several processes own.</summary>
public sealed class SharedMatrixTests
{
    [Test]
    public void ShareOf_EveryProcess_HasItsRowsAndTheIdsOfAll()
    {
        var byUser = TestMatrices.Plays(7, [3, 0, 7, 1, 1, 2, 5], seed: 3);
        IdIndex Ids() => new IdIndex<int>([.. Enumerable.Range(0, 7)]);
        var all = new InteractionMatrix(Ids(), Ids(), byUser);

        var shares = new ThreadGroup(3).Run(process => all.ShareOf(process, length => length));

        for (var row = 0; row < 7; row++)
        {
            var owner = shares[0].UserShares.OwnerOf(row);
            for (var process = 0; process < 3; process++)
                Assert.That(
                    shares[process].ByUser.RowIndices(row).ToArray(),
                    Is.EqualTo(process == owner ? byUser.RowIndices(row).ToArray() : []));
        }

        Assert.That(shares.Sum(share => share.ByItem.EntryCount), Is.EqualTo(byUser.EntryCount));
        Assert.That(shares.Select(share => share.PlayCount), Is.All.EqualTo(byUser.EntryCount));
    }

    [Test]
    public void Slice_OfEmbeddedRows_GivesThemBack()
    {
        var matrix = TestMatrices.Plays(4, [1, 2, 0], seed: 1);

        var slice = matrix.Embedded(2, 6).Slice(2, 3);

        Assert.That(slice.Indptr.ToArray(), Is.EqualTo(matrix.Indptr.ToArray()));
        Assert.That(slice.Values.ToArray(), Is.EqualTo(matrix.Values.ToArray()));
    }
}
