namespace GpuAls;

/// <summary>Some rows of a file, column by column, without those that were left out.</summary>
/// <param name="memory">What the columns live in.</param>
internal sealed class InteractionBatch(params IDisposable?[] memory) : IDisposable
{
    /// <summary>The file.</summary>
    public required InputFile File { get; init; }

    /// <summary>[rows].</summary>
    public required IdColumn Users { get; init; }

    /// <summary>[rows].</summary>
    public required IdColumn Items { get; init; }

    /// <summary>[rows], finite and not 0; null where each row counts 1.</summary>
    public required ReadOnlyMemory<float>? Weights { get; init; }

    /// <summary>[rows]; null where none are read.</summary>
    public required ReadOnlyMemory<long>? Times { get; init; }

    /// <summary>What the times are.</summary>
    public required TimeKind TimeKind { get; init; }

    /// <summary>Rows in the file, left out or not.</summary>
    public required long RowsInFile { get; init; }

    /// <summary>What was left out.</summary>
    public required RowVerdicts Verdicts { get; init; }

    /// <summary>How much of the file was read up to here, 0 .. 1.</summary>
    public required double Fraction { get; init; }

    public void Dispose()
    {
        foreach (var owned in memory) owned?.Dispose();
    }
}
