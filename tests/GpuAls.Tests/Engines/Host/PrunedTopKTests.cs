using CsCheck;
using GpuAls.Tests.Reference;
using SampleMatrix = GpuAls.Bench.Shapes.SampleMatrix;
using SampleShape = GpuAls.Bench.Shapes.Shape;

namespace GpuAls.Tests.Engines.Host;

/// <summary>Lists from the items that can enter them are those from all items, to the bit.</summary>
public sealed class PrunedTopKTests
{
    private static readonly Gen<Shape> Shapes =
        from rank in Gen.Int[1, 40]
        from queries in Gen.Int[1, 300]
        from items in Gen.Int[1, 3_000]
        from k in Gen.OneOf(Gen.Int[1, 30], Gen.Int[1, TopKQuery.MaximumK])
        from norms in Gen.Enum<Norms>()
        from values in Gen.Enum<Values>()
        from threads in Gen.Int[1, 3]
        from seed in Gen.Int[0, 1_000_000]
        select new Shape(rank, queries, items, k, norms, values, threads, seed);

    public enum Norms
    {
        Equal,
        Skewed,
        VerySkewed,
        HalfZero,
        Alternating,
    }

    public enum Values
    {
        Reals,
        Positive,
        Integers,
        Negative,
        Duplicates,
        Huge,
        Tiny,
        NotFinite,
    }

    [Test]
    public void TopK_AnyFactors_AreThoseOfAllPairs() => Shapes.Sample(Check, iter: 150, threads: 1);

    /// <summary>The first users have played nearly all items, others none.</summary>
    [TestCase(Norms.Skewed)]
    [TestCase(Norms.Equal)]
    public void TopK_UsersWithTenThousandPlays_AreThoseOfAllPairs(Norms norms) =>
        Check(new Shape(8, 70, 11_000, 25, norms, Values.Reals, 2, 4) { Seen = [10_000, 10_990, 11_000, 0, 3] });

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

    private static void Check(Shape shape)
    {
        var (x, y, seen) = (shape.Queries(), shape.Items(), shape.Mask());

        using var all = new HostEngine(1) { PrunesLists = false };
        using var pruning = new HostEngine(shape.Threads);
        var expected = Select(all, shape, x, y, seen);
        var lists = Select(pruning, shape, x, y, seen);

        Assert.That(lists.Indices, Is.EqualTo(expected.Indices), $"{shape}");
        Assert.That(lists.Scores, Is.EqualTo(expected.Scores), $"{shape}");
        Assert.That(
            all.ScoredPairs, Is.GreaterThanOrEqualTo((long)shape.QueryCount * shape.ItemCount), "all pairs are scored");
    }

    private static (int[] Indices, float[] Scores) Select(
        HostEngine engine, Shape shape, float[] x, float[] y, CsrMatrix? seen)
    {
        using var queries = engine.LoadFactors(x, shape.Rank);
        using var items = engine.LoadFactors(y, shape.Rank);
        using var mask = seen is null ? null : engine.LoadPlays(seen);
        var (indices, scores) = (new int[shape.QueryCount * shape.K], new float[shape.QueryCount * shape.K]);
        engine.TopK(new TopKQuery(queries, RowRange.All(queries), items, mask, shape.K), indices, scores);
        return (indices, scores);
    }

    private sealed record Shape(
        int Rank, int QueryCount, int ItemCount, int K, Norms Norms, Values Values, int Threads, int Seed)
    {
        /// <summary>Lengths of the mask's rows, over and over; null for no mask.</summary>
        public int[]? Seen { get; init; } = (Seed % 3) switch
        {
            0 => null,
            1 => [5, 0, ItemCount / 3, 40],
            _ => [ItemCount, ItemCount - 1, 2],
        };

        public float[] Queries() => Factors(QueryCount, Seed + 1, _ => 1);

        public float[] Items()
        {
            var items = Factors(ItemCount, Seed + 2, item => Norms switch
            {
                Norms.Equal => 1,
                Norms.Skewed => 1 / Math.Sqrt(1 + (item * 7 % ItemCount)),
                Norms.VerySkewed => 1 / (1.0 + (item * 7 % ItemCount)),
                Norms.HalfZero => item % 2 == 0 ? 0 : 1 / Math.Sqrt(1 + item),
                _ => item % 3 == 0 ? 10 : 0.01,
            });
            for (var item = Rank; Values == Values.Duplicates && item < items.Length; item++)
                items[item] = items[item % (Math.Min(9, ItemCount) * Rank)];
            return items;
        }

        public CsrMatrix? Mask() => Seen is null ? null
            : TestMatrices.Plays(
                ItemCount, [.. Enumerable.Range(0, QueryCount).Select(row => Seen[row % Seen.Length])], Seed);

        private float[] Factors(int rows, int seed, Func<int, double> norm)
        {
            var random = new Random(seed);
            var factors = TestMatrices.Factors(rows, Rank, seed);
            for (var i = 0; i < factors.Length; i++)
                factors[i] = (float)(Value(factors[i], random) * norm(i / Rank));
            return factors;
        }

        private double Value(float value, Random random) => Values switch
        {
            Values.Positive => Math.Abs(value),
            Values.Negative => -value * value * Math.Sign(random.NextDouble() - 0.05),
            Values.Integers => Math.Round(2 * value),
            Values.Huge => value * 1e19,
            Values.Tiny => value * 1e-21,
            Values.NotFinite => random.Next(200) switch
            {
                0 => double.NaN,
                1 => double.PositiveInfinity,
                2 => double.NegativeInfinity,
                _ => value,
            },
            _ => value,
        };
    }
}
