namespace GpuAls;

/// <summary>The lists of some users.</summary>
/// <param name="UserIndices">[lists], whose list it is.</param>
/// <param name="K">Length of a list, unless fewer items are left.</param>
/// <param name="ItemIndices">[lists, K], best first; -1 where fewer than K items are left.</param>
/// <param name="Scores">[lists, K], the predicted preference.</param>
internal sealed record RecommendationBatch(int[] UserIndices, int K, int[] ItemIndices, float[] Scores)
{
    /// <summary>Rows in the long form: one for each listed item.</summary>
    public int RowCount => ItemIndices.Length - ItemIndices.AsSpan().Count(-1);

    /// <summary>Lists without any item.</summary>
    public int EmptyCount => Enumerable.Range(0, UserIndices.Length).Count(list => ItemIndices[list * K] < 0);

    /// <summary>A list, without the positions that are empty.</summary>
    public UserList List(int list)
    {
        var items = ItemIndices.AsMemory(list * K, K);
        var end = items.Span.IndexOf(-1);
        var length = end < 0 ? K : end;
        return new UserList(UserIndices[list], items[..length], Scores.AsMemory(list * K, length));
    }
}

/// <summary>A list of one user.</summary>
/// <param name="User">Index of the user.</param>
/// <param name="Items">[listed], best first.</param>
/// <param name="Scores">[listed].</param>
internal readonly record struct UserList(int User, ReadOnlyMemory<int> Items, ReadOnlyMemory<float> Scores);

/// <summary>
/// Lists that are encoded together. Where a block ends depends on the lists only, not on who encodes it.
/// </summary>
internal sealed class ListBlock
{
    private readonly List<(RecommendationBatch Batch, int First, int Count)> _parts = [];

    /// <summary>Rows in the long form, at most: a list may be shorter than K.</summary>
    public int MaximumRows { get; private set; }

    /// <summary>
    /// Gathers batches, and cuts long ones, so that a block has no more than some rows, but for a list that has more by
    /// itself.
    /// </summary>
    public static IEnumerable<ListBlock> Of(IEnumerable<RecommendationBatch> batches, int rows)
    {
        var block = new ListBlock();
        foreach (var batch in batches)
        {
            for (var first = 0; first < batch.UserIndices.Length;)
            {
                var fitting = Math.Max(1, (rows - block.MaximumRows) / batch.K);
                var count = Math.Min(batch.UserIndices.Length - first, fitting);
                block.Add(batch, first, count);
                first += count;
                if (block.MaximumRows + batch.K <= rows) continue;
                yield return block;
                block = new ListBlock();
            }
        }

        if (block.MaximumRows > 0) yield return block;
    }

    /// <summary>The lists, without the positions that are empty.</summary>
    public IEnumerable<UserList> Lists()
    {
        foreach (var (batch, first, count) in _parts)
            for (var list = first; list < first + count; list++) yield return batch.List(list);
    }

    private void Add(RecommendationBatch batch, int first, int count)
    {
        _parts.Add((batch, first, count));
        MaximumRows += count * batch.K;
    }
}
