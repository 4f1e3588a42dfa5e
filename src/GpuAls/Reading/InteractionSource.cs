using System.Runtime.CompilerServices;

namespace GpuAls;

/// <summary>A batch that is still to be read, on any thread.</summary>
/// <param name="cancellation">Stops the reading.</param>
internal delegate Task<InteractionBatch> BatchWork(CancellationToken cancellation);

/// <summary>
/// Plays to read, as batches of columns: files, arrays in memory, or rows of a database.
/// </summary>
internal interface IInteractionSource
{
    /// <summary>How messages name it.</summary>
    string Name { get; }

    /// <summary>Number of files that are read.</summary>
    int FileCount { get; }

    /// <summary>Which columns the batches have, and what becomes of rows that cannot be used.</summary>
    InteractionSchema Schema { get; }

    /// <summary>The message where no row is left of those that were read.</summary>
    string NothingLeft(ReadStatistics read) => read.Rows == 0
        ? $"the input has no rows: {Name} {(FileCount > 1 ? "are empty or have" : "is empty or has")} only a header."
        : $"no row is left of {Counted.Of(read.Rows, "row")}: {read.ReasonsToSkip}. "
            + $"Check {(Schema.HasPeriod ? "--since, --until and " : "")}--weight-column.";

    /// <summary>
    /// The batches, in the order of their rows. Whoever reads them runs several at once, and asks for the next when
    /// one has ended: what has to be done one after the other belongs here, what can be done at once belongs in the
    /// batches.
    /// </summary>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: the source cannot be read, or lacks the columns.</exception>
    IAsyncEnumerable<BatchWork> ReadAsync(CancellationToken cancellation);
}

/// <summary>Plays from files of any format, one file after the other.</summary>
/// <param name="files">What to read.</param>
/// <param name="schema">Which columns.</param>
internal sealed class FileInteractionSource(
    IReadOnlyList<InputFile> files, InteractionSchema schema) : IInteractionSource
{
    /// <summary>Files of a store whose footers are read before it is their turn, as each takes a round trip.</summary>
    private const int FootersAhead = 8;

    /// <inheritdoc/>
    public string Name => files.Count > 1 ? $"{files[0].Path} and {files.Count - 1:N0} more" : files[0].Path;

    /// <inheritdoc/>
    public int FileCount => files.Count;

    /// <inheritdoc/>
    public InteractionSchema Schema => schema;

    /// <inheritdoc/>
    public async IAsyncEnumerable<BatchWork> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var total = (double)Math.Max(1, files.Sum(file => file.Bytes));
        var (finished, footers) = (0L, new Task<ParquetFile>?[files.Count]);
        for (var index = 0; index < files.Count; index++)
        {
            var file = files[index];
            for (var next = index; next < Math.Min(files.Count, index + FootersAhead); next++)
                if (files[next] is { Format: InputFormat.Parquet, Source.ReadAheadBytes: > 0 })
                    footers[next] ??= ParquetFile.OpenAsync(
                        files[next].Source, cancellation, files[next].ExpansionLimit(schema));
            var (start, share) = (finished / total, file.Bytes / total);
            await foreach (var work in Batches(file, footers[index], cancellation).ConfigureAwait(false))
                yield return OfAll(work, start, share);
            finished += file.Bytes;
            footers[index] = null;
        }
    }

    private IAsyncEnumerable<BatchWork> Batches(
        InputFile file, Task<ParquetFile>? opening, CancellationToken cancellation) => file.Format switch
        {
            InputFormat.Delimited => new DelimitedInteractionReader(file, schema).ReadAsync(cancellation),
            InputFormat.JsonLines => new JsonInteractionReader(file, schema).ReadAsync(cancellation),
            _ => new ParquetInteractionReader(file, schema, opening).ReadAsync(cancellation),
        };

    /// <summary>A batch whose fraction is that of all files.</summary>
    private static BatchWork OfAll(BatchWork work, double start, double share) => async cancellation =>
    {
        var batch = await work(cancellation).ConfigureAwait(false);
        batch.Fraction = Math.Min(1, start + (batch.Fraction * share));
        return batch;
    };
}
