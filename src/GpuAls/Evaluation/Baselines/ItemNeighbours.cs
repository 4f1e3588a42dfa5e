namespace GpuAls;

/// <summary>
/// The most similar items of each item. The users of an item lead to all items that share one with it, counted in an
/// array of all items that each thread has for itself: Σ over users of plays² steps, and no matrix of items × items.
/// The counts serve every similarity.
/// </summary>
internal static class ItemNeighbours
{
    /// <param name="byUser">[users, items], plays above 0.</param>
    /// <param name="byItem">[items, users], the same.</param>
    /// <param name="similarities">How alike two items are.</param>
    /// <param name="count">Similar items that each item has at most.</param>
    /// <param name="progress">Told the share that is done, 0 .. 1.</param>
    /// <param name="cancellation">Looked at between items.</param>
    /// <returns>
    /// [similarities] of [items, items], the similarities, above 0; of equal ones the lower index is kept.
    /// </returns>
    public static CsrMatrix[] Find(
        CsrMatrix byUser, CsrMatrix byItem, IReadOnlyList<Similarity> similarities, int count,
        IProgress<double>? progress,
        CancellationToken cancellation)
    {
        var work = new WorkProgress(byItem.EntryCount, progress);
        var users = byItem.RowLengths();
        var found = new (int[] Items, float[] Similarities)[similarities.Count][];
        for (var i = 0; i < found.Length; i++) found[i] = new (int[] Items, float[] Similarities)[byItem.RowCount];
        Parallel.For(
            0, byItem.RowCount, new ParallelOptions { CancellationToken = cancellation },
            () => new CommonUsers(byItem.RowCount, count),
            (item, _, common) =>
            {
                common.Count(byUser, byItem, item);
                for (var i = 0; i < found.Length; i++) found[i][item] = common.Best(users, item, similarities[i]);
                common.Clear();
                work.Add(byItem.RowLength(item));
                return common;
            },
            _ => { });
        return Array.ConvertAll(found, ToMatrix);
    }

    /// <summary>[items, items], of the similar items of each and their similarities.</summary>
    public static CsrMatrix ToMatrix(IReadOnlyList<(int[] Items, float[] Similarities)> rows)
    {
        var indptr = new long[rows.Count + 1];
        for (var item = 0; item < rows.Count; item++) indptr[item + 1] = indptr[item] + rows[item].Items.Length;
        return new CsrMatrix(
            rows.Count, indptr, [.. rows.SelectMany(row => row.Items)], [.. rows.SelectMany(row => row.Similarities)]);
    }
}

/// <summary>How many users one item shares with each other.</summary>
/// <param name="itemCount">Number of items.</param>
/// <param name="count">Similar items that an item has at most.</param>
internal sealed class CommonUsers(int itemCount, int count)
{
    private readonly int[] _shared = new int[itemCount];
    private readonly List<int> _others = [];
    private readonly BestItems _best = new(count);

    /// <summary>The items that share users, in any order; the item itself is among them.</summary>
    public IReadOnlyList<int> Items => _others;

    /// <summary>How many users are shared with an item.</summary>
    public int this[int other] => _shared[other];

    /// <summary>Counts the users that one item shares with others.</summary>
    /// <param name="byUser">[users, items], plays above 0.</param>
    /// <param name="byItem">[items, users], the same.</param>
    /// <param name="item">Which item.</param>
    public void Count(CsrMatrix byUser, CsrMatrix byItem, int item)
    {
        foreach (var user in byItem.RowIndices(item))
            foreach (var other in byUser.RowIndices(user))
                if (_shared[other]++ == 0) _others.Add(other);
    }

    /// <summary>Adds users that are shared with an item, at least one.</summary>
    public void Add(int other, int users)
    {
        if (_shared[other] == 0) _others.Add(other);
        _shared[other] += users;
    }

    /// <summary>The most similar items, rising, and their similarities.</summary>
    /// <param name="users">[items], the users of each.</param>
    /// <param name="item">The item that was counted for.</param>
    /// <param name="similarity">How alike two items are.</param>
    public (int[] Items, float[] Similarities) Best(int[] users, int item, Similarity similarity)
    {
        float Of(int other) => Similar(similarity, _shared[other], users[item], users[other]);
        _best.Clear();
        foreach (var other in _others)
            if (other != item) _best.Offer(other, Of(other));
        var items = _best.Take();
        Array.Sort(items);
        return (items, Array.ConvertAll(items, Of));
    }

    /// <summary>Forgets the counts.</summary>
    public void Clear()
    {
        foreach (var other in _others) _shared[other] = 0;
        _others.Clear();
    }

    private static float Similar(Similarity similarity, int shared, int users, int usersOfOther) =>
        similarity == Similarity.Jaccard
            ? (float)shared / ((long)users + usersOfOther - shared)
            : (float)(shared / Math.Sqrt((double)users * usersOfOther));
}
