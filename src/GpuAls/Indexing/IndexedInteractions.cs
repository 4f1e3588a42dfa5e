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

    /// <summary>[rows], the time of each, all in one unit; null where no column of times was read.</summary>
    public long[]? Times { get; init; }

    /// <summary>What was read and what was left out.</summary>
    public required ReadStatistics Statistics { get; init; }

    /// <summary>Number of rows.</summary>
    public int RowCount => UserIndices.Length;

    /// <summary>Some of the rows, in their order and with the same ids.</summary>
    /// <param name="isWanted">Whether the row at a place is taken.</param>
    internal IndexedInteractions Where(Func<int, bool> isWanted)
    {
        int[] rows = [.. Enumerable.Range(0, RowCount).Where(isWanted)];
        return new IndexedInteractions
        {
            Users = Users,
            Items = Items,
            UserIndices = Array.ConvertAll(rows, row => UserIndices[row]),
            ItemIndices = Array.ConvertAll(rows, row => ItemIndices[row]),
            Weights = Weights is null ? null : Array.ConvertAll(rows, row => Weights[row]),
            Times = Times is null ? null : Array.ConvertAll(rows, row => Times[row]),
            Statistics = Statistics,
        };
    }
}
