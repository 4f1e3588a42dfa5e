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
    /// <param name="group">The processes that share the plays; null for this one alone.</param>
    /// <param name="cancellation">Looked at between items.</param>
    /// <returns>[similarities], the same as if each were trained alone.</returns>
    public static IReadOnlyList<NeighbourBaseline> Train(
        InteractionMatrix plays, IReadOnlyList<Similarity> similarities, int neighbours,
        IProgress<double>? progress = null,
        IProcessGroup? group = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentNullException.ThrowIfNull(similarities);
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        var likes = EntrySelection.Likes(plays.ByUser);
        var found = group is { Size: > 1 }
            ? new SharedItemNeighbours(group, likes, similarities, neighbours).Find(progress, cancellation)
            : ItemNeighbours.Find(
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
