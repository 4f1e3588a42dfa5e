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

    /// <summary>
    /// The batches of one of several processes; those of all processes, one after the other, are all batches. A source
    /// that is read from front to back by one connection, as a snapshot of a database is, is read by the first process
    /// alone.
    /// </summary>
    /// <param name="share">Which process reads.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <exception cref="GpuAlsException">As above.</exception>
    IAsyncEnumerable<BatchWork> ReadAsync(InputShare share, CancellationToken cancellation) =>
        share.Rank == 0 ? ReadAsync(cancellation) : AsyncEnumerable.Empty<BatchWork>();
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
    public IAsyncEnumerable<BatchWork> ReadAsync(CancellationToken cancellation) =>
        ReadAsync(InputShare.Whole, cancellation);

    /// <inheritdoc/>
    public async IAsyncEnumerable<BatchWork> ReadAsync(
        InputShare share, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var total = files.Sum(file => file.Bytes);
        var (first, end) = share.RangeOf(total);
        var (finished, footers, parts) = (0L, new Task<ParquetFile>?[files.Count], FilePart.Of(files, share));
        for (var index = 0; index < files.Count; finished += files[index++].Bytes)
        {
            if (!parts[index].IsAny) continue;
            for (var next = index; next < Math.Min(files.Count, index + FootersAhead) && parts[next].IsAny; next++)
                if (files[next] is { Format: InputFormat.Parquet, Source.ReadAheadBytes: > 0 })
                    footers[next] ??= ParquetFile.OpenAsync(
                        files[next].Source, cancellation, files[next].ExpansionLimit(schema));
            var (before, bytes) = (finished - first, files[index].Bytes);
            await foreach (var work in Batches(files[index], parts[index], footers[index], cancellation)
                .ConfigureAwait(false))
                yield return OfShare(work, fraction => (before + (fraction * bytes)) / Math.Max(1, end - first));
            footers[index] = null;
        }
    }

    private IAsyncEnumerable<BatchWork> Batches(
        InputFile file, FilePart part, Task<ParquetFile>? opening, CancellationToken cancellation) => file.Format switch
        {
            InputFormat.Delimited => new DelimitedInteractionReader(file, schema).ReadAsync(part, cancellation),
            InputFormat.JsonLines => new JsonInteractionReader(file, schema).ReadAsync(part, cancellation),
            _ => new ParquetInteractionReader(file, schema, opening).ReadAsync(part, cancellation),
        };

    /// <summary>A batch whose fraction is that of all that is read.</summary>
    private static BatchWork OfShare(BatchWork work, Func<double, double> fraction) => async cancellation =>
    {
        var batch = await work(cancellation).ConfigureAwait(false);
        batch.Fraction = Math.Clamp(fraction(batch.Fraction), 0, 1);
        return batch;
    };
}
