namespace GpuAls;

/// <summary>What of a training decides how much memory it needs.</summary>
/// <param name="UserCount">Rows of the users' factors.</param>
/// <param name="ItemCount">Rows of the items' factors.</param>
/// <param name="Rank">Number of factors.</param>
/// <param name="LongestRow">Most plays of one user or item.</param>
/// <param name="PlayCount">Plays in all.</param>
internal readonly record struct TrainingShape(int UserCount, int ItemCount, int Rank, int LongestRow, long PlayCount)
{
    /// <summary>The shape of training on some plays.</summary>
    public static TrainingShape Of(InteractionMatrix plays, int rank)
    {
        ArgumentNullException.ThrowIfNull(plays);
        return new TrainingShape(
            plays.Users.Count,
            plays.Items.Count,
            rank,
            Math.Max(plays.ByUser.LongestRow(), plays.ByItem.LongestRow()),
            plays.ByUser.EntryCount);
    }
}
