namespace GpuAls.Tests.Evaluation.Tuning;

public sealed class RankLadderTests
{
    private static readonly AlsOptions[] Trials =
        [.. Enumerable.Range(1, 3).Select(alpha => new AlsOptions { Alpha = alpha })];

    /// <summary>The second trial is the best at the first rank; its α goes up until the metric gets worse.</summary>
    [TestCase(64, "32 32 32 64 128")]
    [TestCase(1000, "32 32 32 64 128 256 512")]
    [TestCase(32, "32 32 32 64 16")]
    [TestCase(16, "32 32 32 64 16 8")]
    [TestCase(8, "32 32 32 64 16 8")]
    public void Next_BestRank_IsClimbedTo(int best, string expected)
    {
        var ladder = new RankLadder(new ListedTrials(Trials), [8, 16, 32, 64, 128, 256, 512]);

        var tried = Run(ladder, options =>
            Math.Abs(Math.Log((double)options.Rank / best)) + Math.Abs(options.Alpha - 2));

        Assert.That(string.Join(' ', tried.Select(options => options.Rank)), Is.EqualTo(expected));
        Assert.That(tried.Skip(3).Select(options => options.Alpha), Is.All.EqualTo(2));
    }

    [TestCase(null, 1000, "32 64 128 256 512")]
    [TestCase(null, 100, "32 64")]
    [TestCase(null, 20, "20")]
    [TestCase("48,16,64", 1000, "16 48 64")]
    [TestCase("16..100", 1000, "16 32 64 100")]
    [TestCase("16..128:2", 1000, "16 128")]
    public void Ranks_AxisOrItems_AreThese(string? axis, int items, string expected)
    {
        var given = axis is null ? null : SearchAxis.Parse(AlsParameters.Table["rank"], axis);

        Assert.That(string.Join(' ', RankLadder.Ranks(given, items)), Is.EqualTo(expected));
    }

    [TestCase(new[] { 16, 48, 64 }, 48)]
    [TestCase(new[] { 64, 128 }, 64)]
    [TestCase(new[] { 4, 8 }, 8)]
    public void SearchRank_Ranks_IsTheModerateOne(int[] ranks, int expected) =>
        Assert.That(new RankLadder(new ListedTrials(Trials), ranks).SearchRank, Is.EqualTo(expected));

    /// <summary>Time is kept for other ranks.</summary>
    [Test]
    public void Next_MostTimeIsOver_GoesOnToOtherRanks()
    {
        var ladder = new RankLadder(new ListedTrials(Trials), [32, 64]);

        var first = ladder.Next([], isEnding: true, 1)[0];
        var second = ladder.Next([1], isEnding: true, 1)[0];

        Assert.That((first.Rank, first.Alpha), Is.EqualTo((32, 1.0)));
        Assert.That((second.Rank, second.Alpha), Is.EqualTo((64, 1.0)));
        Assert.That(ladder.Next([1, 0.5], isEnding: true, 1), Is.Empty);
    }

    /// <summary>With several at a time, those after one that is no better are given again or not at all.</summary>
    [TestCase(new[] { 0.5, 0.4, 0.3 }, "512")]
    [TestCase(new[] { 0.5, 0.6 }, "")]
    [TestCase(new[] { 2.0 }, "16 8")]
    [TestCase(new[] { 2.0, 0.5 }, "8")]
    public void Next_SeveralAtATime_GoOnFromTheLastThatCounts(double[] costs, string expected)
    {
        var ladder = new RankLadder(new ListedTrials(Trials), [8, 16, 32, 64, 128, 256, 512]);
        Assert.That(ladder.Next([], false, 3), Has.Count.EqualTo(3));
        Assert.That(ladder.IsSpeculative, Is.False);

        var ahead = ladder.Next([1, 2, 3], false, 3);
        var after = ladder.Next([1, 2, 3, .. costs], false, 3);

        Assert.That(ladder.IsSpeculative);
        Assert.That(string.Join(' ', ahead.Select(options => options.Rank)), Is.EqualTo("64 128 256"));
        Assert.That(string.Join(' ', after.Select(options => options.Rank)), Is.EqualTo(expected));
    }

    private static List<AlsOptions> Run(RankLadder ladder, Func<AlsOptions, double> cost)
    {
        var tried = new List<AlsOptions>();
        while (ladder.Next([.. tried.Select(cost)], false, 1) is { Count: > 0 } options) tried.AddRange(options);
        return tried;
    }
}
