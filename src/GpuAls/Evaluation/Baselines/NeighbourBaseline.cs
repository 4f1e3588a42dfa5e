namespace GpuAls;

/// <summary>
/// Item-item neighbours: the score of an item is the sum of its similarities to the items the user has played above 0,
/// among whose most similar items it is (Deshpande and Karypis, 2004). Items that are near none score 0, and stand by
/// their index.
/// </summary>
internal sealed class NeighbourBaseline : IItemScorer
{
    private readonly CsrMatrix _likes;

    /// <summary>[items, items], the most similar items of each.</summary>
    private readonly CsrMatrix _neighbours;

    /// <param name="plays">What to train on.</param>
    /// <param name="similarity">How alike two items are.</param>
    /// <param name="neighbours">Similar items that each item has at most.</param>
    /// <param name="progress">Told the share of the similarities that is there, 0 .. 1.</param>
    /// <param name="cancellation">Looked at between items.</param>
    public NeighbourBaseline(
        InteractionMatrix plays, Similarity similarity, int neighbours, IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        _likes = EntrySelection.Likes(plays.ByUser);
        _neighbours = ItemNeighbours.Find(
            _likes, EntrySelection.Likes(plays.ByItem), [similarity], neighbours, progress, cancellation)[0];
    }

    private NeighbourBaseline(CsrMatrix likes, CsrMatrix neighbours) => (_likes, _neighbours) = (likes, neighbours);

    /// <summary>Baselines of several similarities, trained in one pass over the plays.</summary>
    /// <param name="plays">What to train on.</param>
    /// <param name="similarities">How alike two items are, one for each baseline.</param>
    /// <param name="neighbours">Similar items that each item has at most.</param>
    /// <param name="progress">Told the share of the similarities that is there, 0 .. 1.</param>
    /// <param name="cancellation">Looked at between items.</param>
    /// <returns>[similarities], the same as if each were trained alone.</returns>
    public static IReadOnlyList<NeighbourBaseline> Train(
        InteractionMatrix plays, IReadOnlyList<Similarity> similarities, int neighbours,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentNullException.ThrowIfNull(similarities);
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        var likes = EntrySelection.Likes(plays.ByUser);
        var found = ItemNeighbours.Find(
            likes, EntrySelection.Likes(plays.ByItem), similarities, neighbours, progress, cancellation);
        return Array.ConvertAll(found, near => new NeighbourBaseline(likes, near));
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

/// <summary>
/// How alike two items are, by who has played them above 0; how often does not matter. Aᵢ is the set of users of item
/// i.
/// </summary>
internal enum Similarity
{
    /// <summary>|Aᵢ ∩ Aⱼ| ÷ |Aᵢ ∪ Aⱼ|.</summary>
    Jaccard,

    /// <summary>|Aᵢ ∩ Aⱼ| ÷ √(|Aᵢ|·|Aⱼ|).</summary>
    Cosine,
}

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
        var found = new (int[] Items, float[] Similarities)[similarities.Count][];
        for (var i = 0; i < found.Length; i++) found[i] = new (int[] Items, float[] Similarities)[byItem.RowCount];
        Parallel.For(
            0, byItem.RowCount, new ParallelOptions { CancellationToken = cancellation },
            () => new Scratch(byItem.RowCount, count),
            (item, _, scratch) =>
            {
                scratch.Count(byUser, byItem, item);
                for (var i = 0; i < found.Length; i++) found[i][item] = scratch.Best(byItem, item, similarities[i]);
                scratch.Clear();
                work.Add(byItem.RowLength(item));
                return scratch;
            },
            _ => { });
        return Array.ConvertAll(found, ToMatrix);
    }

    private static CsrMatrix ToMatrix((int[] Items, float[] Similarities)[] rows)
    {
        var indptr = new long[rows.Length + 1];
        for (var item = 0; item < rows.Length; item++) indptr[item + 1] = indptr[item] + rows[item].Items.Length;
        return new CsrMatrix(
            rows.Length, indptr, [.. rows.SelectMany(row => row.Items)], [.. rows.SelectMany(row => row.Similarities)]);
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

        /// <summary>The most similar items, rising, and their similarities.</summary>
        public (int[] Items, float[] Similarities) Best(CsrMatrix byItem, int item, Similarity similarity)
        {
            float Of(int other) => Similar(similarity, _shared[other], byItem.RowLength(item), byItem.RowLength(other));
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
}
