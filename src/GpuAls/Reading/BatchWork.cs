namespace GpuAls;

/// <summary>A batch that is still to be read, on any thread.</summary>
/// <param name="cancellation">Leaves the reading.</param>
internal delegate Task<InteractionBatch> BatchWork(CancellationToken cancellation);
