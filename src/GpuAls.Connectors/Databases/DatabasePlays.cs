namespace GpuAls.Connectors;

/// <summary>Plays from a table or a query of a database.</summary>
/// <param name="schema">The columns that are plays.</param>
internal abstract class DatabasePlays(InteractionSchema schema) : IInteractionSource
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public int FileCount => 1;

    /// <inheritdoc/>
    public InteractionSchema Schema => schema;

    /// <inheritdoc/>
    public string NothingLeft(ReadStatistics read) => read.Rows == 0
        ? $"{Name} has no rows."
        : $"no row is left of {Counted.Of(read.Rows, "row")} of {Name}: {read.ReasonsToSkip}. "
            + $"Check {(schema.HasPeriod ? "--since, --until and " : "")}--weight-column.";

    /// <inheritdoc/>
    public abstract IAsyncEnumerable<BatchWork> ReadAsync(CancellationToken cancellation);
}
