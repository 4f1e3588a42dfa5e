using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>
/// Copies between host and device through two slots of page-locked memory and a stream of their own: while the device copies one
/// slot, and while kernels run on another stream, the host fills or empties the other slot.
/// </summary>
public sealed class Staging : IDisposable
{
    /// <summary>Number of slots.</summary>
    public const int Slots = 2;

    private const int ChunkBytes = 4 << 20;

    private readonly AcceleratorStream _stream;
    private readonly PageLockedBuffer[] _slots;

    /// <param name="accelerator">The device.</param>
    public Staging(Accelerator accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        _stream = accelerator.CreateStream();
        _slots = [new PageLockedBuffer(accelerator), new PageLockedBuffer(accelerator)];
    }

    /// <summary>Elements that go through a slot at a time where a copy is larger.</summary>
    public static int ChunkOf<T>()
        where T : unmanaged => ChunkBytes / Interop.SizeOf<T>();

    /// <summary>A slot to fill; the copy that uses it must have been waited for.</summary>
    public Span<T> Slot<T>(int slot, int length)
        where T : unmanaged => _slots[slot].Take<T>(length);

    /// <summary>Queues the copy of a slot to a view, of the same length.</summary>
    public void CopyToDevice<T>(int slot, ArrayView<T> target)
        where T : unmanaged => _slots[slot].CopyTo(_stream, target);

    /// <summary>Queues the copy of a view to a slot.</summary>
    public void CopyToSlot<T>(ArrayView<T> source, int slot)
        where T : unmanaged
    {
        _slots[slot].Take<T>((int)source.Length);
        _slots[slot].CopyFrom(_stream, source);
    }

    /// <summary>Waits for the copies.</summary>
    public void Wait() => _stream.Synchronize();

    /// <summary>Copies a span to a view of the same length, and waits.</summary>
    public void Upload<T>(ReadOnlySpan<T> source, ArrayView<T> target)
        where T : unmanaged
    {
        var slot = 0;
        for (var first = 0; first < source.Length; first += ChunkOf<T>(), slot ^= 1)
        {
            var chunk = source.Slice(first, Math.Min(ChunkOf<T>(), source.Length - first));
            chunk.CopyTo(Slot<T>(slot, chunk.Length));
            Wait(); // for the chunk before; this one's slot is free since then.
            CopyToDevice(slot, target.SubView(first, chunk.Length));
        }

        Wait();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var slot in _slots) slot.Dispose();
        Disposal.Quietly(_stream);
    }
}
