using GpuAls.Kernels.Launching;

namespace GpuAls;

/// <summary>A CSR matrix that stays in device memory where it fits, and else is streamed from the host's.</summary>
internal sealed class DevicePlays : IEnginePlays
{
    private readonly DeviceStore _store;
    private DeviceBuffer<long>? _buffer;

    public DevicePlays(DeviceStore store, CsrMatrix plays)
    {
        (_store, Matrix) = (store, plays);
        Size = SliceSize.Of(plays, isScheduled: true);
        Scratch = new LaunchScratch(0, plays.RowCount, plays.LongestRow(), plays.EntryCount);
        // Room is left for others to stream.
        if (Size.Bytes <= store.Memory.Left - store.ScratchToCome(Scratch) - (Staging.Slots * Math.Min(PlaysPass.LargestBlock, Size.Bytes))) Stay();
    }

    /// <summary>The same in host memory.</summary>
    public CsrMatrix Matrix { get; private set; }

    /// <inheritdoc/>
    public int RowCount => Matrix.RowCount;

    /// <inheritdoc/>
    public int ColumnCount => Matrix.ColumnCount;

    /// <summary>What all rows take on the device.</summary>
    public SliceSize Size { get; }

    /// <summary>What of the plays decides how much scratch is taken.</summary>
    public LaunchScratch Scratch { get; }

    /// <summary>All rows; null where they are streamed.</summary>
    public PlaysBlock? Resident { get; private set; }

    /// <summary>Whether it has been said that they are streamed.</summary>
    public bool IsKnownToStream { get; set; }

    /// <summary>Takes other values for the same places; streamed rows bring them along the next time.</summary>
    public void Reweigh(CsrMatrix values)
    {
        Matrix = values;
        if (Resident is not { } rows) return;
        _store.Accelerator.Synchronize(); // nothing reads the old ones any more
        _store.Staging.Upload(values.Values, rows.Values);
    }

    /// <summary>Frees the device memory: from now on the rows are streamed.</summary>
    public void GiveUp()
    {
        if (_buffer is null) return;
        _store.Remove(this);
        _buffer.Dispose();
        (_buffer, Resident) = (null, null);
    }

    /// <inheritdoc/>
    public void Dispose() => GiveUp();

    private void Stay()
    {
        try
        {
            _buffer = _store.Memory.Allocate<long>(Size.Length);
        }
        catch (Exception refusal) when (DeviceErrors.IsOutOfMemory(refusal))
        {
            return; // The driver has less than it says, or takes no buffer that large.
        }

        _store.Add(this);
        try
        {
            Resident = new PlaysSlice(Matrix, Size).Upload(_store.Staging, _buffer.View);
        }
        catch
        {
            GiveUp();
            throw;
        }
    }
}
