namespace GpuAls;

/// <summary>Reads plays and replaces their ids by indices.</summary>
public static class InteractionLoader
{
    /// <summary>Loads all plays.</summary>
    /// <param name="locations">Files, folders or globs.</param>
    /// <param name="schema">Which columns are read, and how.</param>
    /// <param name="progress">Told after each batch.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: files or columns that are not there or of the wrong type, bad rows (unless they are skipped), or no rows at all.
    /// Kind Usage: two of the columns are one.
    /// </exception>
    public static Task<IndexedInteractions> LoadAsync(
        IReadOnlyList<string> locations, InteractionSchema schema, IProgress<ReadProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(schema);
        schema.CheckDistinct();
        return LoadAsync(InputLocation.Resolve(locations), schema, progress, cancellation);
    }

    /// <summary>Loads all plays of files that were found.</summary>
    internal static async Task<IndexedInteractions> LoadAsync(
        IReadOnlyList<InputFile> files, InteractionSchema schema, IProgress<ReadProgress>? progress, CancellationToken cancellation)
    {
        var gathered = new InteractionGatherer(schema, files);
        var pieces = InteractionReader.ReadAsync(files, schema, cancellation).Select(work => Numbered(work, gathered));
        await foreach (var batch in InOrder.RunAsync(pieces, Environment.ProcessorCount + 1, cancellation).ConfigureAwait(false))
        {
            using var owned = batch;
            var read = gathered.Add(batch);
            progress?.Report(read);
        }

        return gathered.Build();
    }

    private static Func<CancellationToken, Task<InteractionBatch>> Numbered(BatchWork work, InteractionGatherer gathered) => async cancellation =>
    {
        var batch = await work(cancellation).ConfigureAwait(false);
        gathered.Number(batch);
        return batch;
    };
}
