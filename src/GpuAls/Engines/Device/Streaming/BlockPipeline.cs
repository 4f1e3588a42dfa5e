namespace GpuAls;

/// <summary>
/// The order in which blocks pass through two slots of page-locked memory and two device buffers; block k uses slot and
/// buffer k mod 2. While the kernels of block k run, block k + 1 is copied and the host fills in block k + 2.
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
    /// <summary>The steps, in the order in which the host performs them.</summary>
    public static IEnumerable<PipelineStep> Steps(int blockCount)
    {
        if (blockCount == 0) yield break;
        yield return new(PipelineAction.Fill, 0);
        yield return new(PipelineAction.Copy, 0);
        if (blockCount > 1) yield return new(PipelineAction.Fill, 1);
        yield return new(PipelineAction.AwaitCopy, 0);
        for (var block = 0; block < blockCount; block++)
        {
            // Before the launch, so that it overlaps the kernels even if the caller waits for them.
            if (block + 1 < blockCount) yield return new(PipelineAction.Copy, block + 1);
            yield return new(PipelineAction.Launch, block);
            if (block + 2 < blockCount) yield return new(PipelineAction.Fill, block + 2);
            if (block + 1 < blockCount) yield return new(PipelineAction.AwaitCopy, block + 1);
            yield return new(PipelineAction.AwaitKernels, block);
        }
    }
}

/// <summary>What the host does with a block of plays.</summary>
internal enum PipelineAction
{
    /// <summary>Writes it to page-locked memory.</summary>
    Fill,

    /// <summary>Queues its copy to the device on the copy stream.</summary>
    Copy,

    /// <summary>Waits for the copy.</summary>
    AwaitCopy,

    /// <summary>Queues its kernels on the kernel stream.</summary>
    Launch,

    /// <summary>Waits for the kernels.</summary>
    AwaitKernels,
}

/// <summary>A step of the pipeline.</summary>
/// <param name="Action">The action.</param>
/// <param name="Block">Index of the block.</param>
internal readonly record struct PipelineStep(PipelineAction Action, int Block)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Action} {Block}";
}
