namespace GpuAls;

/// <summary>A list of one user.</summary>
/// <param name="User">Index of the user.</param>
/// <param name="Items">[listed], best first.</param>
/// <param name="Scores">[listed].</param>
internal readonly record struct UserList(int User, ReadOnlyMemory<int> Items, ReadOnlyMemory<float> Scores);

/// <summary>Lists that are encoded together. Where a block ends depends on the lists only, not on who encodes it.</summary>
internal sealed class ListBlock
{
    private readonly List<(RecommendationBatch Batch, int First, int Count)> _parts = [];

    /// <summary>Rows in the long form, at most: a list may be shorter than K.</summary>
    public int MaximumRows { get; private set; }

    /// <summary>Gathers batches, and cuts long ones, so that a block has no more than some rows, but for a list that has more by itself.</summary>
    public static IEnumerable<ListBlock> Of(IEnumerable<RecommendationBatch> batches, int rows)
    {
        var block = new ListBlock();
        foreach (var batch in batches)
        {
            for (var first = 0; first < batch.UserIndices.Length;)
            {
                var count = Math.Min(batch.UserIndices.Length - first, Math.Max(1, (rows - block.MaximumRows) / batch.K));
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
            for (var list = first; list < first + count; list++)
            {
                var items = batch.ItemIndices.AsMemory(list * batch.K, batch.K);
                var end = items.Span.IndexOf(-1);
                var length = end < 0 ? batch.K : end;
                yield return new UserList(batch.UserIndices[list], items[..length], batch.Scores.AsMemory(list * batch.K, length));
            }
    }

    private void Add(RecommendationBatch batch, int first, int count)
    {
        _parts.Add((batch, first, count));
        MaximumRows += count * batch.K;
    }
}
