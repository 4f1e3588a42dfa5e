using System.Runtime.CompilerServices;
using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Sorts lists of keys that lie one after the other over the threads of a group, eight a thread, all at once. Lengths are powers of
/// two, 16 or more. Keys less than eight apart are compared in registers, others by way of shared memory.
/// </summary>
/// <param name="memory">[<see cref="MemoryLength"/>], used by nobody else from one barrier to the next.</param>
/// <param name="length">Keys of a list.</param>
internal readonly struct BitonicSort(ArrayView<ulong> memory, int length)
{
    /// <summary>Threads of the group.</summary>
    public const int Threads = 128;

    /// <summary>Keys of the group, and the longest list.</summary>
    public const int KeyCount = Threads * Keys8.Count;

    /// <summary>Nine slots a thread: sixteen threads meet different banks.</summary>
    public const int MemoryLength = Threads * Stride;

    private const int Stride = Keys8.Count + 1;

    private readonly ArrayView<ulong> _memory = memory;
    private readonly int _length = length;

    /// <summary>The thread's part of memory: keys may be put together here before they are sorted.</summary>
    public ArrayView<ulong> Own => _memory.SubView(Group.IdxX * Stride, Keys8.Count);

    /// <summary>Sorts each list, the lowest key first.</summary>
    public Keys8 Ascending(Keys8 keys)
    {
        var first = Group.IdxX * Keys8.Count & (_length - 1);
        keys.Sort((first & Keys8.Count) == 0);
        for (var run = 2 * Keys8.Count; run <= _length; run *= 2) keys = Merge(keys, run, rises: run == _length || (first & run) == 0);
        return keys;
    }

    /// <summary>Sorts lists that rise, then fall, or the other way around: the highest key first.</summary>
    public Keys8 BitonicDescending(Keys8 keys) => Merge(keys, _length, rises: false);

    private Keys8 Merge(Keys8 keys, int run, bool rises)
    {
        for (var stride = run / 2 / Keys8.Count; stride > 0; stride /= 2)
        {
            Group.Barrier();
            keys.Store(_memory, Group.IdxX * Stride);
            Group.Barrier();
            keys.Keep(Keys8.At(_memory, (Group.IdxX ^ stride) * Stride), higher: (Group.IdxX & stride) == 0 != rises);
        }

        keys.SortBitonic(rises);
        return keys;
    }
}

/// <summary>Eight keys in the registers of a thread.</summary>
internal struct Keys8
{
    /// <summary>Keys in it.</summary>
    public const int Count = 8;

    public ulong K0, K1, K2, K3, K4, K5, K6, K7;

    /// <summary>Eight consecutive keys, loaded from one address.</summary>
    public static Keys8 At(ArrayView<ulong> memory, long index) => Unsafe.As<ulong, Keys8>(ref memory[index]);

    /// <summary>Writes the eight keys from an index on.</summary>
    public readonly void Store(ArrayView<ulong> memory, long index) => Unsafe.As<ulong, Keys8>(ref memory[index]) = this;

    /// <summary>Sorts by Batcher's network of 19 comparisons.</summary>
    /// <param name="rises">Whether the lowest comes first, else the highest.</param>
    public void Sort(bool rises)
    {
        Order(ref K0, ref K1, rises);
        Order(ref K2, ref K3, rises);
        Order(ref K4, ref K5, rises);
        Order(ref K6, ref K7, rises);
        Order(ref K0, ref K2, rises);
        Order(ref K1, ref K3, rises);
        Order(ref K4, ref K6, rises);
        Order(ref K5, ref K7, rises);
        Order(ref K1, ref K2, rises);
        Order(ref K5, ref K6, rises);
        Order(ref K0, ref K4, rises);
        Order(ref K1, ref K5, rises);
        Order(ref K2, ref K6, rises);
        Order(ref K3, ref K7, rises);
        Order(ref K2, ref K4, rises);
        Order(ref K3, ref K5, rises);
        Order(ref K1, ref K2, rises);
        Order(ref K3, ref K4, rises);
        Order(ref K5, ref K6, rises);
    }

    /// <summary>Sorts keys that rise, then fall, or the other way around, or such a sequence turned around.</summary>
    /// <param name="rises">Whether the lowest comes first, else the highest.</param>
    public void SortBitonic(bool rises)
    {
        Order(ref K0, ref K4, rises);
        Order(ref K1, ref K5, rises);
        Order(ref K2, ref K6, rises);
        Order(ref K3, ref K7, rises);
        Order(ref K0, ref K2, rises);
        Order(ref K1, ref K3, rises);
        Order(ref K4, ref K6, rises);
        Order(ref K5, ref K7, rises);
        Order(ref K0, ref K1, rises);
        Order(ref K2, ref K3, rises);
        Order(ref K4, ref K5, rises);
        Order(ref K6, ref K7, rises);
    }

    /// <summary>Keeps of each pair of keys the higher, or the lower.</summary>
    public void Keep(in Keys8 others, bool higher)
    {
        K0 = Kept(K0, others.K0, higher);
        K1 = Kept(K1, others.K1, higher);
        K2 = Kept(K2, others.K2, higher);
        K3 = Kept(K3, others.K3, higher);
        K4 = Kept(K4, others.K4, higher);
        K5 = Kept(K5, others.K5, higher);
        K6 = Kept(K6, others.K6, higher);
        K7 = Kept(K7, others.K7, higher);
    }

    /// <summary>The same keys, the last first.</summary>
    public readonly Keys8 Reversed() => new() { K0 = K7, K1 = K6, K2 = K5, K3 = K4, K4 = K3, K5 = K2, K6 = K1, K7 = K0 };

    private static ulong Kept(ulong a, ulong b, bool higher) => a > b == higher ? a : b;

    private static void Order(ref ulong a, ref ulong b, bool rises)
    {
        var swaps = a > b == rises;
        (a, b) = (swaps ? b : a, swaps ? a : b);
    }
}
