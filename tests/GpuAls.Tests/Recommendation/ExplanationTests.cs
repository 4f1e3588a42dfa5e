using GpuAls.Tests.Engines;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Recommendation;

[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.Available))]
internal sealed class ExplanationTests<TEngine>
    where TEngine : ITestEngine
{
    private const int Users = 8;
    private const int Items = 12;

    private static readonly AlsOptions Plain = new()
    {
        Rank = 3,
        Iterations = 2,
        First = Side.Items, // so that users are solved last, for the item factors that are saved
        Acceleration = Acceleration.None,
    };

    private IAlsEngine _engine = null!;

    private static IEnumerable<AlsOptions> Trainings =>
    [
        Plain,
        Plain with { Objective = Objective.Ials, UnobservedWeight = 0.3 },
        Plain with { Confidence = ConfidenceFunction.Linear, Alpha = 40 },
        Plain with { RegularizationScaling = RegularizationScaling.None, Regularization = 0.01 },
        Plain with { RegularizationScaling = RegularizationScaling.Ials, UnobservedWeight = 0.1 },
        Plain with { ConfidenceOffset = -1, Confidence = ConfidenceFunction.Linear, Alpha = 5 },
        Plain with { Feedback = Feedback.Explicit },
        Plain with { UnobservedWeight = 0 },
    ];

    [OneTimeSetUp]
    public void OpenEngine() => _engine = TEngine.Create();

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    [TestCaseSource(nameof(Trainings))]
    public void Of_UsersSolvedLast_ContributionsSumToTheScore(AlsOptions options)
    {
        var model = Train(options);

        for (var user = 0; user < Users; user++)
        {
            if (!Recommender.HasPlays(model, user)) continue;
            var explanation = Explanation.Of(model, _engine, user, user % Items);
            Assert.That(explanation.Explained, Is.EqualTo(explanation.Score).Within(1e-4));
            Assert.That(explanation.Rest, Is.Zero.Within(1e-4));
            Assert.That(
                explanation.Plays.Select(play => play.Item), Is.EquivalentTo(model.Plays.RowIndices(user).ToArray()));
            Assert.That(explanation.Plays.Select(play => play.Contribution), Is.Ordered.Descending);
        }
    }

    /// <summary>Without a play, the equation has the same left side, so its contribution is what is lacking.</summary>
    [Test]
    public void Of_APlay_ContributesWhatItsRightSideAdds()
    {
        var model = Train(Plain);
        var user = Enumerable.Range(0, Users).First(user => model.Plays.RowLength(user) >= 3);
        const int Item = 5;

        var explanation = Explanation.Of(model, _engine, user, Item);

        var (left, right) = Equation(model, user);
        foreach (var play in explanation.Plays)
        {
            var alone = Solve(left, right[play.Item]);
            var expected = Enumerable.Range(0, model.Rank).Sum(
                factor => alone[factor] * model.ItemFactors[Item][factor]);
            Assert.That(play.Contribution, Is.EqualTo(expected).Within(1e-6));
        }
    }

    [Test]
    public void Of_Dislikes_ContributeNothing()
    {
        var model = Train(Plain);
        var dislike = Enumerable.Range(0, Users).SelectMany(user => model.Plays.RowIndices(user).ToArray()
                .Zip(model.Plays.RowValues(user).ToArray(), (item, plays) => (user, item, plays)))
            .First(entry => entry.plays < 0 && Recommender.HasPlays(model, entry.user));

        var explanation = Explanation.Of(model, _engine, dislike.user, 0);

        Assert.That(explanation.Plays.Single(play => play.Item == dislike.item).Contribution, Is.Zero);
    }

    [Test]
    public void Of_MomentumOrUsersSolvedFirst_HasARestThatCompletesTheScore()
    {
        var explanation = Explanation.Of(Train(new AlsOptions { Rank = 3, Iterations = 3 }), _engine, 0, 1);

        Assert.That(explanation.Explained + explanation.Rest, Is.EqualTo(explanation.Score).Within(1e-9));
        Assert.That(Math.Abs(explanation.Rest), Is.GreaterThan(1e-6));
    }

    [Test]
    public void Of_NonnegativeFactorsOrNoPlays_IsRefused()
    {
        var model = Train(Plain);
        var nonnegative = FactorArrays.Model(
            model.Users, model.Items, model.Plays, Plain with { Nonnegative = true }, model.UserFactors.ToArray(),
            model.ItemFactors.ToArray());
        model.UserFactors.Row(0).Clear();

        Assert.That(
            () => Explanation.Of(nonnegative, _engine, 0, 1),
            Throws.TypeOf<GpuAlsException>().With.Message.Contains("--nonnegative"));
        Assert.That(
            () => Explanation.Of(model, _engine, 0, 1),
            Throws.TypeOf<GpuAlsException>().With.Message.Contains("nothing to explain"));
    }

    private static FactorModel Train(AlsOptions options)
    {
        var plays = TestMatrices.Plays(
            Items, [.. Enumerable.Range(0, Users).Select(user => new[] { 1, 4, 7, 10 }[user % 4])], seed: 4);
        var matrix = new InteractionMatrix(
            new IdIndex<int>([.. Enumerable.Range(0, Users)]), new IdIndex<int>([.. Enumerable.Range(0, Items)]), plays)
        {
            Feedback = options.Feedback,
        };
        using var host = new HostEngine(1);
        return new FactorModel(matrix, options, new FactorTrainer(host, options).Fit(matrix));
    }

    /// <summary>A, and rhs·y of each played item.</summary>
    private static (double[,] Left, Dictionary<int, double[]> Right) Equation(FactorModel model, int user)
    {
        var y = TestMatrices.ToDouble(model.ItemFactors.ToArray(), model.Rank);
        var left = ReferenceAls.Gramian(y);
        var weights = ConfidenceTransform.Weights(model.Options);
        var values = ConfidenceTransform.Apply(model.Plays, model.Options).RowValues(user);
        var lambda = RowRegularization.Compute(model.Plays, model.Options)[user];
        var right = new Dictionary<int, double[]>();
        for (var i = 0; i < model.Rank; i++) left[i, i] += lambda;
        for (var entry = 0; entry < values.Length; entry++)
        {
            var (item, value) = (model.Plays.RowIndices(user)[entry], values[entry]);
            for (var i = 0; i < model.Rank; i++)
                for (var j = 0; j < model.Rank; j++) left[i, j] += weights.Gram(value) * y[item, i] * y[item, j];
            right[item] = [.. Enumerable.Range(0, model.Rank).Select(i => weights.Rhs(value) * y[item, i])];
        }

        return (left, right);
    }

    /// <summary>Cramer's rule for three unknowns.</summary>
    private static double[] Solve(double[,] left, double[] right)
    {
        static double Determinant(double[,] m) =>
            (m[0, 0] * ((m[1, 1] * m[2, 2]) - (m[1, 2] * m[2, 1])))
            - (m[0, 1] * ((m[1, 0] * m[2, 2]) - (m[1, 2] * m[2, 0])))
            + (m[0, 2] * ((m[1, 0] * m[2, 1]) - (m[1, 1] * m[2, 0])));

        return
        [
            .. Enumerable.Range(0, 3).Select(column =>
            {
                var replaced = (double[,])left.Clone();
                for (var i = 0; i < 3; i++) replaced[i, column] = right[i];
                return Determinant(replaced) / Determinant(left);
            }),
        ];
    }
}
