namespace GpuAls;

/// <summary>
/// Plays above 0, or ratings of any value: without one a user or an item has the zero vector, which scores 0 against
/// everything and so cannot rank anything.
/// </summary>
internal static class Likes
{
    /// <summary>Whether one of some plays is above 0, or there is a rating.</summary>
    public static bool Any(ReadOnlySpan<float> plays, Feedback feedback) =>
        feedback == Feedback.Explicit ? !plays.IsEmpty : plays.ContainsAnyInRange(float.Epsilon, float.MaxValue);

    /// <summary>How many plays of each column are above 0, or how many ratings it has.</summary>
    /// <param name="plays">[rows, columns].</param>
    /// <param name="feedback">What the values are.</param>
    public static int[] CountByColumn(CsrMatrix plays, Feedback feedback)
    {
        var counts = new int[plays.ColumnCount];
        for (var entry = 0; entry < plays.Indices.Length; entry++)
            if (feedback == Feedback.Explicit || plays.Values[entry] > 0) counts[plays.Indices[entry]]++;
        return counts;
    }

    /// <summary>The same, and 1 for a column that has no plays, but features.</summary>
    /// <param name="plays">[rows, columns].</param>
    /// <param name="feedback">What the values are.</param>
    /// <param name="features">Those of the columns; null for none.</param>
    public static int[] CountByColumn(CsrMatrix plays, Feedback feedback, SideFeatures? features)
    {
        var counts = CountByColumn(plays, feedback);
        if (features is not null) AddFeatured(counts, plays.ColumnLengths(), features);
        return counts;
    }

    /// <summary>How many plays of each item are above 0, whichever process has them.</summary>
    /// <param name="group">The processes that share the plays; all of them count.</param>
    /// <param name="plays">The plays of this one.</param>
    public static int[] CountByItem(IProcessGroup group, InteractionMatrix plays)
    {
        ArgumentNullException.ThrowIfNull(plays);
        var counts = CountByColumn(plays.ByUser, plays.Feedback);
        group.Sum(counts.AsSpan());
        return counts;
    }

    /// <summary>Sets 1 for each column that has no plays, but features.</summary>
    /// <param name="counts">[columns].</param>
    /// <param name="lengths">[columns], the number of plays of each.</param>
    /// <param name="features">Those of the columns.</param>
    public static void AddFeatured(int[] counts, int[] lengths, SideFeatures features)
    {
        ArgumentNullException.ThrowIfNull(features);
        for (var column = 0; column < counts.Length; column++)
            if (lengths[column] == 0 && features.Has(column)) counts[column] = 1;
    }
}
