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
