namespace GpuAls.Indexing;

/// <summary>All rows that were read, ids replaced by their index, in the order of the input (COO form, duplicates not yet summed).</summary>
public sealed class IndexedInteractions
{
    /// <summary>The ids of the users.</summary>
    public required IdIndex Users { get; init; }

    /// <summary>The ids of the items.</summary>
    public required IdIndex Items { get; init; }

    /// <summary>[rows], index of the user.</summary>
    public required int[] UserIndices { get; init; }

    /// <summary>[rows], index of the item.</summary>
    public required int[] ItemIndices { get; init; }

    /// <summary>[rows], finite and not 0; null where each row counts 1.</summary>
    public required float[]? Weights { get; init; }

    /// <summary>What was read and what was left out.</summary>
    public required ReadStatistics Statistics { get; init; }

    /// <summary>Number of rows.</summary>
    public int RowCount => UserIndices.Length;
}
