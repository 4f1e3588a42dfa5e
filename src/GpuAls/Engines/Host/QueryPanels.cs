namespace GpuAls;

/// <summary>Queries turned for scoring: panels of <see cref="Rows"/> queries, within a panel factor by factor, [panels, rank, Rows].</summary>
/// <param name="capacity">Queries at most.</param>
/// <param name="rank">Number of factors.</param>
internal sealed unsafe class QueryPanels(int capacity, int rank) : IDisposable
{
    /// <summary>With two vectors of items 16 accumulators: enough to hide the latency of two FMA units.</summary>
    public const int Rows = 8;

    private readonly NativeFloats _values = new((long)PanelsOf(capacity) * rank * Rows);

    public static int PanelsOf(int queries) => (queries + Rows - 1) / Rows;

    /// <summary>[rank, Rows].</summary>
    public float* Panel(int panel) => _values.Pointer + ((long)panel * rank * Rows);

    /// <summary>Takes other queries; places beyond the last keep what they had, and nobody looks at their scores.</summary>
    public void Load(HostFactors queries, int first, int count)
    {
        for (var query = 0; query < count; query++) Put(query, queries.Row(first + query));
    }

    /// <inheritdoc cref="Load(HostFactors, int, int)"/>
    public void Load(HostFactors queries, ReadOnlySpan<int> rows)
    {
        for (var query = 0; query < rows.Length; query++) Put(query, queries.Row(rows[query]));
    }

    public void Dispose() => _values.Dispose();

    private void Put(int query, float* source)
    {
        var target = Panel(query / Rows) + (query % Rows);
        for (var factor = 0; factor < rank; factor++) target[factor * Rows] = source[factor];
    }
}
