namespace GpuAls;

/// <summary>
/// A square matrix in panels of <see cref="Columns"/> columns, [panels, rank, Columns]: as a product of matrices reads
/// it.
/// </summary>
internal sealed unsafe class ColumnPanels : IDisposable
{
    /// <summary>Two of the widest vectors.</summary>
    public const int Columns = 32;

    private readonly NativeFloats _values;
    private readonly int _rank;

    /// <param name="transpose">The transposed matrix, [stride, stride].</param>
    /// <param name="rank">Number of rows and columns.</param>
    public ColumnPanels(float* transpose, int rank)
    {
        var stride = HostFactors.StrideOf(rank);
        _rank = rank;
        _values = new NativeFloats((stride + Columns - 1L) / Columns * Columns * rank);
        for (var column = 0; column < rank; column++)
        {
            var target = Panel(column, out var offset);
            for (var row = 0; row < rank; row++)
                target[((long)row * Columns) + offset] = transpose[((long)column * stride) + row];
        }
    }

    /// <summary>The panel of a column, [rank, Columns].</summary>
    /// <param name="column">The column.</param>
    /// <param name="offset">Where in the panel it is.</param>
    public float* Panel(int column, out int offset)
    {
        offset = column % Columns;
        return _values.Pointer + ((long)(column - offset) * _rank);
    }

    public void Dispose() => _values.Dispose();
}
