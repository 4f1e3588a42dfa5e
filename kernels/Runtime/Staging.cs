using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels;

/// <summary>
/// Copies between host and device through two slots of page-locked memory on a separate stream: while the device copies
/// one slot and kernels run on another stream, the host fills or drains the other slot.
/// </summary>
public sealed class Staging : IDisposable
{
    /// <summary>Number of slots.</summary>
    public const int Slots = 2;

    private const int ChunkBytes = 4 << 20;

    private readonly DeviceMemory _memory;
    private readonly AcceleratorStream _stream;
    private readonly PageLockedBuffer[] _slots;

    /// <param name="accelerator">The device.</param>
    public Staging(Accelerator accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        _memory = DeviceMemory.Of(accelerator);
        _stream = accelerator.CreateStream();
        _slots = [new PageLockedBuffer(accelerator), new PageLockedBuffer(accelerator)];
    }

    /// <summary>Elements per slot when a larger copy is split into chunks.</summary>
    public static int ChunkOf<T>()
        where T : unmanaged => ChunkBytes / Interop.SizeOf<T>();

    /// <summary>A slot to fill. The previous copy from it must have completed.</summary>
    public Span<T> Slot<T>(int slot, int length)
        where T : unmanaged => _slots[slot].Take<T>(length);

    /// <summary>Queues a copy from a slot to a view of the same length.</summary>
    public void CopyToDevice<T>(int slot, ArrayView<T> target)
        where T : unmanaged
    {
        _memory.CountToDevice<T>(target.Length);
        _slots[slot].CopyTo(_stream, target);
    }

    /// <summary>Queues a copy from a view to a slot.</summary>
    public void CopyToSlot<T>(ArrayView<T> source, int slot)
        where T : unmanaged
    {
        _memory.CountFromDevice<T>(source.Length);
        _slots[slot].Take<T>((int)source.Length);
        _slots[slot].CopyFrom(_stream, source);
    }

    /// <summary>Waits for all queued copies.</summary>
    public void Wait() => _stream.Synchronize();

    /// <summary>Copies a span to a view of the same length and waits.</summary>
    public void Upload<T>(ReadOnlySpan<T> source, ArrayView<T> target)
        where T : unmanaged
    {
        var slot = 0;
        for (var first = 0; first < source.Length; first += ChunkOf<T>(), slot ^= 1)
        {
            var chunk = source.Slice(first, Math.Min(ChunkOf<T>(), source.Length - first));
            chunk.CopyTo(Slot<T>(slot, chunk.Length));
            Wait(); // for the previous chunk, after which this slot is free
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

/// <summary>
/// Page-locked host memory, which a device copies from and to asynchronously while the CPU and kernels keep running. It
/// grows on demand.
/// </summary>
/// <param name="accelerator">The device that copies.</param>
internal sealed unsafe class PageLockedBuffer(Accelerator accelerator) : IDisposable
{
    private long[] _longs = [];
    private PageLockScope<long>? _lock;

    /// <summary>A span over the first elements.</summary>
    public Span<T> Take<T>(int length)
        where T : unmanaged
    {
        var longs = (int)((((long)length * sizeof(T)) + sizeof(long) - 1) / sizeof(long));
        if (_longs.Length < longs) Grow(longs);
        return new Span<T>(Address, length);
    }

    /// <summary>Queues a copy of the first elements to a view.</summary>
    public void CopyTo<T>(AcceleratorStream stream, ArrayView<T> target)
        where T : unmanaged => target.CopyFromCPUUnsafeAsync(stream, ref *(T*)Address, target.Length);

    /// <summary>Queues a copy of a view to the first elements.</summary>
    public void CopyFrom<T>(AcceleratorStream stream, ArrayView<T> source)
        where T : unmanaged => source.CopyToCPUUnsafeAsync(stream, ref *(T*)Address, source.Length);

    /// <inheritdoc/>
    public void Dispose()
    {
        Disposal.Quietly(_lock);
        _lock = null;
        _longs = [];
    }

    // The array is pinned and never moves.
    private void* Address => Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_longs));

    private void Grow(int longs)
    {
        Dispose();
        _longs = GC.AllocateUninitializedArray<long>(longs, pinned: true);
        try
        {
            _lock = accelerator.CreatePageLockFromPinned<long>((nint)Address, longs);
        }
        catch (Exception refusal) when (refusal is AcceleratorException or NotSupportedException)
        {
            // If the system refuses to lock more pages, the driver copies through its own.
            _lock = null;
        }
    }
}
