using System.Numerics;

namespace GpuAls;

/// <summary>
/// The smallest of some distinct keys. Many keys are counted in bins of equal width between the least and the largest, about two to a bin,
/// and then only bins are looked into; few, or those of one bin, are sorted by insertion or by the library.
/// </summary>
/// <param name="capacity">Keys at most.</param>
internal sealed class BestKeys(int capacity)
{
    /// <summary>As many are sorted by insertion.</summary>
    private const int Few = 32;

    private readonly ulong[] _moved = new ulong[capacity];
    private readonly int[] _bins = new int[(int)BitOperations.RoundUpToPowerOf2((uint)capacity)];
    private ulong _least;
    private int _shift;

    /// <summary>Brings the k smallest to the front, in no order but that the largest of them is last. The others are lost.</summary>
    /// <param name="keys">At least k.</param>
    /// <param name="k">At least 1.</param>
    public void Select(Span<ulong> keys, int k)
    {
        while (keys.Length > Few)
        {
            Count(keys);
            var (bin, before) = (0, 0);
            for (; before + _bins[bin] < k; bin++) before += _bins[bin];
            keys = KeepUpTo(bin, keys)[before..];
            k -= before;
        }

        SortFew(keys);
    }

    /// <summary>Sorts, smallest first.</summary>
    public void Sort(Span<ulong> keys)
    {
        if (keys.Length <= Few)
        {
            SortFew(keys);
            return;
        }

        var used = Count(keys);
        var place = 0;
        for (var bin = 0; bin < used; bin++) (_bins[bin], place) = (place, place + _bins[bin]);
        foreach (var key in keys) _moved[_bins[Bin(key)]++] = key;
        _moved.AsSpan(0, keys.Length).CopyTo(keys);
        for (var (bin, start) = (0, 0); bin < used; start = _bins[bin], bin++)
        {
            // A place now stands where its bin ends.
            var inside = keys[start.._bins[bin]];
            if (inside.Length > Few) inside.Sort();
            else SortFew(inside);
        }
    }

    private int Bin(ulong key) => (int)((key - _least) >> _shift);

    /// <summary>Counts the keys of each bin.</summary>
    /// <returns>Number of bins.</returns>
    private int Count(ReadOnlySpan<ulong> keys)
    {
        var (least, largest) = (ulong.MaxValue, ulong.MinValue);
        foreach (var key in keys)
        {
            least = Math.Min(least, key);
            largest = Math.Max(largest, key);
        }

        var width = 64 - BitOperations.LeadingZeroCount(largest - least);
        (_least, _shift) = (least, Math.Max(0, width - BitOperations.Log2((uint)keys.Length)));
        var used = Bin(largest) + 1;
        _bins.AsSpan(0, used).Clear();
        foreach (var key in keys) _bins[Bin(key)]++;
        return used;
    }

    /// <summary>Keys of the bins before one, then those of the bin itself.</summary>
    private Span<ulong> KeepUpTo(int bin, Span<ulong> keys)
    {
        var (before, inside) = (0, 0);
        foreach (var key in keys)
        {
            // No branch: in which bin a key falls cannot be foreseen.
            var found = Bin(key);
            keys[before] = key;
            _moved[inside] = key;
            before += found < bin ? 1 : 0;
            inside += found == bin ? 1 : 0;
        }

        _moved.AsSpan(0, inside).CopyTo(keys[before..]);
        return keys[..(before + inside)];
    }

    private static void SortFew(Span<ulong> keys)
    {
        for (var i = 1; i < keys.Length; i++)
        {
            var key = keys[i];
            var place = i;
            for (; place > 0 && keys[place - 1] > key; place--) keys[place] = keys[place - 1];
            keys[place] = key;
        }
    }
}
