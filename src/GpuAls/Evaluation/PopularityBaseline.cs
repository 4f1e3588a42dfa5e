using GpuAls.Sparse;

namespace GpuAls.Evaluation;

/// <summary>The recommender that any other must beat: for everybody the items that most users play, those already played left out.</summary>
public sealed class PopularityBaseline
{
    private readonly CsrMatrix _plays;
    private readonly int[] _byPopularity;

    /// <param name="plays">[users, items] to train on; a play counts with a weight above 0.</param>
    public PopularityBaseline(CsrMatrix plays)
    {
        ArgumentNullException.ThrowIfNull(plays);
        _plays = plays;
        var counts = new int[plays.ColumnCount];
        for (var entry = 0; entry < plays.Indices.Length; entry++) counts[plays.Indices[entry]] += plays.Values[entry] > 0 ? 1 : 0;
        _byPopularity = [.. Enumerable.Range(0, counts.Length).OrderByDescending(item => counts[item]).ThenBy(item => item)];
    }

    /// <summary>The list of one user: by falling number of listeners, ties to the lower item index.</summary>
    /// <param name="user">Whose list.</param>
    /// <param name="k">Its length, unless fewer items are left.</param>
    public int[] Recommend(int user, int k)
    {
        var played = _plays.RowIndices(user);
        var list = new List<int>(k);
        foreach (var item in _byPopularity)
        {
            if (list.Count == k) break;
            if (played.BinarySearch(item) < 0) list.Add(item);
        }

        return [.. list];
    }
}
