using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

/// <summary>The books of an accelerator's memory: what is taken of it, and how much may be.</summary>
public sealed class DeviceMemory
{
    // By accelerator, so that every buffer of every launcher is in the same books.
    private static readonly ConditionalWeakTable<Accelerator, DeviceMemory> Books = [];

    private readonly Accelerator _accelerator;

    private DeviceMemory(Accelerator accelerator) => _accelerator = accelerator;

    /// <summary>The most bytes that may be taken.</summary>
    public long Bound { get; set; } = long.MaxValue;

    /// <summary>Bytes that are taken.</summary>
    public long Used { get; private set; }

    /// <summary>Bytes among them in buffers that stay for the next launch.</summary>
    public long Scratch { get; private set; }

    /// <summary>Bytes that may still be taken.</summary>
    public long Left => Bound - Used;

    /// <summary>The books of an accelerator.</summary>
    public static DeviceMemory Of(Accelerator accelerator) => Books.GetValue(accelerator, key => new DeviceMemory(key));

    /// <summary>Takes memory; what it holds is undefined.</summary>
    /// <param name="length">Number of elements, 1 or more: no driver takes an empty buffer.</param>
    /// <exception cref="DeviceMemoryException">It would be more than the bound.</exception>
    public DeviceBuffer<T> Allocate<T>(long length)
        where T : unmanaged => Allocate<T>(length, isScratch: false);

    /// <summary><see cref="Allocate{T}(long)"/> for a buffer that stays for the next launch.</summary>
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

    private void Add(long bytes, bool isScratch)
    {
        Used += bytes;
        if (isScratch) Scratch += bytes;
    }
}

/// <summary>Device memory that is in the books until it is disposed.</summary>
/// <typeparam name="T">Element.</typeparam>
public sealed class DeviceBuffer<T> : IDisposable
    where T : unmanaged
{
    private readonly MemoryBuffer1D<T, Stride1D.Dense> _buffer;
    private readonly Action<long> _giveBack;

    internal DeviceBuffer(MemoryBuffer1D<T, Stride1D.Dense> buffer, Action<long> giveBack) => (_buffer, _giveBack) = (buffer, giveBack);

    /// <summary>Number of elements.</summary>
    public long Length => _buffer.Length;

    /// <summary>All of it.</summary>
    public ArrayView<T> View => _buffer.View.AsContiguous();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.IsDisposed) return;
        _giveBack(_buffer.LengthInBytes);
        Disposal.Quietly(_buffer);
    }
}

/// <summary>Device memory that is kept between launches and made anew only when a launch needs more.</summary>
/// <typeparam name="T">Element.</typeparam>
/// <param name="accelerator">Where the memory lies.</param>
public sealed class ReusableBuffer<T>(Accelerator accelerator) : IDisposable
    where T : unmanaged
{
    private readonly DeviceMemory _memory = DeviceMemory.Of(accelerator);
    private DeviceBuffer<T>? _buffer;

    /// <summary>Bytes that are taken.</summary>
    public long Bytes => (_buffer?.Length ?? 0) * Interop.SizeOf<T>();

    /// <summary>A view of the first elements; what they hold is undefined.</summary>
    /// <param name="length">Number of elements; 0 gives a view of one, since no driver takes an empty one.</param>
    /// <exception cref="DeviceMemoryException">It would be more than the bound of the device's memory.</exception>
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

/// <summary>More of a device's memory was asked for than is left below its bound.</summary>
/// <param name="needed">Bytes that were asked for.</param>
/// <param name="memory">The books that refused.</param>
#pragma warning disable CA1032 // Nobody else throws it.
public sealed class DeviceMemoryException(long needed, DeviceMemory memory)
    : Exception($"{needed:N0} bytes were asked for, {memory.Left:N0} of {memory.Bound:N0} are left.")
#pragma warning restore CA1032
{
    /// <summary>Bytes that were asked for.</summary>
    public long NeededBytes { get; } = needed;

    /// <summary>Bytes that were left.</summary>
    public long LeftBytes { get; } = memory.Left;

    /// <summary>The bound.</summary>
    public long BoundBytes { get; } = memory.Bound;
}

/// <summary>Gives back what a driver lent.</summary>
public static class Disposal
{
    /// <summary>
    /// Disposes. A device that has failed refuses to free anything too; that must not take the place of the failure, which what
    /// was launched throws.
    /// </summary>
    public static void Quietly(IDisposable? resource)
    {
        try
        {
            resource?.Dispose();
        }
        catch (AcceleratorException)
        {
            // The memory is lost until the process ends; nobody can do anything about it.
        }
    }
}
