using System.Globalization;

namespace GpuAls;

/// <summary>
/// The checkpoints of one training in a folder of their own: the newest two, <c>checkpoint-000000012.gpuals</c> after
/// iteration 12.
/// </summary>
internal sealed class CheckpointFolder
{
    private const string Prefix = "checkpoint-";
    private const string Extension = ".gpuals";
    private const string Probe = "checkpoint-probe";
    private const int Kept = 2;

    private readonly IStoreFolder _folder;

    private CheckpointFolder(IStoreFolder folder) => _folder = folder;

    /// <summary>How messages name it.</summary>
    public string Name => _folder.Name;

    /// <summary>Opens a folder, after a file was written there to see that it can be.</summary>
    /// <exception cref="GpuAlsException">Kind Output: it holds other files, or cannot be written.</exception>
    public static async Task<CheckpointFolder> OpenAsync(IStoreFolder folder, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var files = await folder.ListAsync("", cancellation).ConfigureAwait(false);
        if (files.FirstOrDefault(file => file != Probe && IterationOf(file) is null) is { } foreign)
            throw new GpuAlsException(
                FailureKind.Output,
                $"'{folder.Name}' holds '{foreign}', which is not a checkpoint of gpuals. Give --checkpoint a folder "
                + "of its own.");
        await folder.ReplaceAsync(Probe, _ => Task.CompletedTask, cancellation).ConfigureAwait(false);
        await folder.DeleteAsync(Probe, cancellation).ConfigureAwait(false);
        return new CheckpointFolder(folder);
    }

    /// <summary>The iteration of the newest checkpoint, whole or not; null if there is none.</summary>
    public async Task<int?> NewestAsync(CancellationToken cancellation) =>
        (await IterationsAsync(cancellation).ConfigureAwait(false)).Cast<int?>().FirstOrDefault();

    /// <summary>Reads the newest checkpoint that is whole; null if there is none at all.</summary>
    /// <param name="damaged">Told of each newer one that is damaged: its file, and what is wrong with it.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: there are some, but none is whole, or it is of another version. Kind Output: they cannot be read.
    /// </exception>
    public async Task<(CheckpointJob Job, TrainingState State)?> ReadNewestAsync(
        Action<string, string> damaged, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(damaged);
        var iterations = await IterationsAsync(cancellation).ConfigureAwait(false);
        foreach (var iteration in iterations)
        {
            var file = FileOf(iteration);
            if (await _folder.FindAsync(file, cancellation).ConfigureAwait(false) is not { } source) continue;
            try
            {
                return await CheckpointFile.ReadAsync(source, cancellation).ConfigureAwait(false);
            }
            catch (InvalidDataException damage)
            {
                damaged(_folder.NameOf(file), damage.Message);
            }
            catch (Exception failure) when (OutputErrors.IsOfFileSystem(failure))
            {
                damaged(_folder.NameOf(file), $"cannot be read: {failure.Message}");
            }
        }

        return iterations.Length == 0 ? null : throw new GpuAlsException(
            FailureKind.BadInput,
            $"none of the {Counted.Of(iterations.Length, "checkpoint")} in '{Name}' can be used. Start anew with "
            + "--overwrite instead of --resume.");
    }

    /// <summary>
    /// Writes a checkpoint. Once it is durable, all but it and the one before are deleted.
    /// </summary>
    /// <exception cref="GpuAlsException">Kind Output: it cannot be written; those before it stay.</exception>
    public async Task WriteAsync(CheckpointJob job, TrainingState state, CancellationToken cancellation)
    {
        await _folder.ReplaceAsync(
            FileOf(state.Iteration), stream => CheckpointFile.WriteAsync(stream, job, state, cancellation),
            cancellation).ConfigureAwait(false);
        var iterations = await IterationsAsync(cancellation).ConfigureAwait(false);
        foreach (var iteration in iterations.Where(found => found > state.Iteration)
            .Concat(iterations.Where(found => found <= state.Iteration).Skip(Kept)))
            await _folder.DeleteAsync(FileOf(iteration), cancellation).ConfigureAwait(false);
    }

    /// <summary>Deletes all checkpoints.</summary>
    /// <exception cref="GpuAlsException">Kind Output: one cannot be deleted.</exception>
    public async Task ClearAsync(CancellationToken cancellation)
    {
        // The oldest first: what a kill leaves of them is then the newest.
        foreach (var iteration in (await IterationsAsync(cancellation).ConfigureAwait(false)).Reverse())
            await _folder.DeleteAsync(FileOf(iteration), cancellation).ConfigureAwait(false);
    }

    private static string FileOf(int iteration) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{iteration:D9}{Extension}");

    private static int? IterationOf(string file) =>
        file.StartsWith(Prefix, StringComparison.Ordinal) && file.EndsWith(Extension, StringComparison.Ordinal)
        && int.TryParse(
            file.AsSpan()[Prefix.Length..^Extension.Length], NumberStyles.None, CultureInfo.InvariantCulture,
            out var iteration)
            ? iteration
            : null;

    /// <summary>The newest first.</summary>
    private async Task<int[]> IterationsAsync(CancellationToken cancellation)
    {
        var files = await _folder.ListAsync(Prefix, cancellation).ConfigureAwait(false);
        return [.. files.Select(IterationOf).OfType<int>().OrderDescending()];
    }
}
