using CsCheck;
using GpuAls.Tests.Engines;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Recommendation;

/// <summary>
/// Lists under random rules equal those of scoring all items, sorting and dropping, on every engine. Factors are small
/// integers: scores are exact, and ties are common.
/// </summary>
[TestFixtureSource(typeof(TestEngines), nameof(TestEngines.Available))]
internal sealed class ListRulesTests<TEngine>
    where TEngine : ITestEngine
{
    private const int Users = 9;

    private IAlsEngine _engine = null!;

    [OneTimeSetUp]
    public void OpenEngine() => _engine = TEngine.Create();

    [OneTimeTearDown]
    public void CloseEngine() => _engine?.Dispose();

    [Test]
    public void Recommend_AnyRules_EqualsScoringAllItemsAndDropping()
    {
        var most = TEngine.TakesManyRows ? 400 : 60;
        Gen.Select(Gen.Int[1, most], Gen.Int[1, 60], Gen.Int[0, 5_000])
            .Sample((items, k, seed) => Check(items, k, seed), iter: TEngine.TakesManyRows ? 150 : 6, threads: 1);
    }

    /// <summary>
    /// All items of a group score above all others, and a list may hold one of them: what follows is found by further
    /// searches.
    /// </summary>
    [TestCase(10, 1)]
    [TestCase(TopKQuery.MaximumK, 3)]
    public void Recommend_GroupsAheadOfTheOthers_ListsStayFull(int k, int mostPerGroup)
    {
        var (large, small) = TEngine.TakesManyRows ? (2_500, 900) : (70, 20);
        k = Math.Min(k, TEngine.TakesManyRows ? k : 12);
        var items = (2 * large) + small;
        int[] groupOf = [.. Enumerable.Range(0, items).Select(item => item < 2 * large ? item % 2 : 2 + item)];
        var model = Model(1, items, [.. Enumerable.Range(0, items).Select(item => items - (float)item)], [1f], []);
        using var recommender = new Recommender(
            model, _engine, new ListRules { Groups = new ItemGroups(groupOf, mostPerGroup) });

        var list = recommender.Recommend([0], k, includePlayed: true).Single().ItemIndices;

        int[] expected =
        [
            .. Enumerable.Range(0, 2 * mostPerGroup), .. Enumerable.Range(2 * large, small),
            .. Enumerable.Repeat(-1, k),
        ];
        Assert.That(list, Is.EqualTo(expected[..k]));
    }

    [Test]
    public void Recommend_OnlyItemsThatNoListHolds_GivesEmptyLists()
    {
        var model = Model(2, 3, [1, 0, 2], [1, 2], [0, 2]);
        using var recommender = new Recommender(model, _engine, new ListRules { OnlyItems = [1] });

        var batch = recommender.Recommend([0, 1], 4, includePlayed: false).Single();

        Assert.That(batch.ItemIndices, Is.All.EqualTo(-1));
        Assert.That(batch.EmptyCount, Is.EqualTo(2));
    }

    /// <summary>Two directions, the better items all in one.</summary>
    [TestCase(0, new[] { 0, 1, 2, 3 })]
    [TestCase(0.5, new[] { 0, 4, 1, 2 })]
    [TestCase(1, new[] { 0, 4, 1, 2 })]
    public void Recommend_Diverse_GoesInAnotherDirectionFirst(double weight, int[] expected)
    {
        float[] items = [5, 0, 4, 0, 3, 0, 2, 0, 0, 1.5f, 0, 1];
        var model = Model(1, 6, items, [1, 1], []);
        using var recommender = new Recommender(model, _engine, new ListRules { Diversity = weight });

        var batch = recommender.Recommend([0], 4, includePlayed: true).Single();

        Assert.That(batch.ItemIndices, Is.EqualTo(expected));
        Assert.That(batch.Scores, Is.EqualTo(expected.Select(item => items[2 * item] + items[(2 * item) + 1])));
    }

    private void Check(int items, int k, int seed)
    {
        var random = new Random(seed);
        var model = Model(
            Users, items, Integers(items, random), Integers(Users, random),
            [.. Enumerable.Range(0, Users).Select(user => new[] { 0, 3, items / 2, items }[user % 4])], seed);
        var rules = Rules(items, random);
        var includePlayed = seed % 3 == 0;
        int[] users = [.. Enumerable.Range(0, Users).Reverse()];
        using var recommender = new Recommender(model, _engine, rules);

        var batch = recommender.Recommend(users, k, includePlayed).Single();

        for (var list = 0; list < users.Length; list++)
        {
            var slots = new Range(list * k, (list + 1) * k);
            if (rules.Diversity > 0)
            {
                var pool =
                    Reference(model, users[list], Math.Min(10 * k, TopKQuery.MaximumK), includePlayed, rules);
                int[] chosen = [.. batch.ItemIndices[slots].TakeWhile(item => item >= 0)];
                Assert.That(chosen, Has.Length.EqualTo(Math.Min(k, pool.Count)));
                AssertDiverse(model, users[list], pool, rules.Diversity, chosen);
                Assert.That(
                    batch.Scores[slots][..chosen.Length],
                    Is.EqualTo(chosen.Select(item => Score(model, users[list], item))));
                continue;
            }

            var expected = Reference(model, users[list], k, includePlayed, rules);
            Assert.That(
                batch.ItemIndices[slots],
                Is.EqualTo(expected.Concat(Enumerable.Repeat(-1, k - expected.Count))),
                $"{items} items, k {k}, seed {seed}, user {users[list]}");
            Assert.That(
                batch.Scores[slots][..expected.Count],
                Is.EqualTo(expected.Select(item => Score(model, users[list], item))));
        }
    }

    /// <summary>Any of the rules, or none.</summary>
    private static ListRules Rules(int items, Random random)
    {
        int[] Some(double share) => [.. Enumerable.Range(0, items).Where(_ => random.NextDouble() < share)];
        var pairs = TestMatrices.Plays(
            items, [.. Enumerable.Range(0, Users).Select(user => user % 3 * random.Next(items))], random.Next());
        int[] groupOf =
            [.. Enumerable.Range(0, items).Select(item => item % 7 == 3 ? -1 : random.Next(1 + (items / 5)))];
        return new ListRules
        {
            OnlyItems = random.Next(3) == 0 ? Some(0.6) : null,
            ExcludedItems = random.Next(3) == 0 ? Some(0.3) : [],
            ExcludedPairs = random.Next(2) == 0 ? pairs : null,
            MinScore = random.Next(3) == 0 ? random.Next(-3, 4) : null,
            Groups = random.Next(2) == 0 ? new ItemGroups(groupOf, 1 + random.Next(3)) : null,
            Diversity = random.Next(2) == 0 ? random.Next(0, 5) / 4.0 : 0,
        };
    }

    /// <summary>
    /// Each item has the largest marginal relevance beside those above it, to rounding: cosines that are equal may
    /// differ in their last bit.
    /// </summary>
    private static void AssertDiverse(FactorModel model, int user, List<int> pool, double weight, int[] list)
    {
        double[] scores = [.. pool.Select(item => (double)Score(model, user, item))];
        var nearest = new double[pool.Count];
        for (var position = 0; position < list.Length; position++)
        {
            double Value(int i)
            {
                var relevance = scores[0] > scores[^1] ? (scores[i] - scores[^1]) / (scores[0] - scores[^1]) : 1;
                return ((1 - weight) * relevance) - (weight * nearest[i]);
            }

            var above = list[..position].ToHashSet();
            var best = Enumerable.Range(0, pool.Count).Where(i => !above.Contains(pool[i])).Max(Value);
            Assert.That(above, Does.Not.Contain(list[position]));
            Assert.That(Value(pool.IndexOf(list[position])), Is.EqualTo(best).Within(1e-5));
            for (var i = 0; i < pool.Count; i++)
            {
                var cosine = Cosine(model, pool[i], list[position]);
                nearest[i] = position == 0 ? cosine : Math.Max(nearest[i], cosine);
            }
        }
    }

    private static double Cosine(FactorModel model, int one, int other)
    {
        double Dot(int i, int j)
        {
            var sum = 0.0;
            for (var factor = 0; factor < model.Rank; factor++)
                sum += (double)model.ItemFactors[i][factor]
                    * model.ItemFactors[j][factor];
            return sum;
        }

        return Dot(one, other) / Math.Sqrt(Dot(one, one) * Dot(other, other));
    }

    private static List<int> Reference(FactorModel model, int user, int k, bool includePlayed, ListRules rules)
    {
        var list = new List<int>();
        var likes = Likes.CountByColumn(model.Plays, model.Feedback);
        var ranked = Enumerable.Range(0, model.Items.Count)
            .Where(item => model.ItemFactors[item].ContainsAnyExcept(0f))
            .Where(item => includePlayed || !model.Plays.RowIndices(user).Contains(item))
            .Where(item => likes[item] > 0)
            .Where(item => rules.OnlyItems is null || rules.OnlyItems.Contains(item))
            .Where(item => !rules.ExcludedItems.Contains(item))
            .Where(item => rules.ExcludedPairs is not { } pairs || !pairs.RowIndices(user).Contains(item))
            .Where(item => rules.MinScore is not { } least || Score(model, user, item) >= least)
            .OrderByDescending(item => Score(model, user, item)).ThenBy(item => item);
        foreach (var item in ranked)
        {
            if (list.Count == k) break;
            if (rules.Groups is { } groups && groups.GroupOf[item] is var group and >= 0
                && list.Count(listed => groups.GroupOf[listed] == group) == groups.MostPerGroup)
                continue;
            list.Add(item);
        }

        return list;
    }

    private static float Score(FactorModel model, int user, int item)
    {
        var x = model.UserFactors[user];
        var y = model.ItemFactors[item];
        var score = 0f;
        for (var factor = 0; factor < x.Length; factor++) score += x[factor] * y[factor];
        return score;
    }

    private static float[] Integers(int rows, Random random) =>
        [.. Enumerable.Range(0, rows * 2).Select(_ => (float)random.Next(-2, 3))];

    /// <param name="users">Number of users.</param>
    /// <param name="items">Number of items.</param>
    /// <param name="itemFactors">[items, rank].</param>
    /// <param name="userFactors">[users, rank].</param>
    /// <param name="played">[users], how many items each has played; empty for one user who has played all.</param>
    /// <param name="seed">Of the plays.</param>
    private static FactorModel Model(
        int users, int items, float[] itemFactors, float[] userFactors, int[] played, int seed = 1)
    {
        var plays = played.Length == 0
            ? new CsrMatrix(items, [0, items], [.. Enumerable.Range(0, items)], [.. Enumerable.Repeat(1f, items)])
            : TestMatrices.Plays(items, played, seed);
        return FactorArrays.Model(
            new IdIndex<int>([.. Enumerable.Range(0, users)]), new IdIndex<int>([.. Enumerable.Range(0, items)]),
            plays, new AlsOptions { Rank = userFactors.Length / users }, userFactors, itemFactors);
    }
}
