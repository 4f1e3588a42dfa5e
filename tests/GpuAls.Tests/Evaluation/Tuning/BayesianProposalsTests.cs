namespace GpuAls.Tests.Evaluation.Tuning;

public sealed class BayesianProposalsTests
{
    private const int Trials = 25;

    /// <summary>
    /// Four numbers, a word, and a number that only one of its words has: 25 proposals come closer to the lowest cost
    /// than 25 random ones, and than 100 mostly.
    /// </summary>
    /// <remarks>Also where several are proposed at a time.</remarks>
    [TestCase(1)]
    [TestCase(4)]
    public void Next_SyntheticCost_BeatsRandomPoints(int together)
    {
        var space = Space();
        var (better, muchBetter) = (0, 0);
        for (var seed = 1; seed <= 10; seed++)
        {
            var best = Search(space, seed, together: together).Min(trial => trial.Cost);
            var random = space.Draw(100, seed).Select(Cost).ToArray();
            if (best < random.Take(Trials).Min()) better++;
            if (best < random.Min()) muchBetter++;
        }

        Assert.That(better, Is.AtLeast(9), "of 10 seeds, against as many random points");
        Assert.That(muchBetter, Is.AtLeast(7), "of 10 seeds, against four times as many random points");
    }

    [Test]
    public void Next_SameSeedAndResults_ProposesTheSame()
    {
        var first = Search(Space(), 3);

        Assert.That(Search(Space(), 3), Is.EqualTo(first));
        Assert.That(Search(Space(), 4), Is.Not.EqualTo(first));
    }

    [TestCase(1)]
    [TestCase(7)]
    public void Next_AnyResults_NeverProposesTheSameTwice(int together)
    {
        var tried = Search(Space(), 1, together: together);

        Assert.That(tried, Has.Count.EqualTo(Trials));
        Assert.That(tried.Select(trial => trial.Options), Is.Unique);
    }

    /// <summary>Those that are proposed together begin with the one that is proposed alone.</summary>
    [Test]
    public void Next_SeveralAtATime_BeginWithTheOneOfOne()
    {
        double[] costs = [.. Search(Space(), 5, count: 16).Select(trial => trial.Cost)];
        var (one, several) = (Told(), Told());

        var next = one.Next(costs, false, 1);

        Assert.That(several.Next(costs, false, 4).Take(1), Is.EqualTo(next));

        BayesianProposals Told()
        {
            var source = new BayesianProposals(
                Space(), AlsOptions.Default with { Alpha = 50, Regularization = 5 }, 30, 5);
            for (var known = 0; known < costs.Length; known++) source.Next(costs[..known], false, 1);
            return source;
        }
    }

    /// <summary>What comes later depends on what came before, and not on how many there will be.</summary>
    [Test]
    public void Next_MoreTrials_BeginWithTheSame() =>
        Assert.That(Search(Space(), 2, 30).Take(Trials), Is.EqualTo(Search(Space(), 2)));

    [Test]
    public void Next_FewCombinations_EndsWhenAllAreTried()
    {
        var space = Space(
            "--alpha", "1,2", "--regularization", "0.1,0.2", "--regularization-scaling", "count",
            "--unobserved-weight", "1");

        var tried = Search(space, 1);

        Assert.That(
            tried.Select(trial => (trial.Options.Alpha, trial.Options.Regularization)).Distinct().Count(),
            Is.EqualTo(4));
        Assert.That(tried, Has.Count.EqualTo(4));
    }

    [Test]
    public void Next_AllTrialsFail_GoesOnToOthers()
    {
        var source = new BayesianProposals(Space(), AlsOptions.Default, Trials, 1);
        var costs = new List<double>();
        while (source.Next(costs, false, 1).Count > 0) costs.Add(double.PositiveInfinity);

        Assert.That(costs, Has.Count.EqualTo(Trials));
    }

    [Test]
    public void Next_First_HasTheDefaults()
    {
        var usual = AlsOptions.Default with { Rank = 16 };
        var first = new BayesianProposals(
            new AutomaticSpace(new SearchSpace(usual, []), Scale()), usual, Trials, 1).Next([], false, 1)[0];

        Assert.That(first.Regularization, Is.EqualTo(usual.Regularization).Within(1).Percent);
        Assert.That(first.Alpha, Is.EqualTo(usual.Alpha).Within(1).Percent);
        Assert.That(
            first with { Alpha = usual.Alpha, Regularization = usual.Regularization, Epsilon = usual.Epsilon },
            Is.EqualTo(usual));
    }

    /// <summary>Which options decide the cost is seen from the trials.</summary>
    [Test]
    public void Importance_SyntheticCost_OrdersOptionsByWhatTheyDecide()
    {
        var space = Space("--regularization-scaling", "count");
        var trials = space.Draw(60, 1);

        var importance = OptionImportance.Of(
            space, trials, [.. trials.Select(options => Math.Abs(Math.Log(options.Alpha / 3)) * 5
                + Math.Abs(Math.Log(options.Regularization)))]);

        Assert.That(importance[0].Option, Is.EqualTo("alpha"));
        Assert.That(importance[1].Option, Is.EqualTo("regularization"));
        Assert.That(importance[0].Share, Is.GreaterThan(0.6));
        Assert.That(importance.Sum(one => one.Share), Is.EqualTo(1).Within(0.001));
        Assert.That(OptionImportance.Of(space, [.. trials.Take(5)], [1, 2, 3, 4, 5]), Is.Empty);
    }

    private static List<(AlsOptions Options, double Cost)> Search(
        AutomaticSpace space, long seed, int count = Trials, int together = 1)
    {
        var bad = AlsOptions.Default with { Alpha = 50, Regularization = 5 };
        var source = new BayesianProposals(space, bad, count, seed);
        var tried = new List<(AlsOptions Options, double Cost)>();
        while (source.Next([.. tried.Select(trial => trial.Cost)], false, together) is { Count: > 0 } next)
            tried.AddRange(next.Select(options => (options, Cost(options))));
        return tried;
    }

    /// <summary>The lowest at α 3, λ 0.02, ν 0.3 with the scaling ials; the best of the others is at 0.5.</summary>
    private static double Cost(AlsOptions options) =>
        Square(Math.Log10(options.Alpha / 3)) + Square(Math.Log10(options.Regularization / 0.02))
            + options.RegularizationScaling switch
            {
                RegularizationScaling.Ials => Square(options.RegularizationExponent - 0.3),
                RegularizationScaling.Count => 0.5,
                _ => 1,
            };

    private static AutomaticSpace Space(params string[] given)
    {
        string[] all = given.Length > 0
            ? given
            : ["--alpha", "0.01..100", "--regularization", "0.0001..10", "--unobserved-weight", "1"];
        var space = new SearchSpace(AlsOptions.Default, []);
        foreach (var option in all.Chunk(2))
            space = space.With(SearchAxis.Parse(AlsParameters.Table[option[0][2..]], option[1]));
        return new AutomaticSpace(space, Scale(isConstant: true));
    }

    private static PlayScale Scale(bool isConstant = false) => AutomaticSpaceTests.Scale(isConstant);

    private static double Square(double number) => number * number;
}
