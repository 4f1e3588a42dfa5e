namespace GpuAls;

/// <summary>Scores in host memory, for what needs more of them than a list holds: ranks of items, predictions.</summary>
public interface IRowScorer
{
    /// <summary>The inner products of some query rows with all items, a row at a time.</summary>
    /// <param name="queries">[queries or more, rank].</param>
    /// <param name="rows">The query rows.</param>
    /// <param name="items">[items, rank].</param>
    /// <param name="read">Takes each row, on several threads at once.</param>
    void ScoreRows(IEngineFactors queries, int[] rows, IEngineFactors items, ScoreReader read);

    /// <summary>The inner products of some pairs.</summary>
    /// <param name="pairs">[rows, columns], the values do not matter.</param>
    /// <param name="rowFactors">[rows, rank].</param>
    /// <param name="columnFactors">[columns, rank].</param>
    /// <returns>[pairs], in their order.</returns>
    float[] ScorePairs(CsrMatrix pairs, IEngineFactors rowFactors, IEngineFactors columnFactors);
}
