namespace GpuAls;

/// <summary>Plays in host memory: the matrix itself, not a copy.</summary>
internal sealed class HostPlays(CsrMatrix matrix) : IEnginePlays
{
    public CsrMatrix Matrix { get; set; } = matrix;

    public int RowCount => Matrix.RowCount;

    public int ColumnCount => Matrix.ColumnCount;

    public void Dispose()
    {
        // The matrix belongs to the caller and to the garbage collector.
    }
}
