namespace GpuAls;

/// <summary>A way to recommend that scores all items for a user, trained on the same plays as the model it is compared with.</summary>
public interface IItemScorer
{
    /// <summary>Scores all items; called on several threads at once.</summary>
    /// <param name="user">Index of the user in the plays trained on.</param>
    /// <param name="scores">[items]; the larger, the better.</param>
    void Score(int user, Span<float> scores);
}
