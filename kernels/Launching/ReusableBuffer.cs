using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

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
