namespace GpuAls.Reading;

/// <summary>Some rows of a file, column by column, without those that were left out.</summary>
public sealed class InteractionBatch : IDisposable
{
    private readonly IDisposable? _memory;

    /// <param name="memory">What the columns live in.</param>
    public InteractionBatch(IDisposable? memory = null) => _memory = memory;

    /// <summary>The file.</summary>
    public required InputFile File { get; init; }

    /// <summary>[rows].</summary>
    public required IdColumn Users { get; init; }

    /// <summary>[rows].</summary>
    public required IdColumn Items { get; init; }

    /// <summary>[rows], finite and not 0; null where each row counts 1.</summary>
    public required float[]? Weights { get; init; }

    /// <summary>Rows in the file, left out or not.</summary>
    public required long RowsInFile { get; init; }

    /// <summary>Rows left out because their weight is 0.</summary>
    public required long ZeroWeightRows { get; init; }

    /// <summary>Rows left out because they cannot be used.</summary>
    public required long BadRows { get; init; }

    /// <summary>The first of the bad rows, each with its place and what was found.</summary>
    public required IReadOnlyList<string> FirstBadRows { get; init; }

    /// <summary>How much of the file was read up to here, 0 .. 1.</summary>
    public required double Fraction { get; init; }

    /// <inheritdoc/>
    public void Dispose() => _memory?.Dispose();
}
