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
        if (features is null) return counts;
        var hasPlays = new bool[counts.Length];
        foreach (var column in plays.Indices) hasPlays[column] = true;
        for (var column = 0; column < counts.Length; column++)
            if (!hasPlays[column] && features.Has(column)) counts[column] = 1;
        return counts;
    }
}
