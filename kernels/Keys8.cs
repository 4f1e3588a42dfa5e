using System.Runtime.CompilerServices;
using ILGPU;

namespace GpuAls.Kernels;

/// <summary>Eight keys in the registers of a thread.</summary>
internal struct Keys8
{
    /// <summary>Keys in it.</summary>
    public const int Count = 8;

    public ulong K0, K1, K2, K3, K4, K5, K6, K7;

    /// <summary>The eight keys from a place on, loaded from one address.</summary>
    public static Keys8 At(ArrayView<ulong> memory, long place) => Unsafe.As<ulong, Keys8>(ref memory[place]);

    /// <summary>Writes the keys to eight places.</summary>
    public readonly void Store(ArrayView<ulong> memory, long place) => Unsafe.As<ulong, Keys8>(ref memory[place]) = this;

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
