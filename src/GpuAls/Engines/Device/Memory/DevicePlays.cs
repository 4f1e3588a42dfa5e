using GpuAls.Kernels;

namespace GpuAls;

/// <summary>A CSR matrix that stays in device memory if it fits, and is streamed from host memory otherwise.</summary>
internal sealed class DevicePlays : IEnginePlays
{
    private readonly DeviceStore _store;
    private DeviceBuffer<long>? _buffer;

    public DevicePlays(DeviceStore store, CsrMatrix plays)
    {
        (_store, Matrix) = (store, plays);
        Size = SliceSize.Of(plays, isScheduled: true);
        Scratch = new LaunchScratch(0, plays.RowCount, plays.LongestRow(), plays.EntryCount);
        ShortestRow = ShortestRowOf(plays);
        // Leaves room for streaming other plays.
        var streaming = Staging.Slots * Math.Min(PlaysPass.LargestBlock, Size.Bytes);
        if (Size.Bytes <= store.Memory.Left - store.ScratchToCome(Scratch) - streaming) Stay();
    }

    /// <summary>The matrix in host memory.</summary>
    public CsrMatrix Matrix { get; private set; }

    /// <inheritdoc/>
    public int RowCount => Matrix.RowCount;

    /// <inheritdoc/>
    public int ColumnCount => Matrix.ColumnCount;

    /// <summary>The size of all rows on the device.</summary>
    public SliceSize Size { get; }

    /// <summary>The properties of the plays on which the size of scratch depends.</summary>
    public LaunchScratch Scratch { get; }

    /// <summary>Fewest plays of a row that has any; the largest number if none has.</summary>
    public int ShortestRow { get; }

    /// <summary>All rows; null if they are streamed.</summary>
    public PlaysBlock? Resident { get; private set; }

    /// <summary>Whether it has been reported that they are streamed.</summary>
    public bool IsKnownToStream { get; set; }

    /// <summary>Replaces the values of all entries. Streamed rows use them from the next pass on.</summary>
    public void Reweigh(CsrMatrix values)
    {
        Matrix = values;
        if (Resident is not { } rows) return;
        _store.Accelerator.Synchronize(); // no kernel reads the old values any more
        _store.Staging.Upload(values.Values, rows.Values);
    }

    /// <summary>Frees the device memory; from now on, rows are streamed.</summary>
    public void GiveUp()
    {
        if (_buffer is null) return;
        _store.Remove(this);
        _buffer.Dispose();
        (_buffer, Resident) = (null, null);
    }

    /// <inheritdoc/>
    public void Dispose() => GiveUp();

    private static int ShortestRowOf(CsrMatrix plays)
    {
        var shortest = int.MaxValue;
        for (var row = 0; row < plays.RowCount; row++)
            if (plays.RowLength(row) is var length and > 0) shortest = Math.Min(shortest, length);
        return shortest;
    }

    private void Stay()
    {
        try
        {
            _buffer = _store.Memory.Allocate<long>(Size.Length);
        }
        catch (Exception refusal) when (DeviceErrors.IsOutOfMemory(refusal))
        {
            return; // The driver has less memory than it reports, or refuses a buffer this large.
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
