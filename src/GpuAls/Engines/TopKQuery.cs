namespace GpuAls;

/// <summary>Which rows to score against which items.</summary>
/// <param name="Queries">[queries or more, rank].</param>
/// <param name="Rows">The query rows.</param>
/// <param name="Items">[items, rank].</param>
/// <param name="Seen">
/// [Rows.Count, items]: entries of row q are left out for query Rows.Start + q; null leaves nothing out.
/// </param>
/// <param name="K">List length, 1 .. <see cref="MaximumK"/>; may exceed the number of items.</param>
internal readonly record struct TopKQuery(
    IEngineFactors Queries, RowRange Rows, IEngineFactors Items, IEnginePlays? Seen, int K)
{
    /// <summary>The longest list.</summary>
    public const int MaximumK = 1024;
}
