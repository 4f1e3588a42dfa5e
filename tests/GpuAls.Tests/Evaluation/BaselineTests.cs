using CsCheck;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Evaluation;

internal sealed class BaselineTests
{
    /// <summary>Listeners of items 0 .. 3: 1, 2, 2 and 1; user 2 dislikes item 3, which is no listener.</summary>
    private static readonly CsrMatrix Plays = new(4, [0, 2, 4, 7], [1, 2, 0, 3, 1, 2, 3], [9, 1, 1, 1, 1, 1, -5]);

    [Test]
    public void Popularity_ScoresItems_ByTheirListeners()
    {
        var scores = new float[4];
        new PopularityBaseline(Plays).Score(0, scores);

        Assert.That(scores, Is.EqualTo(new float[] { 1, 2, 2, 1 }));
    }

    /// <summary>Users of item 1: {0, 2}; of item 2: {0, 2}; of items 0 and 3: {1}. User 1 has played 0 and 3.</summary>
    [Test]
    public void Neighbours_PlaysWorkedByHand_SumTheSimilarities()
    {
        Assert.That(Scores(Matrix(Plays), Similarity.Jaccard, 3, user: 0), Is.EqualTo(new float[] { 0, 1, 1, 0 }));
        Assert.That(Scores(Matrix(Plays), Similarity.Cosine, 3, user: 1), Is.EqualTo(new float[] { 1, 0, 0, 1 }));
    }

    [TestCase(Similarity.Jaccard)]
    [TestCase(Similarity.Cosine)]
    public void Neighbours_AnyPlays_EqualThePlainVersion(Similarity similarity) =>
        Gen.Select(Gen.Int[0, 9].Array[1, 10], Gen.Int[1, 6], Gen.Int).Sample((lengths, neighbours, seed) =>
        {
            var plays = TestMatrices.Plays(9, lengths, seed);
            var dense = plays.Dense();
            for (var user = 0; user < plays.RowCount; user++)
                Assert.That(
                    Scores(Matrix(plays), similarity, neighbours, user),
                    Is.EqualTo(Plain(dense, similarity, neighbours, user)).Within(1e-5));
        });

    [Test]
    public void Train_SeveralSimilarities_GiveTheScoresOfEachAlone() =>
        Gen.Select(Gen.Int[0, 9].Array[1, 10], Gen.Int[1, 6], Gen.Int).Sample((lengths, neighbours, seed) =>
        {
            var plays = Matrix(TestMatrices.Plays(9, lengths, seed));
            Similarity[] similarities = [Similarity.Jaccard, Similarity.Cosine];
            var together = NeighbourBaseline.Train(plays, similarities, neighbours);
            var scores = new float[9];
            for (var user = 0; user < plays.ByUser.RowCount; user++)
                for (var i = 0; i < similarities.Length; i++)
                {
                    together[i].Score(user, scores);
                    Assert.That(scores, Is.EqualTo(Scores(plays, similarities[i], neighbours, user)));
                }
        });

    [Test]
    public void Measure_Popularity_EqualsThePlainVersion() =>
        Gen.Select(Gen.Int[1, 9].Array[2, 10], Gen.Int).Sample((lengths, seed) =>
        {
            var plays = TestMatrices.Plays(9, lengths, seed).MapValues(Math.Abs);
            var split = HoldOutSplit.LeaveOut(plays, 1, seed);
            if (split.Test.EntryCount == 0) return;
            var heldOut = HeldOut.Of(Matrix(plays), split);
            var train = heldOut.Train.ByUser.Dense();
            var scores = new double[train.GetLength(0), train.GetLength(1)];
            for (var user = 0; user < train.GetLength(0); user++)
                for (var item = 0; item < train.GetLength(1); item++)
                    scores[user, item] = Enumerable.Range(0, train.GetLength(0)).Count(other => train[other, item] > 0);

            var evaluator =
                new Evaluator(heldOut, EvaluationOptions.Default with { Cutoffs = [2, 4], ColdStart = ColdStart.Nan });
            var measured = evaluator.Measure(new PopularityBaseline(heldOut.Train.ByUser)).ByText();
            var plain = new PlainEvaluation(train, heldOut.Test.Dense(), scores, keepsUnseen: true).Metrics(2, 4);

            var ranked = plain.Keys.Where(
                metric => !metric.Contains('_') || metric.StartsWith("hit", StringComparison.Ordinal));
            Assert.That(measured.Keys, Is.EquivalentTo(ranked));
            foreach (var (metric, value) in measured)
                Assert.That(value, Is.EqualTo(plain[metric]).Within(1e-9), metric);
        });

    private static InteractionMatrix Matrix(CsrMatrix plays) =>
        new(
            new IdIndex<int>([.. Enumerable.Range(0, plays.RowCount)]),
            new IdIndex<int>([.. Enumerable.Range(0, plays.ColumnCount)]),
            plays);

    private static float[] Scores(InteractionMatrix plays, Similarity similarity, int neighbours, int user)
    {
        var scores = new float[plays.Items.Count];
        new NeighbourBaseline(plays, similarity, neighbours).Score(user, scores);
        return scores;
    }

    private static double[] Plain(double[,] plays, Similarity similarity, int neighbours, int user)
    {
        var (users, items) =
            (Enumerable.Range(0, plays.GetLength(0)), Enumerable.Range(0, plays.GetLength(1)).ToArray());
        double Similar(int one, int other)
        {
            double both = users.Count(u => plays[u, one] > 0 && plays[u, other] > 0);
            double a = users.Count(u => plays[u, one] > 0), b = users.Count(u => plays[u, other] > 0);
            if (both == 0) return 0;
            return (float)(similarity == Similarity.Jaccard ? both / (a + b - both) : both / Math.Sqrt(a * b));
        }

        IEnumerable<int> Near(int item) => items
            .Where(other => other != item)
            .OrderByDescending(other => Similar(item, other)).ThenBy(other => other).Take(neighbours);
        var played = items.Where(item => plays[user, item] > 0).ToArray();
        return [.. items.Select(item => played.Sum(mine => Near(mine).Contains(item) ? Similar(mine, item) : 0))];
    }
}
