using GpuAls.Sparse;

namespace GpuAls.Engines;

/// <summary>The plays of one row.</summary>
internal readonly ref struct RowEntries(CsrMatrix matrix, int row)
{
    public ReadOnlySpan<int> Indices { get; } = matrix.RowIndices(row);

    public ReadOnlySpan<float> Values { get; } = matrix.RowValues(row);

    public int Length => Indices.Length;
}
