using System.Numerics;

namespace GpuAls;

/// <summary>
/// Selects the smallest of distinct keys. Many keys are counted in bins of equal width between the smallest and the
/// largest, about two per bin, so that only one bin needs a closer look. Few keys, or those of one bin, are sorted by
/// insertion or by the library.
/// </summary>
/// <param name="capacity">Maximum number of keys.</param>
internal sealed class BestKeys(int capacity)
{
    /// <summary>Up to this many keys are sorted by insertion.</summary>
    private const int Few = 32;

    private readonly ulong[] _moved = new ulong[capacity];
    private readonly int[] _bins = new int[(int)BitOperations.RoundUpToPowerOf2((uint)capacity)];
    private ulong _least;
    private int _shift;

    /// <summary>
    /// Moves the k smallest keys to the front, in no particular order except that the largest of them is last. The
    /// other keys are lost.
    /// </summary>
    /// <param name="keys">The keys, at least k.</param>
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

    /// <summary>Sorts the keys in ascending order.</summary>
    public void Sort(Span<ulong> keys)
    {
        if (keys.Length <= Few)
        {
            SortFew(keys);
            return;
        }

        var used = Count(keys);
        var position = 0;
        for (var bin = 0; bin < used; bin++) (_bins[bin], position) = (position, position + _bins[bin]);
        foreach (var key in keys) _moved[_bins[Bin(key)]++] = key;
        _moved.AsSpan(0, keys.Length).CopyTo(keys);
        for (var (bin, start) = (0, 0); bin < used; start = _bins[bin], bin++)
        {
            // A bin's start has advanced to its end.
            var inside = keys[start.._bins[bin]];
            if (inside.Length > Few) inside.Sort();
            else SortFew(inside);
        }
    }

    private int Bin(ulong key) => (int)((key - _least) >> _shift);

    /// <summary>Counts the keys in each bin.</summary>
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

    /// <summary>Keeps the keys of earlier bins, followed by those of the given bin.</summary>
    private Span<ulong> KeepUpTo(int bin, Span<ulong> keys)
    {
        var (before, inside) = (0, 0);
        foreach (var key in keys)
        {
            // Branchless: the bin of a key is unpredictable.
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
            var j = i;
            for (; j > 0 && keys[j - 1] > key; j--) keys[j] = keys[j - 1];
            keys[j] = key;
        }
    }
}
