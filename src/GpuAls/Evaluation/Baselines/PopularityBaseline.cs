namespace GpuAls;

/// <summary>
/// The recommender that any other must beat: for everybody the items that most users play, ties to the lower index.
/// </summary>
internal sealed class PopularityBaseline : IItemScorer
{
    private readonly float[] _listeners;

    /// <param name="plays">[users, items] to train on; a play counts with a weight above 0.</param>
    /// <param name="group">The processes that share the plays; null for this one alone.</param>
    public PopularityBaseline(CsrMatrix plays, IProcessGroup? group = null)
    {
        ArgumentNullException.ThrowIfNull(plays);
        var listeners = Likes.CountByColumn(plays, Feedback.Implicit);
        group?.Sum(listeners.AsSpan());
        _listeners = Array.ConvertAll(listeners, count => (float)count);
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
