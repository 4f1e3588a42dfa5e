namespace GpuAls;

/// <summary>A CSR matrix in the memory of an engine.</summary>
internal interface IEnginePlays : IDisposable
{
    /// <summary>Number of rows.</summary>
    int RowCount { get; }

    /// <summary>Number of columns.</summary>
    int ColumnCount { get; }
}
