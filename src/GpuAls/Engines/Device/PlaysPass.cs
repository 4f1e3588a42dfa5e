using GpuAls.Kernels.Launching;

namespace GpuAls;

/// <summary>
/// Brings plays past kernels: all at once where they stay on the device, else in blocks of rows, as <see cref="BlockPipeline"/> has
/// it. Who enumerates the blocks queues the kernels of each on the default stream before asking for the next.
/// </summary>
internal sealed class PlaysPass(DeviceStore store, IProgress<PlaysStreamed>? streamed)
{
    /// <summary>Larger blocks are not copied faster.</summary>
    public const long LargestBlock = 64L << 20;

    /// <summary>Told of each step of the pipeline when it is taken.</summary>
    public Action<PipelineStep>? StepTaken { get; set; }

    /// <summary>All rows, in one block or in several.</summary>
    /// <param name="plays">The rows.</param>
    /// <param name="isScheduled">Whether they are to be solved.</param>
    /// <exception cref="DeviceMemoryException">There is too little room for the longest row.</exception>
    public IEnumerable<PlaysBlock> Blocks(DevicePlays plays, bool isScheduled)
    {
        if (plays.Resident is { } all) return [all];
        var scratch = store.ScratchToCome(plays.Scratch);
        var blocks = Cut(plays, isScheduled, rowBytes: 0, scratch);
        if (!plays.IsKnownToStream) streamed?.Report(new PlaysStreamed(plays.RowCount, blocks.Count, plays.Size.Bytes, store.Memory.Left - scratch));
        plays.IsKnownToStream = true;
        return Stream(blocks);
    }

    /// <summary>Blocks of rows that the memory has room for, twice, and once for what the rows need beside their plays.</summary>
    /// <param name="plays">The rows.</param>
    /// <param name="isScheduled">Whether they are to be solved.</param>
    /// <param name="rowBytes">Bytes that each row needs beside its plays.</param>
    /// <param name="spared">Bytes that are left for others.</param>
    /// <exception cref="DeviceMemoryException">There is too little room for the longest row.</exception>
    public List<PlaysSlice> Cut(DevicePlays plays, bool isScheduled, long rowBytes, long spared)
    {
        var largestRow = PlaysCut.LargestRow(plays.Scratch.LongestRow, isScheduled, rowBytes);
        var shares = Staging.Slots + (rowBytes > 0 ? 1 : 0);
        var needed = spared + (shares * largestRow);
        while (store.Memory.Left < needed)
            if (!store.GiveUpPlays()) throw new DeviceMemoryException(needed, store.Memory);
        var room = (store.Memory.Left - spared) / shares;
        return PlaysCut.Blocks(plays.Matrix, isScheduled, Math.Max(largestRow, Math.Min(room, LargestBlock)), rowBytes);
    }

    /// <summary>Streams blocks of rows.</summary>
    public IEnumerable<PlaysBlock> Stream(List<PlaysSlice> blocks)
    {
        var buffers = new DeviceBuffer<long>?[Staging.Slots];
        try
        {
            for (var slot = 0; slot < Math.Min(Staging.Slots, blocks.Count); slot++) buffers[slot] = store.Allocate<long>(blocks.Max(block => block.Size.Length));
            foreach (var step in BlockPipeline.Steps(blocks.Count))
            {
                StepTaken?.Invoke(step);
                var (slot, block) = (step.Block % Staging.Slots, blocks[step.Block]);
                var view = buffers[slot]!.View.SubView(0, block.Size.Length);
                switch (step.Action)
                {
                    case PipelineAction.Fill: block.Write(store.Staging.Slot<long>(slot, (int)block.Size.Length)); break;
                    case PipelineAction.Copy: store.Staging.CopyToDevice(slot, view); break;
                    case PipelineAction.AwaitCopy: store.Staging.Wait(); break;
                    case PipelineAction.Launch: yield return block.On(view); break;
                    default: store.Accelerator.DefaultStream.Synchronize(); break;
                }
            }
        }
        finally
        {
            foreach (var buffer in buffers) buffer?.Dispose();
        }
    }
}
