namespace GpuAls;

/// <summary>What happens to a block of plays on its way through the device.</summary>
internal enum PipelineAction
{
    /// <summary>The host writes it into page-locked memory.</summary>
    Fill,

    /// <summary>Its copy to the device is queued on the stream of the copies.</summary>
    Copy,

    /// <summary>The host waits for the copy.</summary>
    AwaitCopy,

    /// <summary>Its kernels are queued on the stream of the kernels.</summary>
    Launch,

    /// <summary>The host waits for the kernels.</summary>
    AwaitKernels,
}

/// <summary>A step of the pipeline.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Block">To which block, from 0.</param>
internal readonly record struct PipelineStep(PipelineAction Action, int Block)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Action} {Block}";
}
