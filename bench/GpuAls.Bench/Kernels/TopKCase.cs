namespace GpuAls.Bench.Kernels;

/// <summary>Lists of some queries, made once on a CUDA device and checked against the host engine.</summary>
/// <param name="Rank">Number of factors.</param>
/// <param name="Queries">Number of queries, each of which has seen 50 items.</param>
/// <param name="Items">Number of items.</param>
/// <param name="K">Length of a list.</param>
public sealed record TopKCase(int Rank, int Queries, int Items, int K)
{
    private const int Seen = 50;
    private const double Tolerance = 1e-5;

    /// <summary>Multiplications of all scores.</summary>
    public double UsefulFmas => (double)Queries * Items * Rank;

    /// <summary>Makes the lists on the device and on the host.</summary>
    /// <returns>The largest difference of two scores at the same place of a list.</returns>
    /// <exception cref="InvalidOperationException">The two differ.</exception>
    public double Verify()
    {
        using var device = EngineFactory.Create(new DeviceRequest(DeviceKind.Cuda), out _);
        using var host = EngineFactory.Create(new DeviceRequest(DeviceKind.Cpu), out _);
        var error = Scores(device).Zip(Scores(host), (a, b) => (double)MathF.Abs(a - b)).Max();
        return error <= Tolerance ? error : throw new InvalidOperationException($"{this}: the device differs from the host by {error:G3}.");
    }

    private float[] Scores(IAlsEngine engine)
    {
        using var queries = Load(engine, Queries, seed: 1);
        using var items = Load(engine, Items, seed: 2);
        using var seen = engine.LoadPlays(Matrix());
        var (indices, scores) = (new int[Queries * K], new float[Queries * K]);
        engine.TopK(new TopKQuery(queries, RowRange.All(queries), items, seen, K), indices, scores);
        return scores;
    }

    private IEngineFactors Load(IAlsEngine engine, int rows, int seed)
    {
        var random = new Random(seed);
        var factors = engine.CreateFactors(rows, Rank);
        factors.CopyFrom([.. Enumerable.Range(0, rows * Rank).Select(_ => (random.NextSingle() - 0.5f) * 0.3f)]);
        return factors;
    }

    private CsrMatrix Matrix()
    {
        var random = new Random(3);
        var width = Items / Seen;
        var indptr = Enumerable.Range(0, Queries + 1).Select(row => (long)row * Seen).ToArray();
        var indices = Enumerable.Range(0, Queries * Seen).Select(entry => (entry % Seen * width) + random.Next(width)).ToArray();
        return new CsrMatrix(Items, indptr, indices, [.. indices.Select(_ => 1f)]);
    }
}
