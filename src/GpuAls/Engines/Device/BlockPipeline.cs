namespace GpuAls;

/// <summary>
/// The order in which blocks go through two slots of page-locked memory and two buffers of the device; block k has slot and
/// buffer k mod 2. While the kernels of block k run, block k + 1 is copied and the host fills block k + 2 in.
/// </summary>
/// <example>
/// <code>
/// host     fill 0 | fill 1       | fill 2       | fill 3
/// copies          | copy 0       | copy 1       | copy 2
/// kernels                        | kernels 0    | kernels 1
/// </code>
/// </example>
internal static class BlockPipeline
{
    /// <summary>The steps, in the order in which the host takes them.</summary>
    public static IEnumerable<PipelineStep> Steps(int blockCount)
    {
        if (blockCount == 0) yield break;
        yield return new(PipelineAction.Fill, 0);
        yield return new(PipelineAction.Copy, 0);
        if (blockCount > 1) yield return new(PipelineAction.Fill, 1);
        yield return new(PipelineAction.AwaitCopy, 0);
        for (var block = 0; block < blockCount; block++)
        {
            // Before the launch, so that it overlaps kernels whose caller waits for them.
            if (block + 1 < blockCount) yield return new(PipelineAction.Copy, block + 1);
            yield return new(PipelineAction.Launch, block);
            if (block + 2 < blockCount) yield return new(PipelineAction.Fill, block + 2);
            if (block + 1 < blockCount) yield return new(PipelineAction.AwaitCopy, block + 1);
            yield return new(PipelineAction.AwaitKernels, block);
        }
    }
}
