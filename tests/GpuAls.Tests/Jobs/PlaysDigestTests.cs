using GpuAls.App;

namespace GpuAls.Tests.Jobs;

/// <summary>Whatever changes a metric changes the digest.</summary>
public sealed class PlaysDigestTests
{
    private static readonly (int User, int Item, float Plays)[] Train =
        [(0, 0, 4), (0, 1, 1), (1, 0, 1), (1, 2, 1), (2, 3, 5)];
    private static readonly (int User, int Item, float Plays)[] Test = [(0, 2, 2), (1, 3, 1)];
    private static readonly (int User, int Item, float Plays)[] Excluded = [(0, 3, 1)];

    [Test]
    public void Of_TheSamePlays_IsTheSame() =>
        Assert.That(Digest([.. Train], [.. Test], [.. Excluded]), Is.EqualTo(Digest(Train, Test, Excluded)));

    [Test]
    public void Of_OtherWeightsToTrainOn_IsAnother() =>
        Assert.That(Digest([(0, 0, 3), .. Train[1..]], Test, Excluded), Is.Not.EqualTo(Digest(Train, Test, Excluded)));

    [Test]
    public void Of_OtherItemsToTrainOn_IsAnother() =>
        Assert.That(Digest([.. Train[..^1], (2, 1, 5)], Test, Excluded), Is.Not.EqualTo(Digest(Train, Test, Excluded)));

    [Test]
    public void Of_OtherWeightsToTestWith_IsAnother() =>
        Assert.That(Digest(Train, [(0, 2, 3), .. Test[1..]], Excluded), Is.Not.EqualTo(Digest(Train, Test, Excluded)));

    [Test]
    public void Of_OtherPlaysToTestWith_IsAnother() =>
        Assert.That(Digest(Train, Test[..1], Excluded), Is.Not.EqualTo(Digest(Train, Test, Excluded)));

    [Test]
    public void Of_OtherPlaysLeftOutOfLists_IsAnother() =>
        Assert.That(Digest(Train, Test, [(2, 0, 1)]), Is.Not.EqualTo(Digest(Train, Test, Excluded)));

    private static string Digest(params (int User, int Item, float Plays)[][] parts) =>
        PlaysDigest.Of([HeldOut.Of(Matrix(parts[0]), Matrix(parts[1]), Matrix(parts[2]))]);

    private static InteractionMatrix Matrix((int User, int Item, float Plays)[] rows) => new(
        new IdIndex<int>([0, 1, 2]), new IdIndex<int>([0, 1, 2, 3]),
        CsrBuilder.FromCoordinates(
            3,
            4,
            [.. rows.Select(row => row.User)],
            [.. rows.Select(row => row.Item)],
            [.. rows.Select(row => row.Plays)]));
}
