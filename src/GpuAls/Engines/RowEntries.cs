namespace GpuAls;

/// <summary>The plays of one row.</summary>
internal readonly ref struct RowEntries(CsrMatrix matrix, int row)
{
    public ReadOnlySpan<int> Indices { get; } = matrix.RowIndices(row);

    public ReadOnlySpan<float> Values { get; } = matrix.RowValues(row);

    /// <summary>The indices of this row and of all rows behind it: what will soon be read.</summary>
    public ReadOnlySpan<int> IndicesOnward { get; } = matrix.Indices[(int)matrix.Indptr[row]..];

    public int Length => Indices.Length;
}
