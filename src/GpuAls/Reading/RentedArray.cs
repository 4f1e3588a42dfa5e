using System.Buffers;

namespace GpuAls;

/// <summary>An array that goes back to the pool; what is in it at first is anything.</summary>
/// <param name="length">Elements that are used.</param>
internal sealed class RentedArray<T>(int length) : IDisposable
{
    private T[] _array = ArrayPool<T>.Shared.Rent(length);

    public T[] Array => _array;

    public ArraySegment<T> Segment => new(_array, 0, length);

    public Span<T> Span => _array.AsSpan(0, length);

    public Memory<T> Memory => _array.AsMemory(0, length);

    public void Dispose() => Rented.Return(ref _array);
}
