using GpuAls.Tests.Processes;

namespace GpuAls.Tests.Recommendation;

public sealed class ListShareTests
{
    /// <summary>Users with many plays come first, and are trained by fewer processes than make their lists.</summary>
    [Test]
    public void Of_UsersSharedOutByWork_GivesEachProcessAsManyListsAndTheirPlays()
    {
        using var engine = new HostEngine();
        var options = new AlsOptions { Rank = 3, Iterations = 1 };
        var rows = SampleMatrix(users: 90, items: 40);
        var plays = new InteractionMatrix(Ids(90), Ids(40), rows, CsrBuilder.Transpose(rows));
        var trained = new FactorTrainer(engine, options).Fit(plays);
        var group = new ThreadGroup(4);

        var shares = group.Run(process =>
        {
            var own = plays.ShareOf(process, length => length * length);
            return (Trained: own.UserShares.Count(process.Rank), Listed: ListShare.Of(
                new FactorModel(own, options, trained), own.UserShares, process));
        });

        Assert.That(group.Failures, Is.All.Null);
        Assert.That(shares.Max(share => share.Trained), Is.GreaterThan(3 * shares.Min(share => share.Trained)));
        Assert.That(shares.Select(share => share.Listed.Users.Length), Is.EqualTo(new[] { 22, 23, 22, 23 }));
        Assert.That(shares.SelectMany(share => share.Listed.Users), Is.EqualTo(Enumerable.Range(0, 90)));
        foreach (var (_, listed) in shares)
        {
            Assert.That(listed.Model.Plays.EntryCount, Is.EqualTo(listed.Users.Sum(user => rows.RowLength(user))));
            foreach (var user in listed.Users)
                Assert.That(
                    listed.Model.Plays.RowIndices(user).SequenceEqual(rows.RowIndices(user))
                        && listed.Model.Plays.RowValues(user).SequenceEqual(rows.RowValues(user)));
        }
    }

    /// <summary>User u has played about 40 / (1 + u / 4) items.</summary>
    private static CsrMatrix SampleMatrix(int users, int items)
    {
        var entries = Enumerable.Range(0, users)
            .SelectMany(user => Enumerable.Range(0, Math.Max(1, items / (1 + (user / 4))))
                .Select(item => (User: user, Item: (item + user) % items)))
            .ToArray();
        return CsrBuilder.FromCoordinates(
            users, items, [.. entries.Select(entry => entry.User)], [.. entries.Select(entry => entry.Item)],
            [.. entries.Select(entry => 1f + entry.User)]);
    }

    private static IdIndex<int> Ids(int count) => new([.. Enumerable.Range(0, count)]);
}
