namespace GpuAls;

/// <summary>A factor matrix in the memory of an engine, [RowCount, Rank].</summary>
internal interface IEngineFactors : IDisposable
{
    /// <summary>Number of rows.</summary>
    int RowCount { get; }

    /// <summary>Number of factors in a row.</summary>
    int Rank { get; }

    /// <summary>Overwrites a range of rows.</summary>
    /// <param name="rows">Which rows.</param>
    /// <param name="source">[rows.Count, Rank], row-major.</param>
    void CopyFrom(RowRange rows, ReadOnlySpan<float> source);

    /// <summary>Reads a range of rows.</summary>
    /// <param name="rows">Which rows.</param>
    /// <param name="target">[rows.Count, Rank], row-major.</param>
    void CopyTo(RowRange rows, Span<float> target);

    /// <summary>
    /// Gives all rows to a library that writes some of them in the memory of a CUDA device; asked for each time.
    /// </summary>
    /// <returns>Null where they are elsewhere.</returns>
    DeviceRows? ShareOnDevice() => null;
}

/// <summary>A CSR matrix in the memory of an engine.</summary>
internal interface IEnginePlays : IDisposable
{
    /// <summary>Number of rows.</summary>
    int RowCount { get; }

    /// <summary>Number of columns.</summary>
    int ColumnCount { get; }
}
