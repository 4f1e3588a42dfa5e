using ILGPU;

namespace GpuAls.Kernels;

/// <summary>Merges the lists that the splits of the items have for a query, and writes them out.</summary>
internal static class TopKMerge
{
    // One group as many queries as there are lists in its keys; thread = eight places of a list. Splits in their order.
    public static void Splits(TopKArguments arguments)
    {
        var sort = new BitonicSort(SharedMemory.Allocate1D<ulong>(BitonicSort.MemoryLength).AsContiguous(), arguments.ListLength);
        var first = (Grid.IdxX * (long)BitonicSort.KeyCount) + (Group.IdxX * Keys8.Count);
        var query = (int)(first / arguments.ListLength);
        var place = (int)(first - ((long)query * arguments.ListLength));
        var exists = query < arguments.QueryCount;
        var list = exists ? query : 0;
        var back = arguments.ListLength - Keys8.Count - place;
        var keys = Keys8.At(arguments.Lists, TopKLists.Place(arguments, list, 0) + place);
        for (var split = 1; split < arguments.SplitCount; split++)
        {
            // Both lists fall: from one's front and the other's back, the higher of each pair are the highest of both.
            keys.Keep(Keys8.At(arguments.Lists, TopKLists.Place(arguments, list, split) + back).Reversed(), higher: true);
            keys = sort.BitonicDescending(keys);
        }

        Group.Barrier();
        if (!exists) return;
        keys.Store(sort.Own, 0);
        for (var i = 0; i < Keys8.Count && place + i < arguments.K; i++) Write(arguments, query, place + i, sort.Own[i]);
    }

    private static void Write(in TopKArguments arguments, int query, int place, ulong key)
    {
        var target = ((long)(arguments.FirstList + query) * arguments.K) + place;
        arguments.ListIndices[target] = TopKKey.Item(key);
        arguments.ListScores[target] = TopKKey.Score(key);
    }
}
