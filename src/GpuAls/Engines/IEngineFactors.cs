namespace GpuAls;

/// <summary>A factor matrix in the memory of an engine, [RowCount, Rank].</summary>
public interface IEngineFactors : IDisposable
{
    /// <summary>Number of rows.</summary>
    int RowCount { get; }

    /// <summary>Number of factors in a row.</summary>
    int Rank { get; }

    /// <summary>Overwrites all rows.</summary>
    /// <param name="source">[RowCount, Rank], row-major.</param>
    void CopyFrom(ReadOnlySpan<float> source);

    /// <summary>Reads all rows.</summary>
    /// <param name="target">[RowCount, Rank], row-major.</param>
    void CopyTo(Span<float> target);
}
