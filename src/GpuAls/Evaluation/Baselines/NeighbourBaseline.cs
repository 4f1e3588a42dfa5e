namespace GpuAls;

/// <summary>
/// Item-item neighbours: the score of an item is the sum of its similarities to the items the user has played above 0, among whose most
/// similar items it is (Deshpande and Karypis, 2004). Items that are near none score 0, and stand by their index.
/// </summary>
public sealed class NeighbourBaseline : IItemScorer
{
    private readonly CsrMatrix _likes;

    /// <summary>[items, items], the most similar items of each.</summary>
    private readonly CsrMatrix _neighbours;

    /// <param name="plays">What to train on.</param>
    /// <param name="similarity">How alike two items are.</param>
    /// <param name="neighbours">Similar items that each item has at most.</param>
    /// <param name="progress">Told the share of the similarities that is there, 0 .. 1.</param>
    /// <param name="cancellation">Looked at between items.</param>
    public NeighbourBaseline(InteractionMatrix plays, Similarity similarity, int neighbours, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        _likes = EntrySelection.Likes(plays.ByUser);
        _neighbours = ItemNeighbours.Find(_likes, EntrySelection.Likes(plays.ByItem), similarity, neighbours, progress, cancellation);
    }

    /// <inheritdoc/>
    public void Score(int user, Span<float> scores)
    {
        scores.Clear();
        foreach (var played in _likes.RowIndices(user))
        {
            var near = _neighbours.RowIndices(played);
            var similarities = _neighbours.RowValues(played);
            for (var i = 0; i < near.Length; i++) scores[near[i]] += similarities[i];
        }
    }
}

/// <summary>How alike two items are, by who has played them above 0; how often does not matter. Aᵢ is the set of users of item i.</summary>
public enum Similarity
{
    /// <summary>|Aᵢ ∩ Aⱼ| ÷ |Aᵢ ∪ Aⱼ|.</summary>
    Jaccard,

    /// <summary>|Aᵢ ∩ Aⱼ| ÷ √(|Aᵢ|·|Aⱼ|).</summary>
    Cosine,
}

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
