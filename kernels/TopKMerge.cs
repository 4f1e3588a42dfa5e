using ILGPU;

namespace GpuAls.Kernels;

/// <summary>Merges the lists that the splits of the items have for a query, and writes them out.</summary>
internal static class TopKMerge
{
    /// <summary>Threads of a group.</summary>
    public const int GroupSize = 128;

    // One group as many queries as there are lists in 1,024 keys; splits in their order.
    public static void Kernel(TopKArguments arguments)
    {
        var keys = SharedMemory.Allocate1D<ulong>(TopKLists.MaximumLength).AsContiguous();
        var length = arguments.ListLength;
        var firstQuery = Grid.IdxX * (TopKLists.MaximumLength / length);
        var sort = new BitonicSort(keys, length);
        for (var i = Group.IdxX; i < TopKLists.MaximumLength; i += Group.DimX)
            keys[i] = Key(arguments, 0, firstQuery + (i / length), i % length);
        Group.Barrier();
        for (var split = 1; split < arguments.SplitCount; split++)
        {
            // Both lists fall: from one's front and the other's back, the higher of each pair are the highest of both.
            for (var i = Group.IdxX; i < TopKLists.MaximumLength; i += Group.DimX)
                keys[i] = Math.Max(keys[i], Key(arguments, split, firstQuery + (i / length), length - 1 - (i % length)));
            Group.Barrier();
            sort.BitonicDescending();
        }

        for (var i = Group.IdxX; i < TopKLists.MaximumLength; i += Group.DimX)
            Write(arguments, firstQuery + (i / length), i % length, keys[i]);
    }

    private static ulong Key(in TopKArguments arguments, int split, int query, int place) =>
        query < arguments.QueryCount ? arguments.Lists[TopKLists.Place(arguments, query, split) + place] : TopKKey.None;

    private static void Write(in TopKArguments arguments, int query, int place, ulong key)
    {
        if (query >= arguments.QueryCount || place >= arguments.K) return;
        var target = ((long)(arguments.FirstList + query) * arguments.K) + place;
        arguments.ListIndices[target] = TopKKey.Item(key);
        arguments.ListScores[target] = TopKKey.Score(key);
    }
}
