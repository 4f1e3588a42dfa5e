using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Kernels.Launching;

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
