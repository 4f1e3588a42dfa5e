namespace GpuAls.Bench.OnGpu.Workloads;

/// <summary>
/// Top-k lists. Factors are small integers, so that scores are exact and ties common; lists must be equal.
/// </summary>
/// <param name="Rank">Number of factors.</param>
/// <param name="Queries">Number of lists.</param>
/// <param name="Items">Number of items.</param>
/// <param name="K">List length.</param>
/// <param name="Seen">Number of items to exclude from each list, cyclically; empty to exclude none.</param>
internal sealed record TopKWorkload(int Rank, int Queries, int Items, int K, int[] Seen)
    : TimedWorkload($"top-{K}", Rank)
{
    private const int PartQueries = 64;

    public override string Shape =>
        $"{Queries:N0} queries, {Items:N0} items, {(Seen.Length == 0 ? "no mask" : $"up to {Seen.Max():N0} seen")}";

    public override double Tolerance => 0;

    public override double UsefulFmas => (double)Queries * Items * Rank;

    public override double LeastBytes => (4.0 * (Queries + Items) * Rank) + (8.0 * Queries * K);

    public override TimedWorkload Part => this with { Queries = Math.Min(PartQueries, Queries) };

    public override LoadedWorkload Load(IAlsEngine engine)
    {
        var queries = engine.LoadFactors(SyntheticInput.Integers(Queries, Rank, seed: 8));
        var items = engine.LoadFactors(SyntheticInput.Integers(Items, Rank, seed: 9));
        var lengths = Enumerable.Range(0, Queries).Select(query => Seen[query % Seen.Length]);
        var seen = Seen.Length == 0 ? null : engine.LoadPlays(SyntheticInput.Plays([.. lengths], Items));
        var (indices, scores) = (new int[Queries * K], new float[Queries * K]);
        IDisposable[] memory = seen is null ? [queries, items] : [queries, items, seen];
        return new LoadedWorkload(
            () => engine.TopK(new TopKQuery(queries, RowRange.All(queries), items, seen, K), indices, scores),
            () => [.. indices.Zip(scores).SelectMany(entry => (double[])[entry.First, entry.Second])],
            memory);
    }

    public override double Error(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected) =>
        Errors.Unequal(actual, expected);
}
