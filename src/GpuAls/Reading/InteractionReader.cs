using System.Runtime.CompilerServices;

namespace GpuAls.Reading;

/// <summary>Plays from files of any form, in the order of the files and of their rows.</summary>
public static class InteractionReader
{
    /// <param name="files">What to read.</param>
    /// <param name="schema">Which columns.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: a file cannot be read, or has not the columns.</exception>
    public static async IAsyncEnumerable<InteractionBatch> ReadAsync(
        IReadOnlyList<InputFile> files, InteractionSchema schema, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(schema);
        foreach (var file in files)
        {
            if (file.Format == InputFormat.Delimited)
                foreach (var batch in new DelimitedInteractionReader(file, schema).Read(cancellation)) yield return batch;
            else
                await foreach (var batch in new ParquetInteractionReader(file, schema).ReadAsync(cancellation).ConfigureAwait(false)) yield return batch;
        }
    }
}
