namespace GpuAls;

/// <summary>
/// The recommender that any other must beat: for everybody the items that most users play, ties to the lower index.
/// </summary>
internal sealed class PopularityBaseline : IItemScorer
{
    private readonly float[] _listeners;

    /// <param name="plays">[users, items] to train on; a play counts with a weight above 0.</param>
    public PopularityBaseline(CsrMatrix plays)
    {
        ArgumentNullException.ThrowIfNull(plays);
        _listeners = new float[plays.ColumnCount];
        for (var entry = 0; entry < plays.Indices.Length; entry++)
            _listeners[plays.Indices[entry]] += plays.Values[entry] > 0 ? 1 : 0;
    }

    /// <inheritdoc/>
    public void Score(int user, Span<float> scores) => _listeners.CopyTo(scores);
}

/// <summary>
/// A way to recommend that scores all items for a user, trained on the same plays as the model it is compared with.
/// </summary>
internal interface IItemScorer
{
    /// <summary>Scores all items; called on several threads at once.</summary>
    /// <param name="user">Index of the user in the plays trained on.</param>
    /// <param name="scores">[items]; the larger, the better.</param>
    void Score(int user, Span<float> scores);
}
