namespace GpuAls;

/// <summary>The lists of some users.</summary>
/// <param name="UserIndices">[lists], whose list it is.</param>
/// <param name="K">Length of a list, unless fewer items are left.</param>
/// <param name="ItemIndices">[lists, K], best first; -1 where fewer than K items are left.</param>
/// <param name="Scores">[lists, K], the predicted preference.</param>
public sealed record RecommendationBatch(int[] UserIndices, int K, int[] ItemIndices, float[] Scores)
{
    /// <summary>Rows in the long form: one for each listed item.</summary>
    public int RowCount => ItemIndices.Length - ItemIndices.AsSpan().Count(-1);
}
