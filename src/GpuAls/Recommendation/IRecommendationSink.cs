namespace GpuAls;

/// <summary>
/// Where lists go, in blocks: a file in some format, or a table of a database. One caller gives the blocks in their
/// order; disposing without <see cref="CompleteAsync"/> means that the lists are not complete.
/// </summary>
internal interface IRecommendationSink : IAsyncDisposable
{
    /// <summary>Rows that a block has at most, in the long form; lists are not cut.</summary>
    int BlockRows { get; }

    /// <summary>
    /// Takes the next block. Returns once another may come, which bounds the memory: the block may not be written yet.
    /// </summary>
    /// <exception cref="GpuAlsException">Kind Output: this block, or one before, cannot be written.</exception>
    ValueTask WriteAsync(ListBlock block, CancellationToken cancellation);

    /// <summary>Waits until all blocks are written, then ends the lists.</summary>
    /// <exception cref="GpuAlsException">Kind Output: something cannot be written.</exception>
    ValueTask CompleteAsync(CancellationToken cancellation);
}

/// <summary>Brings lists to a sink.</summary>
internal static class RecommendationWriter
{
    /// <summary>Writes all lists; the next batches are computed while the sink is at work.</summary>
    /// <param name="sink">Where they go; it is disposed of.</param>
    /// <param name="batches">The lists.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind Output: the lists cannot be written.</exception>
    public static async Task WriteAsync(
        IRecommendationSink sink, IEnumerable<RecommendationBatch> batches, CancellationToken cancellation = default)
    {
        await using (sink.ConfigureAwait(false))
        {
            var garbage = new LargeGarbage();
            foreach (var block in ListBlock.Of(batches, sink.BlockRows))
            {
                await sink.WriteAsync(block, cancellation).ConfigureAwait(false);
                garbage.CollectIfDue();
            }

            await sink.CompleteAsync(cancellation).ConfigureAwait(false);
        }
    }
}
