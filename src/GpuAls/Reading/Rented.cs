using System.Buffers;

namespace GpuAls;

/// <summary>Arrays of the pool that grow.</summary>
internal static class Rented
{
    private const int FirstCapacity = 256;

    /// <summary>Makes room behind the elements that are used, twice as much as there was if that is more.</summary>
    /// <param name="array">Empty at first.</param>
    /// <param name="used">Elements that are kept.</param>
    /// <param name="more">Elements that come behind them.</param>
    public static void Grow<T>(ref T[] array, int used, int more)
    {
        var needed = checked(used + more);
        if (needed <= array.Length) return;
        var larger = ArrayPool<T>.Shared.Rent(Math.Max(FirstCapacity, Math.Max(needed, (int)Math.Min(Array.MaxLength, used * 2L))));
        array.AsSpan(0, used).CopyTo(larger);
        Return(ref array);
        array = larger;
    }

    /// <summary>Gives an array back, once.</summary>
    public static void Return<T>(ref T[] array)
    {
        if (array.Length > 0) ArrayPool<T>.Shared.Return(array);
        array = [];
    }
}
