using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>
/// Host memory that a device copies from and to by itself, while the processor and its own kernels go on. It grows when more is
/// asked for.
/// </summary>
/// <param name="accelerator">The device that copies.</param>
internal sealed unsafe class PageLockedBuffer(Accelerator accelerator) : IDisposable
{
    private long[] _longs = [];
    private PageLockScope<long>? _lock;

    /// <summary>The first elements.</summary>
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

    // The array never moves: it is allocated pinned.
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
            // Where the system locks no more pages, the driver copies through its own.
            _lock = null;
        }
    }
}
