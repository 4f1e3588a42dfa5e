namespace GpuAls;

/// <summary>Reads plays and replaces their ids by indices.</summary>
internal static class InteractionLoader
{
    /// <summary>Loads all plays.</summary>
    /// <param name="locations">Files, folders or globs.</param>
    /// <param name="schema">Which columns are read, and how.</param>
    /// <param name="progress">Told after each batch.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: files or columns that are not there or of the wrong type, bad rows (unless they are skipped), or
    /// no rows at all. Kind Usage: two of the columns are one.
    /// </exception>
    public static async Task<IndexedInteractions> LoadAsync(
        IReadOnlyList<string> locations,
        InteractionSchema schema,
        IProgress<ReadProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(schema);
        schema.CheckDistinct();
        var files = await InputLocation.ResolveAsync(locations, cancellation).ConfigureAwait(false);
        return await LoadAsync(new FileInteractionSource(files, schema), progress, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Loads all plays of a source: several batches at once are read and numbered, and gathered in their order.
    /// </summary>
    /// <param name="source">The plays.</param>
    /// <param name="progress">Told after each batch.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <param name="mayBeEmpty">Whether no rows at all are accepted.</param>
    internal static async Task<IndexedInteractions> LoadAsync(
        IInteractionSource source,
        IProgress<ReadProgress>? progress,
        CancellationToken cancellation,
        bool mayBeEmpty = false)
    {
        var gathered = new InteractionGatherer(source, SingleProcess.Instance);
        await ReadAsync(source, gathered, InputShare.Whole, progress, cancellation).ConfigureAwait(false);
        return gathered.Build(mayBeEmpty);
    }

    /// <summary>Loads the rows that a process reads, with the ids of all processes.</summary>
    /// <param name="source">The plays, which all processes see.</param>
    /// <param name="group">The processes.</param>
    /// <param name="progress">Told after each batch.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <param name="mostRows">Rows that a process may hold.</param>
    /// <param name="roundBytes">Bytes of ids that a process sends at once, about.</param>
    /// <returns>The rows, and [users] the rows of each in all processes, at most <see cref="int.MaxValue"/>.</returns>
    internal static async Task<(IndexedInteractions Rows, int[] RowsOfUsers)> LoadShareAsync(
        IInteractionSource source,
        IProcessGroup group,
        IProgress<ReadProgress>? progress,
        CancellationToken cancellation,
        int mostRows = int.MaxValue,
        int roundBytes = IdExchange.UsualRoundBytes)
    {
        var gathered = new InteractionGatherer(source, group) { MostRows = Math.Min(mostRows, Array.MaxLength) };
        await ReadAsync(source, gathered, InputShare.Of(group), progress, cancellation).ConfigureAwait(false);
        return gathered.BuildShared(roundBytes);
    }

    /// <summary>Reads a share of a source.</summary>
    /// <param name="source">The plays.</param>
    /// <param name="gathered">Gets its batches.</param>
    /// <param name="share">Which are read.</param>
    /// <param name="progress">Told after each batch.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    private static async Task ReadAsync(
        IInteractionSource source,
        InteractionGatherer gathered,
        InputShare share,
        IProgress<ReadProgress>? progress,
        CancellationToken cancellation)
    {
        source.Schema.CheckDistinct();
        var pieces = source.ReadAsync(share, cancellation).Select(work => Numbered(work, gathered));
        await foreach (
            var batch in InOrder.RunAsync(pieces, Environment.ProcessorCount + 1, cancellation).ConfigureAwait(false))
        {
            using var owned = batch;
            var read = gathered.Add(batch);
            progress?.Report(read);
        }
    }

    private static Func<CancellationToken, Task<NumberedBatch>> Numbered(
        BatchWork work, InteractionGatherer gathered) =>
        async cancellation => gathered.Number(await work(cancellation).ConfigureAwait(false));
}
