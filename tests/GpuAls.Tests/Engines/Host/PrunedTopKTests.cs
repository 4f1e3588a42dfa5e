using CsCheck;
using GpuAls.Tests.Reference;
using SampleMatrix = GpuAls.Bench.Shapes.SampleMatrix;
using SampleShape = GpuAls.Bench.Shapes.Shape;

namespace GpuAls.Tests.Engines.Host;

/// <summary>Lists from the items that can enter them are those from all items, to the bit.</summary>
public sealed class PrunedTopKTests
{
    [Test]
    public void TopK_AnyFactors_AreThoseOfAllPairs() => TopKShape.Any(300, 3_000).Sample(Check, iter: 150, threads: 1);

    /// <summary>The first users have played nearly all items, others none.</summary>
    [TestCase(NormsOf.Skewed)]
    [TestCase(NormsOf.Equal)]
    public void TopK_UsersWithTenThousandPlays_AreThoseOfAllPairs(NormsOf norms) =>
        Check(
            new TopKShape(8, 70, 11_000, 25, norms, ValuesOf.Reals, 2, 4) { Seen = [10_000, 10_990, 11_000, 0, 3] });

    [Test]
    public void TopK_TrainedModel_ScoresFewPairs()
    {
        var plays = SampleMatrix.Create(SampleShape.Of(3_000, 10_000, 300_000));
        using var engine = new HostEngine(2);
        var options = AlsOptions.Default with { Rank = 16, Iterations = 4 };
        var model = new FactorModel(plays, options, new FactorTrainer(engine, options).Fit(plays));
        using var recommender = new Recommender(model, engine);
        var users = Recommender.UsersWithPlays(model);

        var lists = recommender.Recommend(users, 10, includePlayed: false).Sum(batch => batch.UserIndices.Length);

        Assert.That(lists, Is.EqualTo(users.Length));
        Assert.That(engine.ScoredPairs, Is.LessThan(users.Length * (long)model.Items.Count / 8));
    }

    [Test]
    public void TopK_OneUserOfATrainedModel_ScoresFewPairs()
    {
        var plays = SampleMatrix.Create(SampleShape.Of(2_000, 20_000, 150_000));
        using var engine = new HostEngine(2);
        var options = AlsOptions.Default with { Rank = 16, Iterations = 3 };
        var model = new FactorModel(plays, options, new FactorTrainer(engine, options).Fit(plays));
        using var recommender = new Recommender(model, engine);

        var list = recommender.Recommend([200], 10, includePlayed: false).Single();

        Assert.That(list.ItemIndices, Has.Length.EqualTo(10));
        Assert.That(engine.ScoredPairs, Is.LessThan(model.Items.Count / 8));
    }

    /// <summary>Where x and y point the same way, the score is as large as it can be.</summary>
    [Test]
    public unsafe void Cutoff_ScoreOfAnItem_LetsTheItemPass() =>
        Gen.Select(Gen.Int[1, 600], Gen.Int[0, 1_000_000], Gen.Double[-40, 35], Gen.Double[-40, 35]).Sample(
            (rank, seed, scaleOfX, scaleOfY) =>
        {
            using var x = new HostFactors(1, rank);
            using var y = new HostFactors(1, rank);
            x.CopyFrom(RowRange.All(x), Scaled(TestMatrices.Factors(1, rank, seed), scaleOfX));
            y.CopyFrom(RowRange.All(y), Scaled(TestMatrices.Factors(1, rank, seed), scaleOfY));
            var (fused, separate) = (0f, 0f);
            for (var i = 0; i < rank; i++)
            {
                fused = MathF.FusedMultiplyAdd(x.Row(0)[i], y.Row(0)[i], fused);
                separate += x.Row(0)[i] * y.Row(0)[i];
            }

            var norm = NormBound.OfItem(y.Row(0), y.Stride);
            var query = NormBound.OfQuery(x.Row(0), x.Stride);
            return norm >= NormBound.Cutoff(fused, query, x.Stride)
                && norm >= NormBound.Cutoff(separate, query, x.Stride);
        });

    private static float[] Scaled(float[] values, double exponent) =>
        [.. values.Select(value => (float)(value * Math.Pow(10, exponent)))];

    private static void Check(TopKShape shape)
    {
        using var all = new HostEngine(1) { PrunesLists = false };
        using var pruning = new HostEngine(shape.Threads);
        var expected = shape.Select(all);
        var lists = shape.Select(pruning);

        Assert.That(lists.Indices, Is.EqualTo(expected.Indices), $"{shape}");
        Assert.That(lists.Scores, Is.EqualTo(expected.Scores), $"{shape}");
        Assert.That(
            all.ScoredPairs, Is.GreaterThanOrEqualTo((long)shape.QueryCount * shape.ItemCount), "all pairs are scored");
    }
}
