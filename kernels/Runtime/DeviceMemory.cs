using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels;

/// <summary>Tracks how much of an accelerator's memory is allocated, and enforces a limit.</summary>
public sealed class DeviceMemory
{
    // One per accelerator, so that all buffers of all launchers count against the same limit.
    private static readonly ConditionalWeakTable<Accelerator, DeviceMemory> Instances = [];

    private readonly Accelerator _accelerator;

    private DeviceMemory(Accelerator accelerator) => _accelerator = accelerator;

    /// <summary>Maximum number of bytes that may be allocated.</summary>
    public long Bound { get; set; } = long.MaxValue;

    /// <summary>Bytes currently allocated.</summary>
    public long Used { get; private set; }

    /// <summary>The most bytes that were allocated at a time.</summary>
    public long Peak { get; private set; }

    /// <summary>Bytes copied from the host to the device so far.</summary>
    public long BytesToDevice { get; private set; }

    /// <summary>Bytes copied from the device to the host so far.</summary>
    public long BytesFromDevice { get; private set; }

    /// <summary>Bytes allocated to scratch buffers, which are kept for the next launch.</summary>
    public long Scratch { get; private set; }

    /// <summary>Bytes that may still be allocated.</summary>
    public long Left => Bound - Used;

    /// <summary>The instance for an accelerator.</summary>
    public static DeviceMemory Of(Accelerator accelerator) =>
        Instances.GetValue(accelerator, key => new DeviceMemory(key));

    /// <summary>Allocates uninitialized memory.</summary>
    /// <param name="length">Number of elements, at least 1: drivers refuse empty buffers.</param>
    /// <exception cref="DeviceMemoryException">The allocation would exceed the limit.</exception>
    public DeviceBuffer<T> Allocate<T>(long length)
        where T : unmanaged => Allocate<T>(length, isScratch: false);

    /// <summary><see cref="Allocate{T}(long)"/> for a buffer that is kept for the next launch.</summary>
    internal DeviceBuffer<T> AllocateScratch<T>(long length)
        where T : unmanaged => Allocate<T>(length, isScratch: true);

    private DeviceBuffer<T> Allocate<T>(long length, bool isScratch)
        where T : unmanaged
    {
        var bytes = length * Interop.SizeOf<T>();
        if (bytes > Left) throw new DeviceMemoryException(bytes, this);
        var buffer = _accelerator.Allocate1D<T>(length);
        Add(bytes, isScratch);
        return new DeviceBuffer<T>(buffer, given => Add(-given, isScratch));
    }

    /// <summary>Counts a copy to the device.</summary>
    internal void CountToDevice<T>(long length)
        where T : unmanaged => BytesToDevice += length * Interop.SizeOf<T>();

    /// <summary>Counts a copy from the device.</summary>
    internal void CountFromDevice<T>(long length)
        where T : unmanaged => BytesFromDevice += length * Interop.SizeOf<T>();

    private void Add(long bytes, bool isScratch)
    {
        Used += bytes;
        Peak = Math.Max(Peak, Used);
        if (isScratch) Scratch += bytes;
    }
}

/// <summary>Device memory that counts against the limit until it is disposed.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class DeviceBuffer<T> : IDisposable
    where T : unmanaged
{
    private readonly MemoryBuffer1D<T, Stride1D.Dense> _buffer;
    private readonly Action<long> _release;

    internal DeviceBuffer(MemoryBuffer1D<T, Stride1D.Dense> buffer, Action<long> release) =>
        (_buffer, _release) = (buffer, release);

    /// <summary>Number of elements.</summary>
    public long Length => _buffer.Length;

    /// <summary>A view of the whole buffer.</summary>
    public ArrayView<T> View => _buffer.View.AsContiguous();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.IsDisposed) return;
        _release(_buffer.LengthInBytes);
        Disposal.Quietly(_buffer);
    }
}

/// <summary>Device memory that is kept between launches and reallocated only when a launch needs more.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="accelerator">The device that owns the memory.</param>
public sealed class ReusableBuffer<T>(Accelerator accelerator) : IDisposable
    where T : unmanaged
{
    private readonly DeviceMemory _memory = DeviceMemory.Of(accelerator);
    private DeviceBuffer<T>? _buffer;

    /// <summary>Bytes allocated.</summary>
    public long Bytes => (_buffer?.Length ?? 0) * Interop.SizeOf<T>();

    /// <summary>A view of the first elements, whose contents are undefined.</summary>
    /// <param name="length">
    /// Number of elements; 0 returns a view of one element, because drivers refuse empty buffers.
    /// </param>
    /// <exception cref="DeviceMemoryException">The allocation would exceed the limit on device memory.</exception>
    public ArrayView<T> Take(long length)
    {
        var needed = Math.Max(1, length);
        if (_buffer is null || _buffer.Length < needed)
        {
            Dispose();
            _buffer = _memory.AllocateScratch<T>(needed);
        }

        return _buffer.View.SubView(0, needed);
    }

    /// <summary>A view that holds a copy of <paramref name="source"/>.</summary>
    public ArrayView<T> Fill(ReadOnlySpan<T> source)
    {
        var view = Take(source.Length);
        Transfer.ToDevice(source, view);
        return view;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffer?.Dispose();
        _buffer = null;
    }
}

/// <summary>An allocation would exceed the limit on a device's memory.</summary>
/// <param name="needed">Bytes requested.</param>
/// <param name="memory">The memory that refused.</param>
#pragma warning disable CA1032 // Thrown only here.
public sealed class DeviceMemoryException(long needed, DeviceMemory memory)
    : Exception($"cannot allocate {needed:N0} bytes: {memory.Left:N0} of {memory.Bound:N0} are free.")
#pragma warning restore CA1032
{
    /// <summary>Bytes requested.</summary>
    public long NeededBytes { get; } = needed;

    /// <summary>Bytes that were free.</summary>
    public long LeftBytes { get; } = memory.Left;

    /// <summary>The limit.</summary>
    public long BoundBytes { get; } = memory.Bound;
}

/// <summary>Frees driver resources.</summary>
public static class Disposal
{
    /// <summary>
    /// Disposes a resource. A device that has failed also fails to free anything; that error must not hide the original
    /// one, which the failed operation throws.
    /// </summary>
    public static void Quietly(IDisposable? resource)
    {
        try
        {
            resource?.Dispose();
        }
        catch (AcceleratorException)
        {
            // The memory is lost until the process ends; nothing can be done about it.
        }
    }
}
