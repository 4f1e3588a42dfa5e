using CsCheck;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines;

/// <summary>A search for lists, with factors whose norms and values are of many kinds.</summary>
internal sealed record TopKShape(
    int Rank, int QueryCount, int ItemCount, int K, NormsOf Norms, ValuesOf Values, int Threads, int Seed)
{
    /// <summary>Lengths of the mask's rows, over and over; null for no mask.</summary>
    public int[]? Seen { get; init; } = (Seed % 3) switch
    {
        0 => null,
        1 => [5, 0, ItemCount / 3, 40],
        _ => [ItemCount, ItemCount - 1, 2],
    };

    /// <summary>Shapes and values of all kinds.</summary>
    public static Gen<TopKShape> Any(int mostQueries, int mostItems) =>
        from rank in Gen.Int[1, 40]
        from queries in Gen.Int[1, mostQueries]
        from items in Gen.Int[1, mostItems]
        from k in Gen.OneOf(Gen.Int[1, 30], Gen.Int[1, TopKQuery.MaximumK])
        from norms in Gen.Enum<NormsOf>()
        from values in Gen.Enum<ValuesOf>()
        from threads in Gen.Int[1, 3]
        from seed in Gen.Int[0, 1_000_000]
        select new TopKShape(rank, queries, items, k, norms, values, threads, seed);

    /// <summary>Makes the lists of all queries.</summary>
    public (int[] Indices, float[] Scores) Select(IAlsEngine engine)
    {
        using var queries = engine.LoadFactors(Queries(), Rank);
        using var items = engine.LoadFactors(Items(), Rank);
        var seen = Mask();
        using var mask = seen is null ? null : engine.LoadPlays(seen);
        var (indices, scores) = (new int[QueryCount * K], new float[QueryCount * K]);
        engine.TopK(new TopKQuery(queries, RowRange.All(queries), items, mask, K), indices, scores);
        return (indices, scores);
    }

    private float[] Queries() => Factors(QueryCount, Seed + 1, _ => 1);

    private float[] Items()
    {
        var items = Factors(ItemCount, Seed + 2, item => Norms switch
        {
            NormsOf.Equal => 1,
            NormsOf.Skewed => 1 / Math.Sqrt(1 + (item * 7 % ItemCount)),
            NormsOf.VerySkewed => 1 / (1.0 + (item * 7 % ItemCount)),
            NormsOf.HalfZero => item % 2 == 0 ? 0 : 1 / Math.Sqrt(1 + item),
            _ => item % 3 == 0 ? 10 : 0.01,
        });
        for (var item = Rank; Values == ValuesOf.Duplicates && item < items.Length; item++)
            items[item] = items[item % (Math.Min(9, ItemCount) * Rank)];
        return items;
    }

    private CsrMatrix? Mask() => Seen is null ? null
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
        ValuesOf.Positive => Math.Abs(value),
        ValuesOf.Negative => -value * value * Math.Sign(random.NextDouble() - 0.05),
        ValuesOf.Integers => Math.Round(2 * value),
        ValuesOf.Huge => value * 1e19,
        ValuesOf.Tiny => value * 1e-21,
        ValuesOf.NotFinite => random.Next(200) switch
        {
            0 => double.NaN,
            1 => double.PositiveInfinity,
            2 => double.NegativeInfinity,
            _ => value,
        },
        _ => value,
    };
}

/// <summary>How the norms of items differ.</summary>
public enum NormsOf
{
    Equal,
    Skewed,
    VerySkewed,
    HalfZero,
    Alternating,
}

/// <summary>What factors are like.</summary>
public enum ValuesOf
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
