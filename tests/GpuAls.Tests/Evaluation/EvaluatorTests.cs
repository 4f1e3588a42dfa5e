using CsCheck;
using GpuAls.Tests.Engines;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Evaluation;

/// <summary>All metrics on every engine. Factors are small integers: scores are exact, and ties are common.</summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.Available))]
internal sealed class EvaluatorTests<TEngine>
    where TEngine : ITestEngine
{
    private IAlsEngine _engine = null!;

    [OneTimeSetUp]
    public void OpenEngine() => _engine = TEngine.Create();

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    /// <summary>
    /// Three users, five items with 3, 2, 2, 1 and 1 listeners. Lists of user 0, who played items 0 and 1: 4, 2, 3 by
    /// their scores 9, 5, 5. Held out of it: 2 (twice as often) and 3, at ranks 2 and 3.
    /// </summary>
    [Test]
    public void Measure_SplitWorkedByHand_HasItsMetrics()
    {
        var train = Matrix(
            3, 5, (0, 0, 4), (0, 1, 1), (1, 0, 1), (1, 2, 1), (1, 3, 1), (2, 0, 1), (2, 1, 1), (2, 2, 1), (2, 4, 1));
        var heldOut = HeldOut.Of(train, Matrix(3, 5, (0, 2, 2), (0, 3, 1)));

        var metrics = Measure(
            heldOut, rank: 1, [1, 0, 0], [1, 2, 5, 5, 9], EvaluationOptions.Default with { Cutoffs = [1, 2] }).ByText();

        var expected = new Dictionary<string, double>
        {
            ["precision@1"] = 0,
            ["recall@1"] = 0,
            ["map@1"] = 0,
            ["ndcg@1"] = 0,
            ["mrr@1"] = 0,
            ["hit_rate@1"] = 0,
            ["novelty@1"] = Math.Log2(3),
            ["coverage@1"] = 1.0 / 5,
            ["precision@2"] = 0.5,
            ["recall@2"] = 0.5,
            ["map@2"] = 0.5 / 2,
            ["ndcg@2"] = (1 / Math.Log2(3)) / (1 + (1 / Math.Log2(3))),
            ["mrr@2"] = 0.5,
            ["hit_rate@2"] = 1,
            ["novelty@2"] = (Math.Log2(3) + Math.Log2(1.5)) / 2,
            ["coverage@2"] = 2.0 / 5,
            ["auc"] = 0,
            ["mpr"] = ((2 * 0.5) + (1 * 1)) / 3,
            ["rmse_preference"] = 4,
            ["mae_preference"] = 4,
            ["rmse_rating"] = Math.Sqrt((9 + 16) / 2.0),
            ["mae_rating"] = 3.5,
        };
        Assert.That(metrics.Keys, Is.EquivalentTo(expected.Keys));
        foreach (var (metric, value) in expected) Assert.That(metrics[metric], Is.EqualTo(value).Within(1e-12), metric);
    }

    [Test]
    public void Measure_AnySplit_EqualsThePlainVersion()
    {
        var shapes = Gen.Select(Gen.Int[1, 12], Gen.Int[2, 40], Gen.Int[0, 10_000], Gen.Bool);
        shapes.Sample(
            (users, items, seed, keepsUnseen) =>
            {
                var heldOut = Split(users, items, seed);
                var options = EvaluationOptions.Default with
                {
                    Cutoffs = [1, 3, 50],
                    ColdStart = keepsUnseen ? ColdStart.Nan : ColdStart.Drop,
                };
                if (heldOut is null || !CanBeMeasured(heldOut, options)) return;
                var (x, y) = (Integers(heldOut.Train.Users.Count, seed), Integers(heldOut.Train.Items.Count, seed + 1));
                EmptyRows(x, seed);
                EmptyRows(y, seed + 1);

                var measured = Measure(heldOut, 3, x, y, options).ByText();
                var plain = new PlainEvaluation(
                    heldOut.Train.ByUser.Dense(), heldOut.Test
                        .Dense(), Products(x, y), keepsUnseen, AreEmpty(x), AreEmpty(y)).Metrics(1, 3, 50);

                Assert.That(measured.Keys, Is.EquivalentTo(plain.Keys));
                foreach (var (metric, value) in plain)
                    Assert.That(
                        measured[metric], Is.EqualTo(value).Within(1e-9), $"{metric}, {users} × {items}, seed {seed}");
            },
            iter: TEngine.TakesManyRows ? 100 : 5, threads: 1);
    }

    /// <summary>
    /// Item 1 and user 2 got ratings of 0 alone, so their factors are 0: neither is listed, whatever was held out of
    /// them.
    /// </summary>
    [Test]
    public void Measure_RatingsOfZeroAlone_ListsNeitherTheItemNorForTheUser()
    {
        var ratings =
            CsrBuilder.FromCoordinates(3, 4, [0, 0, 1, 1, 2], [0, 1, 0, 2, 3], [4, 0, 3, 2, 0], Feedback.Explicit);
        var test = CsrBuilder.FromCoordinates(3, 4, [0, 1, 1, 2], [2, 1, 3, 0], [5, 1, 2, 3], Feedback.Explicit);
        var heldOut = HeldOut.Of(Ratings(ratings), Ratings(test));

        // User 0 can get item 2 or 3, user 1 item 3 only, and user 2 no list.
        var metrics =
            Measure(heldOut, 1, [1, 1, 0], [2, 0, -1, -2], EvaluationOptions.Default with { Cutoffs = [2] }).ByText();

        var expected = new Dictionary<string, double>
        {
            ["hit_rate@2"] = 2 / 3.0,
            ["precision@2"] = (0.5 + 0.5 + 0) / 3,
            ["recall@2"] = (1 + 0.5 + 0) / 3,
            ["coverage@2"] = 2 / 4.0,
            ["auc"] = (1 + 0) / 2.0, // User 1 has no other item that could be listed.
            ["mpr"] = ((5 * 0) + (1 * 1) + (2 * 0) + (3 * 1)) / 11.0,
        };
        foreach (var (metric, value) in expected) Assert.That(metrics[metric], Is.EqualTo(value).Within(1e-12), metric);
    }

    /// <summary>
    /// The lists that are measured are those that a recommender makes, also where the same evaluator measures other
    /// factors before.
    /// </summary>
    [Test]
    public void Lists_AnyFactors_AreThoseOfTheRecommender([Values] Feedback feedback)
    {
        const int K = 4;
        var plays = TestMatrices.Plays(9, [3, 0, 5, 2, 4, 6, 1], seed: 6);
        var train = new InteractionMatrix(Ids(plays.RowCount), Ids(plays.ColumnCount), plays) { Feedback = feedback };
        using var evaluator = new Evaluator(
            HeldOut.Of(train, Matrix(7, 9, (0, 8, 1), (2, 8, 1), (3, 7, 1))),
            EvaluationOptions.Default with { ColdStart = ColdStart.Nan });
        foreach (var seed in new[] { 1, 2, 2, 3 })
        {
            var (x, y) = (Integers(7, seed), Integers(9, seed + 10));
            EmptyRows(x, seed);
            if (seed > 1) EmptyRows(y, seed);
            var options = new AlsOptions { Rank = 3, Feedback = feedback };
            var model = FactorArrays.Model(train.Users, train.Items, plays, options, x, y);
            using var users = _engine.LoadFactors(x, 3);
            using var items = _engine.LoadFactors(y, 3);
            using var recommender = new Recommender(model, _engine);
            using var lists = evaluator.Lists(_engine, users, items);

            var (made, scores) = lists.Make(new RowRange(0, 7), K);

            var expected = Enumerable.Range(0, 7).Select(user => Recommender.HasPlays(model, user)
                ? Pairs(recommender.Recommend([user], K, includePlayed: false).Single())
                : string.Join(' ', Enumerable.Repeat("-1:-Infinity", K)));
            Assert.That(
                Enumerable.Range(0, 7).Select(user => Text(made.AsSpan(user * K, K), scores.AsSpan(user * K, K))),
                Is.EqualTo(expected),
                $"seed {seed}");
        }

        static string Pairs(RecommendationBatch batch) => Text(batch.ItemIndices, batch.Scores);
        static string Text(ReadOnlySpan<int> items, ReadOnlySpan<float> scores) =>
            string.Join(
                ' ',
                items.ToArray().Zip(scores.ToArray(), (item, score) => FormattableString.Invariant($"{item}:{score}")));
    }

    [Test]
    public void Measure_ListsOnly_HasNoOtherMetrics()
    {
        var heldOut = Split(8, 20, seed: 3)!;
        var (x, y) = (Integers(heldOut.Train.Users.Count, 1), Integers(heldOut.Train.Items.Count, 2));

        var lists = Measure(heldOut, 3, x, y, EvaluationOptions.Default with { Kinds = MetricKinds.Lists });
        var all = Measure(heldOut, 3, x, y, EvaluationOptions.Default);

        Assert.That(lists.Metrics, Has.None.Matches<Metric>(metric => metric.K is null));
        Assert.That(lists.ByText(), Is.SubsetOf(all.ByText()));
    }

    private static InteractionMatrix Matrix(int users, int items, params (int User, int Item, float Plays)[] rows) =>
        Matrix(CsrBuilder.FromCoordinates(
            users,
            items,
            [.. rows.Select(row => row.User)],
            [.. rows.Select(row => row.Item)],
            [.. rows.Select(row => row.Plays)]));

    private static InteractionMatrix Matrix(CsrMatrix plays) => new(Ids(plays.RowCount), Ids(plays.ColumnCount), plays);

    private static InteractionMatrix Ratings(CsrMatrix ratings) =>
        new(Ids(ratings.RowCount), Ids(ratings.ColumnCount), ratings) { Feedback = Feedback.Explicit };

    private static IdIndex<int> Ids(int count) => new([.. Enumerable.Range(0, count)]);

    /// <summary>Makes about a quarter of the rows of three factors 0.</summary>
    private static void EmptyRows(float[] factors, int seed)
    {
        var random = new Random(seed);
        for (var row = 0; row < factors.Length; row += 3)
            if (random.Next(4) == 0) factors.AsSpan(row, 3).Clear();
    }

    private static bool[] AreEmpty(float[] factors) =>
        [.. factors.Chunk(3).Select(row => row.All(factor => factor == 0))];

    /// <summary>Random plays with dislikes; null where nothing is held out or left.</summary>
    private static HeldOut? Split(int users, int items, int seed)
    {
        var random = new Random(seed);
        var plays = TestMatrices.Plays(
            items, [.. Enumerable.Range(0, users).Select(_ => random.Next(0, (items / 2) + 2))], seed);
        var split = HoldOutSplit.Random(plays, 0.3, seed);
        return split.Train.EntryCount == 0 || split.Test.EntryCount == 0 ? null : HeldOut.Of(Matrix(plays), split);
    }

    private static bool CanBeMeasured(HeldOut heldOut, EvaluationOptions options)
    {
        try
        {
            return new Evaluator(heldOut, options).Counts.Users > 0;
        }
        catch (GpuAlsException nothing) when (nothing.Kind == FailureKind.BadInput)
        {
            return false;
        }
    }

    private static float[] Integers(int rows, int seed) =>
        [.. TestMatrices.Factors(rows, 3, seed).Select(value => MathF.Round(2 * value))];

    private static double[,] Products(float[] x, float[] y)
    {
        var scores = new double[x.Length / 3, y.Length / 3];
        for (var user = 0; user < scores.GetLength(0); user++)
            for (var item = 0; item < scores.GetLength(1); item++)
                for (var factor = 0; factor < 3; factor++)
                    scores[user, item] += x[(user * 3) + factor] * y[(item * 3) + factor];
        return scores;
    }

    /// <summary>
    /// What lists leave out stays on an engine from one measurement to the next; another engine gets its own.
    /// </summary>
    [Test]
    public void Measure_OnOneEngineAndAnother_GivesTheSame()
    {
        using var evaluator = new Evaluator(Split(9, 7, seed: 4)!, EvaluationOptions.Default);
        using var processor = new HostEngine(1);
        float[] x =
            [.. Enumerable.Range(0, evaluator.HeldOut.Train.Users.Count).Select(user => (float)((user % 3) + 1))];
        float[] y =
            [.. Enumerable.Range(0, evaluator.HeldOut.Train.Items.Count).Select(item => (float)((5 * item) % 4))];

        var measured = new[] { _engine, _engine, processor, _engine }.Select(engine =>
        {
            using var users = engine.LoadFactors(x, 1);
            using var items = engine.LoadFactors(y, 1);
            return string.Join(
                '\n',
                evaluator.Measure(engine, users, items).ByText().OrderBy(metric => metric.Key)
                    .Select(metric => $"{metric.Key} {metric.Value:R}"));
        }).ToArray();

        Assert.That(measured, Is.All.EqualTo(measured[2]));
    }

    [Test]
    public void Measure_ListsAndRanks_ReportProgress()
    {
        var train = Matrix(
            3, 5, (0, 0, 4), (0, 1, 1), (1, 0, 1), (1, 2, 1), (1, 3, 1), (2, 0, 1), (2, 1, 1), (2, 2, 1), (2, 4, 1));
        using var evaluator =
            new Evaluator(HeldOut.Of(train, Matrix(3, 5, (0, 2, 2), (1, 1, 1))), EvaluationOptions.Default);
        using var users = _engine.LoadFactors([1, 0, 0], 1);
        using var items = _engine.LoadFactors([1, 2, 5, 5, 9], 1);
        var (ofFactors, ofPopularity) = (new Told(), new Told());

        evaluator.Measure(_engine, users, items, ofFactors);
        evaluator.Measure(new PopularityBaseline(train.ByUser), ofPopularity);

        Assert.That(ofFactors.Shares, Is.EqualTo(new[] { 0.5, 1 }), "lists, then ranks");
        Assert.That(ofPopularity.Shares, Is.EqualTo(new[] { 0.5, 1 }), "two users");
    }

    private Measurements Measure(HeldOut heldOut, int rank, float[] x, float[] y, EvaluationOptions options)
    {
        using var users = _engine.LoadFactors(x, rank);
        using var items = _engine.LoadFactors(y, rank);
        using var evaluator = new Evaluator(heldOut, options);
        return evaluator.Measure(_engine, users, items);
    }
}
