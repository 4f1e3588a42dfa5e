using GpuAls.Recommendation;

namespace GpuAls.Export;

/// <summary>One file of lists, written batch by batch.</summary>
internal interface IRecommendationSink : IAsyncDisposable
{
    Task WriteAsync(RecommendationBatch batch);
}
