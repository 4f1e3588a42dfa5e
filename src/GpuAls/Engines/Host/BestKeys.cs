namespace GpuAls.Engines.Host;

/// <summary>The smallest of some distinct keys.</summary>
internal static class BestKeys
{
    /// <summary>As many are sorted by insertion.</summary>
    private const int Few = 24;

    /// <summary>
    /// Brings the k smallest to the front, in no order but that the largest of them is last (Hoare, Algorithm 65: Find, 1961; here the
    /// pivot is the median of three).
    /// </summary>
    /// <param name="keys">At least k.</param>
    /// <param name="k">At least 1.</param>
    public static void Select(Span<ulong> keys, int k)
    {
        var (low, high) = (0, keys.Length);
        while (high - low > Few)
        {
            var place = low + Divide(keys[low..high]);
            if (place == k - 1) return;
            if (place >= k) high = place;
            else low = place + 1;
        }

        SortFew(keys[low..high]);
    }

    /// <summary>Sorts, smallest first.</summary>
    public static void Sort(Span<ulong> keys)
    {
        if (keys.Length <= Few) SortFew(keys);
        else keys.Sort();
    }

    /// <summary>Brings keys below a pivot before it, the others behind.</summary>
    /// <returns>The pivot's place.</returns>
    private static int Divide(Span<ulong> keys)
    {
        var pivot = MedianToTheEnd(keys);
        var smaller = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            // No branch: on which side a key falls cannot be foreseen.
            var key = keys[i];
            keys[i] = keys[smaller];
            keys[smaller] = key;
            smaller += key < pivot ? 1 : 0;
        }

        return smaller;
    }

    private static ulong MedianToTheEnd(Span<ulong> keys)
    {
        ref var first = ref keys[0];
        ref var middle = ref keys[keys.Length / 2];
        ref var last = ref keys[^1];
        if (middle < first) (first, middle) = (middle, first);
        if (last < first) (first, last) = (last, first);
        if (middle < last) (middle, last) = (last, middle);
        return last;
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
