using GpuAls.Export;
using GpuAls.Indexing;
using GpuAls.Modeling;
using GpuAls.Recommendation;
using GpuAls.Sparse;

namespace GpuAls.Bench.Load;

/// <summary>Writes made-up top-10 lists as Parquet; the ids are strings.</summary>
internal sealed class ListWriting
{
    private const int K = 10;
    private const int BatchLists = 4096;

    private readonly FactorModel _model;
    private readonly RecommendationBatch[] _batches;

    public ListWriting(int lists, int items)
    {
        var users = new IdIndex<string>([.. Enumerable.Range(0, lists).Select(user => $"listener {user * 7919L % 1_000_003:D7}")]);
        var titles = new IdIndex<string>([.. Enumerable.Range(0, items).Select(item => $"artist {item:D6}")]);
        _model = new FactorModel(users, titles, new CsrMatrix(items, new long[lists + 1], [], []), 1, new float[lists], new float[items]);
        var random = new Random(5);
        _batches = [.. Enumerable.Range(0, lists).Chunk(BatchLists).Select(batch => new RecommendationBatch(
            batch, K, [.. batch.SelectMany(_ => Enumerable.Range(0, K).Select(place => (random.Next(items) / K * K) + place))], [.. batch.SelectMany(_ => Enumerable.Range(0, K).Select(_ => random.NextSingle()))]))];
    }

    public long Rows => _batches.Sum(batch => (long)batch.RowCount);

    /// <summary>Seconds of a write.</summary>
    public Task<double> WriteAsync(string path) => Clock.SecondsAsync(() => RecommendationWriter.WriteAsync(path, RecommendationFormat.Parquet, _model, _batches));
}
