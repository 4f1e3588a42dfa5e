using System.Buffers;

namespace GpuAls;

/// <summary>An array that returns to the pool. Its elements are uninitialized.</summary>
/// <param name="length">Number of elements in use; the array may be longer.</param>
internal sealed class RentedArray<T>(int length) : IDisposable
{
    private T[] _array = ArrayPool<T>.Shared.Rent(length);

    public T[] Array => _array;

    public ArraySegment<T> Segment => new(_array, 0, length);

    public Span<T> Span => _array.AsSpan(0, length);

    public Memory<T> Memory => _array.AsMemory(0, length);

    public void Dispose() => Rented.Return(ref _array);
}

/// <summary>Pooled arrays that grow.</summary>
internal static class Rented
{
    private const int FirstCapacity = 256;

    /// <summary>Makes room for more elements; the capacity at least doubles.</summary>
    /// <param name="array">The array; empty at first.</param>
    /// <param name="used">Number of elements to keep.</param>
    /// <param name="more">Number of elements to make room for after them.</param>
    public static void Grow<T>(ref T[] array, int used, int more)
    {
        var needed = checked(used + more);
        if (needed <= array.Length) return;
        var doubled = (int)Math.Min(Array.MaxLength, used * 2L);
        var larger = ArrayPool<T>.Shared.Rent(Math.Max(FirstCapacity, Math.Max(needed, doubled)));
        array.AsSpan(0, used).CopyTo(larger);
        Return(ref array);
        array = larger;
    }

    /// <summary>Returns an array to the pool and leaves an empty one, so that it cannot be returned twice.</summary>
    public static void Return<T>(ref T[] array)
    {
        if (array.Length > 0) ArrayPool<T>.Shared.Return(array);
        array = [];
    }
}
