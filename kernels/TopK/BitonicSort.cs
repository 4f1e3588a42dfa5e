using System.Runtime.CompilerServices;
using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Sorts consecutive lists of keys, distributed over the threads of a group, eight keys per thread, all at once. The
/// length is a power of two ≥ 16. Keys less than eight apart are compared in registers, others through shared memory.
/// </summary>
/// <param name="memory">[<see cref="MemoryLength"/>], not used for anything else between barriers.</param>
/// <param name="length">Keys per list.</param>
internal readonly struct BitonicSort(ArrayView<ulong> memory, int length)
{
    /// <summary>Threads per group.</summary>
    public const int Threads = 128;

    /// <summary>Keys per group, which is also the longest list.</summary>
    public const int KeyCount = Threads * Keys8.Count;

    /// <summary>Nine slots per thread, so that sixteen threads access different banks.</summary>
    public const int MemoryLength = Threads * Stride;

    private const int Stride = Keys8.Count + 1;

    private readonly ArrayView<ulong> _memory = memory;
    private readonly int _length = length;

    /// <summary>The thread's own slots, in which keys may be assembled before they are sorted.</summary>
    public ArrayView<ulong> Own => _memory.SubView(Group.IdxX * Stride, Keys8.Count);

    /// <summary>Sorts each list in ascending order.</summary>
    public Keys8 Ascending(Keys8 keys)
    {
        var first = Group.IdxX * Keys8.Count & (_length - 1);
        keys.Sort((first & Keys8.Count) == 0);
        for (var run = 2 * Keys8.Count; run <= _length; run *= 2)
            keys = Merge(keys, run, ascending: run == _length || (first & run) == 0);
        return keys;
    }

    /// <summary>Sorts bitonic lists (ascending then descending, or the reverse) in descending order.</summary>
    public Keys8 BitonicDescending(Keys8 keys) => Merge(keys, _length, ascending: false);

    private Keys8 Merge(Keys8 keys, int run, bool ascending)
    {
        for (var stride = run / 2 / Keys8.Count; stride > 0; stride /= 2)
        {
            Group.Barrier();
            keys.Store(_memory, Group.IdxX * Stride);
            Group.Barrier();
            keys.Keep(
                Keys8.At(_memory, (Group.IdxX ^ stride) * Stride), higher: (Group.IdxX & stride) == 0 != ascending);
        }

        keys.SortBitonic(ascending);
        return keys;
    }
}

/// <summary>Eight keys in the registers of a thread.</summary>
internal struct Keys8
{
    /// <summary>Number of keys.</summary>
    public const int Count = 8;

    public ulong K0, K1, K2, K3, K4, K5, K6, K7;

    /// <summary>Loads eight consecutive keys from one address.</summary>
    public static Keys8 At(ArrayView<ulong> memory, long index) => Unsafe.As<ulong, Keys8>(ref memory[index]);

    /// <summary>Stores the eight keys, starting at an index.</summary>
    public readonly void Store(ArrayView<ulong> memory, long index) =>
        Unsafe.As<ulong, Keys8>(ref memory[index]) = this;

    /// <summary>Sorts with Batcher's network of 19 comparators.</summary>
    /// <param name="ascending">Whether to sort in ascending order.</param>
    public void Sort(bool ascending)
    {
        Order(ref K0, ref K1, ascending);
        Order(ref K2, ref K3, ascending);
        Order(ref K4, ref K5, ascending);
        Order(ref K6, ref K7, ascending);
        Order(ref K0, ref K2, ascending);
        Order(ref K1, ref K3, ascending);
        Order(ref K4, ref K6, ascending);
        Order(ref K5, ref K7, ascending);
        Order(ref K1, ref K2, ascending);
        Order(ref K5, ref K6, ascending);
        Order(ref K0, ref K4, ascending);
        Order(ref K1, ref K5, ascending);
        Order(ref K2, ref K6, ascending);
        Order(ref K3, ref K7, ascending);
        Order(ref K2, ref K4, ascending);
        Order(ref K3, ref K5, ascending);
        Order(ref K1, ref K2, ascending);
        Order(ref K3, ref K4, ascending);
        Order(ref K5, ref K6, ascending);
    }

    /// <summary>Sorts a bitonic sequence: ascending then descending, or any rotation of one.</summary>
    /// <param name="ascending">Whether to sort in ascending order.</param>
    public void SortBitonic(bool ascending)
    {
        Order(ref K0, ref K4, ascending);
        Order(ref K1, ref K5, ascending);
        Order(ref K2, ref K6, ascending);
        Order(ref K3, ref K7, ascending);
        Order(ref K0, ref K2, ascending);
        Order(ref K1, ref K3, ascending);
        Order(ref K4, ref K6, ascending);
        Order(ref K5, ref K7, ascending);
        Order(ref K0, ref K1, ascending);
        Order(ref K2, ref K3, ascending);
        Order(ref K4, ref K5, ascending);
        Order(ref K6, ref K7, ascending);
    }

    /// <summary>Keeps the higher or the lower key of each pair.</summary>
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

    /// <summary>The keys in reverse order.</summary>
    public readonly Keys8 Reversed() =>
        new() { K0 = K7, K1 = K6, K2 = K5, K3 = K4, K4 = K3, K5 = K2, K6 = K1, K7 = K0 };

    private static ulong Kept(ulong a, ulong b, bool higher) => a > b == higher ? a : b;

    private static void Order(ref ulong a, ref ulong b, bool ascending)
    {
        var swaps = a > b == ascending;
        (a, b) = (swaps ? b : a, swaps ? a : b);
    }
}
