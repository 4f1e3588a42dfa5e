namespace GpuAls.App;

/// <summary>How many rows of a matrix have how many entries, as its complementary cumulative distribution.</summary>
/// <param name="Row">What a row is, such as <c>user</c>.</param>
/// <param name="Column">What a column is, such as <c>item</c>.</param>
/// <param name="Points">By rising number of entries, from the shortest row to the longest.</param>
internal sealed record PlayDistribution(string Row, string Column, IReadOnlyList<DistributionPoint> Points)
{
    /// <summary>
    /// Points are this far apart at least, so that their number grows with the logarithm of the longest row.
    /// </summary>
    private const double Ratio = 1.1;

    /// <summary>The distribution of both sides.</summary>
    public static IReadOnlyList<PlayDistribution> Of(InteractionMatrix plays)
    {
        ArgumentNullException.ThrowIfNull(plays);
        return Of(plays.UserLengths, plays.ItemLengths);
    }

    /// <summary>The distribution of both sides.</summary>
    /// <param name="users">[users], the number of items of each.</param>
    /// <param name="items">[items], the number of users of each.</param>
    public static IReadOnlyList<PlayDistribution> Of(int[] users, int[] items) =>
        [Of("user", "item", users), Of("item", "user", items)];

    /// <summary>The distribution of rows.</summary>
    /// <param name="row">What a row is.</param>
    /// <param name="column">What a column is.</param>
    /// <param name="lengths">[rows], the number of entries of each.</param>
    public static PlayDistribution Of(string row, string column, int[] lengths)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        return new PlayDistribution(row, column, [.. Thinned([.. lengths.Order()])]);
    }

    private static IEnumerable<DistributionPoint> Thinned(int[] lengths)
    {
        var next = 0.0;
        for (var index = 0; index < lengths.Length; index++)
        {
            var isNew = index == 0 || lengths[index] > lengths[index - 1];
            if (!isNew || (lengths[index] < next && lengths[index] < lengths[^1])) continue;
            yield return new DistributionPoint(lengths[index], lengths.Length - index);
            next = lengths[index] * Ratio;
        }
    }
}

/// <summary>A point of a distribution.</summary>
/// <param name="AtLeast">Number of entries.</param>
/// <param name="Rows">Rows that have so many or more.</param>
internal sealed record DistributionPoint(int AtLeast, int Rows);
