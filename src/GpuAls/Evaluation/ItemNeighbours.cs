namespace GpuAls;

/// <summary>
/// The most similar items of each item. The users of an item lead to all items that share one with it, counted in an array of all items
/// that each thread has for itself: Σ over users of plays² steps, and no matrix of items × items.
/// </summary>
internal static class ItemNeighbours
{
    /// <param name="byUser">[users, items], plays above 0.</param>
    /// <param name="byItem">[items, users], the same.</param>
    /// <param name="similarity">How alike two items are.</param>
    /// <param name="count">Similar items that each item has at most.</param>
    /// <param name="progress">Told the share that is done, 0 .. 1.</param>
    /// <param name="cancellation">Looked at between items.</param>
    /// <returns>[items, items], the similarities, above 0; of equal ones the lower index is kept.</returns>
    public static CsrMatrix Find(CsrMatrix byUser, CsrMatrix byItem, Similarity similarity, int count, IProgress<double>? progress, CancellationToken cancellation)
    {
        var work = new WorkProgress(byItem.EntryCount, progress);
        var found = new (int[] Items, float[] Similarities)[byItem.RowCount];
        Parallel.For(
            0, found.Length, new ParallelOptions { CancellationToken = cancellation },
            () => new Scratch(byItem.RowCount, count),
            (item, _, scratch) =>
            {
                scratch.Count(byUser, byItem, item);
                found[item] = scratch.TakeBest(byItem, item, similarity);
                work.Add(byItem.RowLength(item));
                return scratch;
            },
            _ => { });
        var indptr = new long[found.Length + 1];
        for (var item = 0; item < found.Length; item++) indptr[item + 1] = indptr[item] + found[item].Items.Length;
        return new CsrMatrix(found.Length, indptr, [.. found.SelectMany(row => row.Items)], [.. found.SelectMany(row => row.Similarities)]);
    }

    private sealed class Scratch(int itemCount, int count)
    {
        private readonly int[] _shared = new int[itemCount];
        private readonly List<int> _others = [];
        private readonly BestItems _best = new(count);

        /// <summary>Counts the users that one item shares with others.</summary>
        public void Count(CsrMatrix byUser, CsrMatrix byItem, int item)
        {
            foreach (var user in byItem.RowIndices(item))
                foreach (var other in byUser.RowIndices(user))
                    if (_shared[other]++ == 0) _others.Add(other);
        }

        /// <summary>The most similar items, rising, and their similarities; the counts are gone then.</summary>
        public (int[] Items, float[] Similarities) TakeBest(CsrMatrix byItem, int item, Similarity similarity)
        {
            float Of(int other) => Similar(similarity, _shared[other], byItem.RowLength(item), byItem.RowLength(other));
            _best.Clear();
            foreach (var other in _others)
                if (other != item) _best.Offer(other, Of(other));
            var items = _best.Take();
            Array.Sort(items);
            var similarities = Array.ConvertAll(items, Of);
            foreach (var other in _others) _shared[other] = 0;
            _others.Clear();
            return (items, similarities);
        }

        private static float Similar(Similarity similarity, int shared, int users, int usersOfOther) => similarity == Similarity.Jaccard
            ? (float)shared / ((long)users + usersOfOther - shared)
            : (float)(shared / Math.Sqrt((double)users * usersOfOther));
    }
}
