using ILGPU;

namespace GpuAls.Kernels;

/// <summary>What the top-k kernels take.</summary>
public struct TopKArguments
{
    /// <summary>[query rows, rank4].</summary>
    public ArrayView<Float4> Queries;

    /// <summary>[items, rank4].</summary>
    public ArrayView<Float4> Items;

    /// <summary>[queries + 1], or nothing where no item is left out.</summary>
    public ArrayView<long> SeenIndptr;

    /// <summary>[seen entries], rising within a query.</summary>
    public ArrayView<int> SeenIndices;

    /// <summary>[splits, queries, ListLength], keys, the highest first.</summary>
    public ArrayView<ulong> Lists;

    /// <summary>[splits, queries, ListLength], candidates for each list.</summary>
    public ArrayView<TopKCandidate> Candidates;

    /// <summary>[queries, k], items, best first.</summary>
    public ArrayView<int> ListIndices;

    /// <summary>[queries, k].</summary>
    public ArrayView<float> ListScores;

    /// <summary>Row of query 0.</summary>
    public int FirstQuery;

    /// <summary>Query 0 of this launch, among those of the seen items and the lists that are written.</summary>
    public int FirstList;

    /// <summary>Number of queries of this launch.</summary>
    public int QueryCount;

    /// <summary>Number of items.</summary>
    public int ItemCount;

    /// <summary>Items of a split: each has lists of its own, which are merged in the end.</summary>
    public int SplitItems;

    /// <summary>Number of splits.</summary>
    public int SplitCount;

    /// <summary>Places of a list while it grows: a power of two, k or more.</summary>
    public int ListLength;

    /// <summary>Float4s in a row.</summary>
    public int Rank4;

    /// <summary>Length of a list.</summary>
    public int K;

    /// <summary>1 where seen items are left out.</summary>
    public int HasSeen;
}
