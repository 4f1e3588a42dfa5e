namespace GpuAls;

/// <summary>
/// Computes scores in host memory, for uses that need more of them than a list holds: ranks of items, predictions.
/// </summary>
internal interface IRowScorer
{
    /// <summary>Computes the inner products of query rows with all items, one row at a time.</summary>
    /// <param name="queries">[queries or more, rank].</param>
    /// <param name="rows">The query rows.</param>
    /// <param name="items">[items, rank].</param>
    /// <param name="read">Receives each row; called on several threads at once.</param>
    void ScoreRows(IEngineFactors queries, int[] rows, IEngineFactors items, ScoreReader read);

    /// <summary>Computes the inner products of pairs of rows and columns.</summary>
    /// <param name="pairs">[rows, columns]; the values are ignored.</param>
    /// <param name="rowFactors">[rows, rank].</param>
    /// <param name="columnFactors">[columns, rank].</param>
    /// <returns>[pairs], in order.</returns>
    float[] ScorePairs(CsrMatrix pairs, IEngineFactors rowFactors, IEngineFactors columnFactors);
}

/// <summary>Receives the scores of one query; called on several threads at once.</summary>
/// <param name="position">Position of the query in the list of query rows.</param>
/// <param name="scores">[items]; valid until the reader returns.</param>
internal delegate void ScoreReader(int position, Span<float> scores);
