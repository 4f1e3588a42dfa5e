using GpuAls.Kernels;

namespace GpuAls;

/// <summary>
/// Passes plays to kernels: all at once if they stay on the device, otherwise in blocks of rows in the order of
/// <see cref="BlockPipeline"/>. The caller must queue a block's kernels on the default stream before requesting the
/// next block.
/// </summary>
internal sealed class PlaysPass(DeviceStore store, IProgress<MemoryNote>? notes)
{
    /// <summary>Maximum bytes per block; larger blocks are not copied faster.</summary>
    public const long LargestBlock = 64L << 20;

    /// <summary>Called for each step of the pipeline.</summary>
    public Action<PipelineStep>? StepTaken { get; set; }

    /// <summary>All rows, in one block or in several.</summary>
    /// <param name="plays">The rows.</param>
    /// <param name="isScheduled">Whether they are to be solved.</param>
    /// <exception cref="DeviceMemoryException">The longest row does not fit.</exception>
    public IEnumerable<PlaysBlock> Blocks(DevicePlays plays, bool isScheduled)
    {
        if (plays.Resident is { } all) return [all];
        var scratch = store.ScratchToCome(plays.Scratch);
        var blocks = Cut(plays, isScheduled, rowBytes: 0, scratch);
        if (!plays.IsKnownToStream)
            notes?.Report(
                new PlaysStreamed(plays.RowCount, blocks.Count, plays.Size.Bytes, store.Memory.Left - scratch));
        plays.IsKnownToStream = true;
        return Stream(blocks);
    }

    /// <summary>Splits plays into blocks of which two fit in memory, plus one block's additional memory.</summary>
    /// <param name="plays">The rows.</param>
    /// <param name="isScheduled">Whether they are to be solved.</param>
    /// <param name="rowBytes">Additional bytes per row.</param>
    /// <param name="spared">Bytes to leave free for other uses.</param>
    /// <exception cref="DeviceMemoryException">The longest row does not fit.</exception>
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
            var length = blocks.Select(block => block.Size.Length).DefaultIfEmpty().Max();
            for (var slot = 0; slot < Math.Min(Staging.Slots, blocks.Count); slot++)
                buffers[slot] = store.Allocate<long>(length);
            foreach (var step in BlockPipeline.Steps(blocks.Count))
            {
                StepTaken?.Invoke(step);
                var (slot, block) = (step.Block % Staging.Slots, blocks[step.Block]);
                var view = buffers[slot]!.View.SubView(0, block.Size.Length);
                switch (step.Action)
                {
                    case PipelineAction.Fill:
                        block.Write(store.Staging.Slot<long>(slot, (int)block.Size.Length));
                        break;
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

/// <summary>Reports that plays do not fit in the remaining device memory and are streamed in blocks of rows.</summary>
/// <param name="Rows">Number of rows: users or items.</param>
/// <param name="Blocks">Number of blocks.</param>
/// <param name="PlaysBytes">Size of the plays.</param>
/// <param name="LeftBytes">Bytes available for them.</param>
internal sealed record PlaysStreamed(int Rows, int Blocks, long PlaysBytes, long LeftBytes) : MemoryNote;

/// <summary>Reports that factors do not fit in device memory and lie in that of the host.</summary>
/// <param name="Rows">Number of rows: users or items.</param>
/// <param name="Bytes">Size of the factors.</param>
/// <param name="LeftBytes">Bytes of device memory left, some of which are needed to work in.</param>
internal sealed record FactorsSpilled(int Rows, long Bytes, long LeftBytes) : MemoryNote;

/// <summary>What does not fit in device memory, and where it is instead.</summary>
internal abstract record MemoryNote;
